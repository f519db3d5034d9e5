"""How what runs differs from what the lab says: for each object the same, different, or not to be asked."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from observation.model import Observation
from observation.objects import Reference, name_of, reference
from operations.adopt.cluster.comparison import Difference, differences, quantity
from operations.adopt.cluster.objects import Key, is_fields, key_of
from operations.kubelets import running_settings, unlike
from operations.preflight.check import Check
from plan.cluster.kubeadm import kubeadm_documents
from plan.model import Manifest, Plan
from plan.model.fields import text

State = Literal["same", "differs", "not known"]
"""`not known`: nothing differs as far as was asked, and not all was."""


class Noise(NamedTuple):
    """A difference that is not one of what was meant."""

    kinds: frozenset[str]
    """Empty for every kind."""
    path: re.Pattern[str]
    reason: str


NOISE = (
    Noise(frozenset(), re.compile(r"metadata\.annotations\..*"), "annotations are written by many programs"),
    Noise(
        frozenset(("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "CustomResourceDefinition")),
        re.compile(r".*caBundle.*"),
        "the authority of a webhook is put in by its own program",
    ),
)
"""Differences that every cluster has."""


class Quiet(NamedTuple):
    """A known difference, and why it does not count."""

    difference: Difference
    reason: str


class Unasked(NamedTuple):
    """An object of which nothing is known."""

    object: Reference
    reason: str


class Drift(NamedTuple):
    """The lab's objects, compared with those that run."""

    same: int
    """Objects that run as they are stated."""
    missing: tuple[Reference, ...]
    differing: tuple[Difference, ...]
    known: tuple[Quiet, ...]
    not_asked: tuple[Unasked, ...]
    nodes_missing: tuple[str, ...]
    """Nodes of the lab that the cluster does not have."""
    nodes_unknown: tuple[str, ...]
    """Nodes of the cluster that the lab does not have."""

    @property
    def state(self) -> State:
        """Values of Secrets are never asked for, so they leave nothing open."""
        if self.missing or self.differing or self.nodes_missing or self.nodes_unknown:
            return "differs"
        return "not known" if any(each.object.kind != "Secret" for each in self.not_asked) else "same"


def drift(plan: Plan, observed: Observation) -> Drift:
    """Compare every object that the plan states, and every one that a policy generates, with the one that runs."""
    same = 0
    missing: list[Reference] = []
    differing: list[Difference] = []
    known: list[Quiet] = []
    not_asked: list[Unasked] = []
    for stated in _stated(plan):
        one = reference(stated)
        if one.kind == "Secret":
            not_asked.append(Unasked(one, "values of Secrets are not read"))
            continue
        live = observed.get(one.kind, one.name, one.namespace)
        if live is None:
            if observed.knows(one.kind):
                missing.append(one)
            else:
                not_asked.append(Unasked(one, f"{one.kind} was not read"))
            continue
        found = (*differences(stated, live), *_defaults(stated, live))
        quiet = [(each, reason) for each in found if (reason := _noise(observed, each)) is not None]
        known += [Quiet(*each) for each in quiet]
        loud = [each for each in found if all(each is not other for other, _ in quiet)]
        differing += loud
        same += not loud
    for kubelet in _kubelets(plan, observed):
        if isinstance(kubelet, Unasked):
            not_asked.append(kubelet)
        else:
            differing += kubelet
            same += not kubelet
    wanted = {use.node.name for use in plan.capacity.nodes}
    there = {name_of(each) for each in observed.of("Node")}
    asked = observed.knows("Node")
    return Drift(
        same,
        tuple(missing),
        tuple(differing),
        tuple(known),
        tuple(not_asked),
        tuple(sorted(wanted - there)) if asked else (),
        tuple(sorted(there - wanted)) if asked else (),
    )


def whole_state(found: Drift | None, machines: Sequence[Check] | None) -> State:
    """The state of objects, where the cluster answered, and of machines, where they were compared."""
    outcomes = {each.outcome for each in machines or ()}
    state = found.state if found else "not known"
    if state == "differs" or outcomes & {"error", "warning"}:
        return "differs"
    return "not known" if "unchecked" in outcomes else state


def volume_handles(observed: Observation) -> frozenset[str] | None:
    """The disks of the cluster's volumes as their drivers name them; None where volumes were not read."""
    if not observed.knows("PersistentVolume"):
        return None
    return frozenset(text(each, "spec", "csi", "volumeHandle") for each in observed.of("PersistentVolume"))


def _stated(plan: Plan) -> Iterator[Manifest]:
    yield from plan.manifests
    for namespace in plan.namespaces:
        yield from (each for each in (namespace.limit_range, namespace.quota) if each is not None)


def _kubelets(plan: Plan, observed: Observation) -> Iterator[tuple[Difference, ...] | Unasked]:
    """The settings of each kubelet of the lab, compared with those that kubeadm writes for it."""
    stated = kubeadm_documents(plan.lab).get("kubelet-configuration.yaml")
    for use in plan.capacity.nodes if stated else ():
        node = use.node.name
        running = running_settings(observed, node)
        if running:
            key = Key("KubeletConfiguration", "", node)
            found = unlike(stated or {}, running)
            yield tuple(Difference(key, each.path, each.running, each.stated, "in place") for each in found)
        elif observed.get("Node", node) is not None:
            yield Unasked(Reference("KubeletConfiguration", None, node), "the kubelet did not say what it runs with")


def _defaults(stated: Manifest, live: Manifest) -> Iterator[Difference]:
    """Single values that are stated as the API's default, and run otherwise."""
    written = {each.path for each in differences(stated, live)}
    for path, one, other in _values(stated.get("spec"), live.get("spec"), ("spec",)):
        if path not in written and one != other and quantity(one) != quantity(other):
            yield Difference(key_of(stated), path, other, one, "in place")


def _values(stated: Any, live: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if is_fields(stated) and is_fields(live):
        for name, each in stated.items():
            yield from _values(each, live.get(name), (*path, name))
    elif isinstance(stated, int) and isinstance(live, int):
        yield path, stated, live


def _noise(observed: Observation, found: Difference) -> str | None:
    """Why a difference is known and none; None for all others."""
    dotted = ".".join(found.path)
    for each in NOISE:
        if (not each.kinds or found.key.kind in each.kinds) and each.path.fullmatch(dotted):
            return each.reason
    if dotted == "spec.replicas" and _is_scaled(observed, found):
        return "an autoscaler sets the replicas"
    grown = dotted == "spec.resources.requests.storage" and (quantity(found.live) or 0) > (quantity(found.stated) or 0)
    return "the claim was grown, and does not shrink" if grown else None


def _is_scaled(observed: Observation, found: Difference) -> bool:
    scalers: Sequence[Manifest] = observed.in_namespace("HorizontalPodAutoscaler", found.key.namespace or None)
    targets = [each["spec"]["scaleTargetRef"] for each in scalers]
    return any(each.get("kind") == found.key.kind and each.get("name") == found.key.name for each in targets)
