"""Alerts on how full the cluster is: volume slots, quotas, overcommitment, the loss of a node, reservations."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from plan.model import Node
from plan.model.resources import MEMORY, notation
from plan.watching.rule import Alert, allocatable, any_of, node_groups, requested
from plan.watching.thresholds import (
    QUOTA_FULL,
    RESERVATION_PRESENT,
    SLOTS_FILLING,
    SLOTS_LEFT_CRITICAL,
)
from plan.workloads.storage_classes import BLOCK_PROVISIONER

ATTACHED = (
    f'count by (node) (max by (node, volumeattachment) (kube_volumeattachment_info{{attacher="{BLOCK_PROVISIONER}"}}))'
)


def capacity_alerts(lab: Lab, nodes: Iterable[Node]) -> Iterator[Alert]:
    """All of them; those about the loss of a node for each group that has more than one."""
    groups = node_groups(nodes)
    yield from _slots(node for members in groups.values() for node in members)
    yield Alert(
        "QuotaNearlyFull",
        'max without (instance, job, type) (kube_resourcequota{type="used"}) / on (namespace, resource, resourcequota) '
        f'(max without (instance, job, type) (kube_resourcequota{{type="hard"}}) > 0) > {QUOTA_FULL}',
        "15m",
        "warning",
        "{{ $labels.namespace }} uses {{ $value | humanizePercentage }} of its quota of {{ $labels.resource }}",
        "A pod beyond it is refused. Right-size what is there, or raise the quota in tiers.yaml.",
    )
    for name, members in groups.items():
        yield _overcommitted(lab, name, members)
        if len(members) > 1:
            yield _loss(name, members)
    yield from _reservations(groups)


def _slots(nodes: Iterable[Node]) -> Iterator[Alert]:
    """For nodes with as many slots each; one without slots takes no volume."""
    by_slots: dict[int, list[str]] = defaultdict(list)
    for node in nodes:
        if node.volume_slots:
            by_slots[node.volume_slots].append(node.name)
    for slots, names in by_slots.items():
        here = f'{ATTACHED} * on (node) group_left () (max by (node) (kube_node_info{{node=~"{any_of(names)}"}}))'
        told = "{{ $labels.node }} has {{ $value }} of " + f"{slots} volume slots taken"
        remedy = "Move pods with block volumes to other nodes, use NFS for some, or add a worker."
        labels = (("slots", str(slots)),)
        yield Alert(
            "VolumeSlotsFilling", f"{here} >= {int(slots * SLOTS_FILLING)}", "10m", "warning", told, remedy, labels
        )
        yield Alert(
            "VolumeSlotsNearlyFull",
            f"{here} >= {slots - SLOTS_LEFT_CRITICAL}",
            "10m",
            "critical",
            told,
            remedy,
            labels,
        )
        yield Alert(
            "VolumeSlotsFull",
            f"{here} >= {slots}",
            "1m",
            "critical",
            f"{told}: the next pod with a block volume waits",
            remedy,
            labels,
        )


def _overcommitted(lab: Lab, name: str, members: Iterable[Node]) -> Alert:
    policy = lab.cluster.overcommit.memory_limits_percent
    pattern = any_of(node.name for node in members)
    return Alert(
        "MemoryLimitsOvercommitted",
        f"100 * sum({requested(MEMORY, pattern, kind='limits')}) / sum({allocatable(MEMORY, pattern)}) > {policy}",
        "1h",
        "warning",
        f"memory limits on the {name} nodes are " + "{{ $value | humanize }}% of what they have; the lab's policy is "
        f"{policy}%",
        "If all pods used what they may, nodes would run out of memory: lower the largest limits, or add a worker.",
        (("group", name),),
    )


def _loss(name: str, members: Iterable[Node]) -> Alert:
    pattern = any_of(node.name for node in members)
    have = allocatable(MEMORY, pattern)
    needed = f"sum({requested(MEMORY, pattern)})"
    return Alert(
        "NodeLossDoesNotFit",
        f"{needed} - (sum({have}) - max({have})) > 0",
        "30m",
        "warning",
        f"when the largest {name} node dies, " + "{{ $value | humanize1024 }}B of memory requests find no place",
        "Lower requests, or add a worker: homelab plan names what would do.",
        (("group", name),),
    )


def _reservations(groups: Mapping[str, Iterable[Node]]) -> Iterator[Alert]:
    by_kept: dict[int, list[str]] = defaultdict(list)
    for members in groups.values():
        for node in members:
            by_kept[node.capacity[MEMORY] - node.allocatable[MEMORY]].append(node.name)
    for kept, names in by_kept.items():
        pattern = any_of(names)
        capacity = f'max by (node) (kube_node_status_capacity{{resource="{MEMORY}",node=~"{pattern}"}})'
        if kept > 0:
            yield Alert(
                "NodeReservationMissing",
                f"{capacity} - {allocatable(MEMORY, pattern)} < {int(kept * RESERVATION_PRESENT)}",
                "15m",
                "warning",
                "{{ $labels.node }} keeps back {{ $value | humanize1024 }}B of memory from pods; planned are "
                f"{notation(MEMORY, kept)}",
                "An upgrade with kubeadm writes the kubelet's settings anew: put kubeReserved, systemReserved and "
                "evictionHard into the ConfigMap kubelet-config, then run kubeadm upgrade node on it.",
                (("planned", notation(MEMORY, kept)),),
            )
