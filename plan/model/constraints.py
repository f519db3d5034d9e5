"""Constraints of a pod on its place, apart from room: nodes, other pods, ports. Read from its manifest."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeGuard, cast

from plan.model.fields import entries, mapping, text, values

HOSTNAME = "kubernetes.io/hostname"


Operator = Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]


class Requirement(NamedTuple):
    """A condition on labels; `values` is empty for Exists and DoesNotExist."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet the condition. Absent labels meet NotIn and DoesNotExist."""
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value in self.values
            case "NotIn":
                return value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case "Gt":
                return _is_number(value) and any(_is_number(each) and int(value) > int(each) for each in self.values)
            case "Lt":
                return _is_number(value) and any(_is_number(each) and int(value) < int(each) for each in self.values)


def _is_number(value: str | None) -> TypeGuard[str]:
    return value is not None and re.fullmatch(r"[+-]?\d+", value) is not None


Selector = tuple[Requirement, ...]
"""All of its conditions must hold."""


class AffinityTerm(NamedTuple):
    """Pods of the same namespace that matter, and what counts as near: nodes with the same value of a label."""

    selector: Selector
    topology_key: str


class Spread(NamedTuple):
    """How evenly like pods are spread over the values of a node's label."""

    selector: Selector
    topology_key: str
    max_skew: int
    required: bool
    honors_taints: bool = False
    """Whether nodes with taints that the pod does not tolerate are left out (`nodeTaintsPolicy: Honor`)."""
    counts_all_nodes: bool = False
    """Whether nodes count that the pod does not select (`nodeAffinityPolicy: Ignore`)."""


class Constraints(NamedTuple):
    """Constraints of a pod on its place."""

    labels: Mapping[str, str] = {}
    node_affinity: tuple[Selector, ...] = ()
    """One of them must hold, if there are any."""
    near: tuple[AffinityTerm, ...] = ()
    apart: tuple[AffinityTerm, ...] = ()
    preferred: tuple[tuple[int, AffinityTerm], ...] = ()
    """With weights; a negative one is a preference to be apart."""
    spread: tuple[Spread, ...] = ()
    host_ports: frozenset[tuple[str, int]] = frozenset()
    """Protocol and port."""
    preempts: bool = True
    preferred_nodes: tuple[tuple[int, Selector], ...] = ()
    """Conditions on the labels of nodes, with weights."""
    volume_zones: tuple[str, ...] = ()
    """Zones from which the block volumes that it has are in reach, or in which new ones can be made; empty where that
    is everywhere."""
    volumes_are_new: bool = False
    """Whether they are yet to be made: one that pods share then stays in the zone of the first of them."""


def read_constraints(metadata: Mapping[str, Any], spec: Mapping[str, Any], *, preempts: bool = True) -> Constraints:
    """The constraints in a pod's manifest. `preempts` is its priority class's."""
    affinity: Mapping[str, Any] = spec.get("affinity") or {}
    near: Mapping[str, Any] = affinity.get("podAffinity") or {}
    apart: Mapping[str, Any] = affinity.get("podAntiAffinity") or {}
    return Constraints(
        labels=metadata.get("labels") or {},
        node_affinity=_node_affinity(affinity.get("nodeAffinity") or {}),
        near=_required(near),
        apart=_required(apart),
        preferred=(*_preferred(near, 1), *_preferred(apart, -1)),
        preferred_nodes=_preferred_nodes(affinity.get("nodeAffinity") or {}),
        spread=tuple(
            _spread(each, metadata.get("labels") or {}) for each in spec.get("topologySpreadConstraints") or ()
        ),
        host_ports=_host_ports(spec),
        preempts=preempts,
    )


