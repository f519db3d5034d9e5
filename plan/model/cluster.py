"""Namespaces, tiers and nodes of a plan."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from plan.model.workloads import Manifest, ResourceList

KUBERNETES_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""They are in every cluster, and belong to it."""


class Namespace(NamedTuple):
    """A namespace of a tier, and what governs it."""

    name: str
    tier: str
    services: tuple[str, ...]
    manifest: Manifest
    limit_range: Manifest | None
    """LimitRange that Kyverno generates in it; None where the namespace opts out, and in Kyverno's own."""
    quota: Manifest | None
    after_policies: bool
    """False for the namespaces of the policy engine and of the pod network that it needs."""

    @property
    def is_declared(self) -> bool:
        """Whether the program makes it, and would delete it."""
        return self.name not in KUBERNETES_NAMESPACES


class Tier(NamedTuple):
    """A tier and the objects that follow from its row."""

    name: str
    priority: int
    priority_class: Manifest
    limit_range: Manifest
    quota: Manifest


class Node(NamedTuple):
    """A node of the cluster and how full it may become."""

    name: str
    role: Literal["control-plane", "worker"]
    group: Literal["control-plane", "gpu", "general"]
    labels: Mapping[str, str]
    taints: Mapping[str, str]
    """Values of its NoSchedule taints, by key, and of its NoExecute taints, by `KEY:NoExecute`."""
    capacity: ResourceList
    allocatable: ResourceList
    volume_slots: int
    """Block volumes that the scheduler will put on it."""
    soft_taints: frozenset[str] = frozenset()
    """Keys of its PreferNoSchedule taints."""
