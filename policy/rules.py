"""Judgements of the planner and of the guard about a resource that somebody else declares in the stack of a lab.

No rule is here: each function asks one that the program has, and gives its sentences.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from config.lab import Lab
from operations.guard.objects.consequences import kind_of, object_consequences
from operations.guard.providers import PREFIX, provider_consequences
from operations.guard.reading.step import Step
from plan.changes.object_rules import KINDS
from plan.kubernetes.admission import admit
from plan.model import Namespace
from plan.model.fields import mapping, text
from plan.model.templates import pod_template
from plan.workloads.patches import wrong_pod

OF_PROGRAM = "homelab:index:"
"""How the types of the program's components begin."""


class Declared(NamedTuple):
    """A resource as the engine shows it to a policy: before it is made or changed."""

    urn: str
    type: str
    inputs: Mapping[str, Any]
    is_protected: bool = False

    @property
    def is_of_program(self) -> bool:
        """Whether a component of the program declares it: then the plan has judged it."""
        return any(each.startswith(OF_PROGRAM) for each in self.urn.split("::")[2].split("$")[:-1])


def effects(declared: Declared) -> Iterator[str]:
    """The guard's sentences on what it does to others as it is made, and where it is written."""
    state = {"urn": declared.urn, "type": declared.type, "inputs": declared.inputs, "protect": declared.is_protected}
    step = Step.model_validate({"op": "create", "urn": declared.urn, "newState": state})
    judge = provider_consequences if declared.type.startswith(PREFIX) else object_consequences
    if step.is_object or declared.type.startswith(PREFIX):
        for each in judge(step):
            if each.severity != "info":
                yield f"{each.message} To avoid it: {each.fix}." if each.fix else each.message


def losses(declared: Declared) -> Iterator[str]:
    """The guard's sentence on its deletion, where it holds more than itself and nothing protects it."""
    rule = KINDS.get(kind_of(declared.type)) if declared.type.startswith("kubernetes:") else None
    if rule is not None and rule.loss.severity == "error" and not declared.is_protected:
        yield f"It is not protected: an `up` of a program without it deletes it. {rule.loss.sentence}"


def refusals(declared: Declared, lab: Lab, namespaces: Iterable[Namespace]) -> Iterator[str]:
    """The cluster's reasons to refuse its pods, in a namespace of the lab."""
    manifest = {"kind": kind_of(declared.type)[1], **declared.inputs}
    template = pod_template(manifest)
    namespace = next((each for each in namespaces if each.name == text(manifest, "metadata", "namespace")), None)
    if not template or namespace is None:
        return
    if wrong := wrong_pod(manifest):
        yield f"Its pods cannot be made: the API server does not take {wrong}."
        return
    pod = {"metadata": dict(mapping(template, "metadata")), "spec": dict(mapping(template, "spec"))}
    refusal = admit(lab, namespace, pod).refusal
    if refusal is not None:
        yield f"Its pods are refused in namespace {namespace.name}: {refusal.message}"