def read_tolerations(tolerations: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The taints that a pod's tolerations mean: keys, `key=value` where only that value is tolerated, and `*` for all
    of them; `key:NoExecute` and so on for those of this effect."""
    return frozenset(
        _tolerated(each, effect) for each in tolerations for effect in HARD if each.get("effect") in (None, "", effect)
    )


def _tolerated(toleration: Mapping[str, Any], effect: str) -> str:
    key = taint_key(toleration.get("key") or "*", effect)
    return key if toleration.get("operator") == "Exists" else f"{key}={toleration.get('value') or ''}"


SOFT = "PreferNoSchedule"
"""The effect of taints that keep no pod off for certain."""
HARD = ("NoSchedule", "NoExecute")
EVERY_TAINT = frozenset({"*", "*:NoExecute"})
"""The tolerations of a pod that tolerates all taints."""


def taint_key(key: str, effect: str) -> str:
    """The key of a taint among those of a node."""
    return key if effect == "NoSchedule" else f"{key}:{effect}"


def is_tolerated(key: str, value: str, tolerated: Collection[str]) -> bool:
    """Whether a taint of a node is among those that a pod tolerates."""
    any_key = taint_key("*", key.partition(":")[2] or "NoSchedule")
    return key in tolerated or f"{key}={value}" in tolerated or any_key in tolerated


def _node_affinity(affinity: Mapping[str, Any]) -> tuple[Selector, ...]:
    required: Mapping[str, Any] = affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or {}
    terms: Sequence[Mapping[str, Any]] = required.get("nodeSelectorTerms") or ()
    return tuple(_requirements(term.get("matchExpressions") or ()) for term in terms)


def _preferred_nodes(affinity: Mapping[str, Any]) -> tuple[tuple[int, Selector], ...]:
    terms: Sequence[Mapping[str, Any]] = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    return tuple(
        (int(each["weight"]), _requirements(each["preference"].get("matchExpressions") or ())) for each in terms
    )


def _required(affinity: Mapping[str, Any]) -> tuple[AffinityTerm, ...]:
    return tuple(_term(each) for each in affinity.get("requiredDuringSchedulingIgnoredDuringExecution") or ())


def _preferred(affinity: Mapping[str, Any], sign: int) -> tuple[tuple[int, AffinityTerm], ...]:
    terms: Sequence[Mapping[str, Any]] = affinity.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
    return tuple((sign * int(each["weight"]), _term(each["podAffinityTerm"])) for each in terms)


def _term(term: Mapping[str, Any]) -> AffinityTerm:
    return AffinityTerm(read_selector(term.get("labelSelector") or {}), term["topologyKey"])


def _spread(constraint: Mapping[str, Any], labels: Mapping[str, str]) -> Spread:
    """With the pod's own values of `matchLabelKeys` in the selector, as the API server writes them there. A key that
    the pod has only once its controller has made it, like that of its revision, tells no planned pods apart."""
    keys: Sequence[str] = constraint.get("matchLabelKeys") or ()
    own = tuple(Requirement(key, "In", (labels[key],)) for key in keys if key in labels)
    return Spread(
        (*read_selector(constraint.get("labelSelector") or {}), *own),
        constraint["topologyKey"],
        constraint["maxSkew"],
        constraint.get("whenUnsatisfiable", "DoNotSchedule") == "DoNotSchedule",
        constraint.get("nodeTaintsPolicy") == "Honor",
        constraint.get("nodeAffinityPolicy") == "Ignore",
    )


def read_selector(selector: Mapping[str, Any]) -> Selector:
    """A label selector as it is written in a manifest, whatever a file of objects has in it."""
    exact = tuple(Requirement(key, "In", (str(each),)) for key, each in mapping(selector, "matchLabels").items())
    return (*exact, *_requirements(entries(selector, "matchExpressions")))


def _requirements(expressions: Sequence[Mapping[str, Any]]) -> Selector:
    return tuple(
        Requirement(text(each, "key"), cast(Operator, text(each, "operator")), tuple(map(str, values(each, "values"))))
        for each in expressions
    )


def _host_ports(spec: Mapping[str, Any]) -> frozenset[tuple[str, int]]:
    """On the host's network every port of a container is the host's."""
    ports: list[Mapping[str, Any]] = [
        port for container in spec.get("containers") or () for port in container.get("ports") or ()
    ]
    number = "containerPort" if spec.get("hostNetwork") else "hostPort"
    return frozenset((port.get("protocol", "TCP"), port[number]) for port in ports if port.get(number))
