"""The policy pack: `pulumi preview --policy-pack policy`. It advises; `--policy-pack-config` makes a policy mandatory.

It has an environment of its own, `policy/.venv`, since pulumi-policy needs an older protobuf than the program.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROGRAM))

import pulumi  # noqa: E402
from pulumi_policy import (  # noqa: E402  # pyright: ignore[reportMissingImports]
    EnforcementLevel,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from config.folder import lab_folder  # noqa: E402
from config.load import load_lab  # noqa: E402
from plan import Plan, make_plan  # noqa: E402
from policy.rules import Declared, effects, losses, refusals  # noqa: E402

LAB = "HOMELAB_LAB"
"""Names the lab where the engine does not tell the pack the stack's configuration, and wins over it."""


@cache
def lab_plan() -> Plan:
    """The plan of the stack's lab, made once."""
    stated = os.environ.get(LAB) or pulumi.Config("homelab").require("lab")
    return make_plan(load_lab(lab_folder(str(PROGRAM / stated) if os.sep in stated else stated)))


def admitted(declared: Declared) -> Iterable[str]:
    """Reasons of the cluster to refuse the pods of a resource."""
    plan = lab_plan()
    return refusals(declared, plan.lab, plan.namespaces)


def policy(name: str, description: str, judge: Callable[[Declared], Iterable[str]]) -> ResourceValidationPolicy:
    """A policy that reports each sentence of a judgement about what others declare."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        declared = Declared(args.urn, args.resource_type, plain(args.props), bool(args.opts.protect))
        for sentence in () if declared.is_of_program else judge(declared):
            report(sentence)

    return ResourceValidationPolicy(name=name, description=description, validate=validate)


def plain(value: Any) -> Any:
    """The value without the engine's wrappers. Raises where it is known only after other steps: then the engine skips
    the policy, and says so."""
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


POLICIES = [
    policy("effects", "Declared resources do not act on those of others without being asked for.", effects),
    policy("losses", "Resources that hold more than themselves are protected.", losses),
    policy("refusals", "Pods keep the rules of their namespace's tier.", admitted),
]

if __name__ == "__main__":
    PolicyPack(name="homelab", enforcement_level=EnforcementLevel.ADVISORY, policies=POLICIES)
