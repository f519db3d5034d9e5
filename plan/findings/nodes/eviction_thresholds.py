"""Thresholds at which kubelets evict pods: so high that nodes may hardly be used, or switched off."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.source import Path
from plan.cluster.usable import usable_disk, usable_memory
from plan.model.findings import Finding, Rule
from plan.wording import gib

EVICTS_TOO_EARLY = Rule(
    "EVICTS-TOO-EARLY",
    "warning",
    title="Pods are evicted while most of a node is free",
    meaning=(
        "A threshold says how much must stay available. One of half a node or more evicts pods as soon as the rest is "
        "used, and the scheduler sends new ones, since it goes by requests: they are started and evicted in turn. "
        "Images count towards the disk, and those of models and desktops have several GiB each."
    ),
    remedy="Write how much must stay free at least: 10 to 25 % of a disk, and 0.5 to 1 GiB of memory.",
)

EVICTION_OFF = Rule(
    "EVICTION-OFF",
    "warning",
    title="A node fills its disk until nothing can be written",
    meaning=(
        "The kubelet ignores a threshold of 0 %: it evicts nothing for a full disk. Then the kubelet, containerd and "
        "on a control plane etcd cannot write either, and the node is lost with all its pods."
    ),
    remedy="Write 10 % for nodefs and 15 % for imagefs, the kubelet's own defaults, or more.",
)

MOST_PERCENT = 50
ADVISED_PERCENT: Mapping[str, int] = {"nodefs": 10, "imagefs": 15}
"""The kubelet's defaults (pkg/kubelet/eviction/defaults_linux.go)."""
_AT: Path = ("cluster", "kubelet")


class _Threshold(NamedTuple):
    """A threshold, and the smallest node that has it."""

    path: Path
    said: str
    resource: str
    available: int
    """Bytes."""
    node: str
    size: int
    """Bytes that the node has."""
    advice: str


def eviction_threshold_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each threshold that leaves less than half of a node, and for each that is switched off."""
    for each in _thresholds(lab):
        if _is_too_high(each):
            yield EVICTS_TOO_EARLY.finding(
                each.path,
                f"{each.said} must stay available: on {each.node} pods are evicted once "
                f"{gib(max(each.size - each.available, 0))} of {gib(each.size)} of {each.resource} are used, by "
                "the system itself too",
                f"write {each.advice}",
                facts={"available_bytes": each.available, "size_bytes": each.size, "node": each.node},
            )
    hard = lab.cluster.kubelet.eviction_hard
    for signal, percent in (("nodefs", hard.nodefs_percent), ("imagefs", hard.imagefs_percent)):
        if percent == 0:
            yield EVICTION_OFF.finding(
                (*_AT, "eviction_hard", f"{signal}_percent"),
                f"0 % switches the threshold of {signal} off: a node's disk fills until nothing can be written, and "
                "nothing is evicted at once",
                f"write {ADVISED_PERCENT[signal]}",
            )


def _thresholds(lab: Lab) -> Iterator[_Threshold]:
    """All thresholds; of a resource whose hard one is too high already, not the soft one above it."""
    nodes = {name: machine for name, machine in lab.machines.items() if machine.role != "appliance"}
    if not nodes:
        return
    kubelet = lab.cluster.kubelet
    soft, hard = kubelet.eviction_soft, kubelet.eviction_hard
    lean = min(nodes, key=lambda name: nodes[name].memory)
    memory = usable_memory(nodes[lean].memory)
    killing = _Threshold((*_AT, "eviction_hard", "memory"), str(hard.memory), "memory", hard.memory, lean, memory, "")
    least = soft.memory.available
    yield from _pair(killing, "500Mi", ("memory", "available"), least, str(least), "1Gi")
    small = min(nodes, key=lambda name: nodes[name].disks[0].size)
    disk = usable_disk(nodes[small].disks[0].size)
    for signal, at_once, later in (
        ("nodefs", hard.nodefs_percent, soft.nodefs.available_percent),
        ("imagefs", hard.imagefs_percent, soft.imagefs.available_percent),
    ):
        path = (*_AT, "eviction_hard", f"{signal}_percent")
        killing = _Threshold(path, f"{at_once} %", "the disk", _share(disk, at_once), small, disk, "")
        advice = str(ADVISED_PERCENT[signal])
        gentler = str(max(ADVISED_PERCENT[signal], at_once) + 5)
        yield from _pair(killing, advice, (signal, "available_percent"), _share(disk, later), f"{later} %", gentler)


def _pair(
    hard: _Threshold, advice: str, path: Path, available: int, said: str, soft_advice: str
) -> Iterator[_Threshold]:
    yield hard._replace(advice=advice)
    if not _is_too_high(hard):
        soft = (*_AT, "eviction_soft", *path)
        yield hard._replace(path=soft, said=said, available=available, advice=soft_advice)


def _share(disk: int, percent: int) -> int:
    return -(-disk * percent // 100)


def _is_too_high(threshold: _Threshold) -> bool:
    return threshold.available * 100 >= threshold.size * MOST_PERCENT
