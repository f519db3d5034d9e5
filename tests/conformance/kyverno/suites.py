"""The suites of `kyverno test`: for each policy, objects in plain YAML and what it has to say to each.

The policies are not part of a suite: they are written next to it, from the plan, when it is run. So are the numbers
of the plan in what a policy makes of an object.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from plan.model import Manifest, Plan, Tier
from plan.yaml_text import to_yaml

FOLDER = Path(__file__).parent / "suites"
NAMESPACES = FOLDER / "namespaces.yaml"


class Case(NamedTuple):
    """An object, and whether the policy of the suite has to refuse it."""

    policy: str
    manifest: Manifest
    is_refused: bool

    @property
    def pod(self) -> Manifest:
        """The pod, or the one that the object makes."""
        spec: dict[str, Any] = self.manifest["spec"]
        if self.manifest["kind"] == "CronJob":
            return spec["jobTemplate"]["spec"]["template"]
        return spec.get("template", self.manifest)


def names() -> list[str]:
    """The policies that have a suite."""
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())


def namespaces() -> list[Manifest]:
    """The namespaces of all suites."""
    return yaml.safe_load(NAMESPACES.read_text(encoding="utf-8"))["namespaces"]


def resources(name: str) -> list[Manifest]:
    """The objects of a suite."""
    return list(yaml.safe_load_all((FOLDER / name / "resources.yaml").read_text(encoding="utf-8")))


def cases(name: str) -> Iterator[Case]:
    """The objects of a suite for a policy that refuses, with its verdicts."""
    expected = yaml.safe_load((FOLDER / name / "kyverno-test.yaml").read_text(encoding="utf-8"))["results"]
    results = {(each["kind"], resource): each["result"] for each in expected for resource in each["resources"]}
    for manifest in resources(name):
        key = f"{manifest['metadata']['namespace']}/{manifest['metadata']['name']}"
        yield Case(name, manifest, results[manifest["kind"], key] == "fail")


def write(plan: Plan, name: str, folder: Path) -> None:
    """A suite as `kyverno test` wants it, with the policy of the plan."""
    shutil.copytree(FOLDER / name, folder)
    shutil.copy(NAMESPACES, folder)
    (policy,) = (each for each in plan.policies if each["metadata"]["name"] == name)
    expected = {tier.name: _expected(name, tier) for tier in plan.tiers}
    (folder / "policy.yaml").write_text(to_yaml(policy), encoding="utf-8")
    for tier, files in expected.items():
        for prefix, manifest in files.items():
            (folder / f"{prefix}-{tier}.yaml").write_text(to_yaml(manifest), encoding="utf-8")


def _expected(name: str, tier: Tier) -> Mapping[str, Manifest]:
    """Objects that a policy generates or changes in a tier's namespace."""
    namespace = f"{tier.name}-suite"
    if name in ("limit-range", "resource-quota"):
        made = tier.limit_range if name == "limit-range" else tier.quota
        return {"generated": {**made, "metadata": {**made["metadata"], "namespace": namespace}}}
    if name == "tier-priority":
        given = {
            "priorityClassName": tier.priority_class["metadata"]["name"],
            "priority": tier.priority_class["value"],
            "preemptionPolicy": tier.priority_class["preemptionPolicy"],
        }
        patched = {
            each["metadata"]["namespace"]: {**each, "spec": {**each["spec"], **given}}
            for each in resources(name)
            if each["metadata"]["name"] == "without-a-class"
        }
        return {"patched": patched[namespace]} if namespace in patched else {}
    return {}
