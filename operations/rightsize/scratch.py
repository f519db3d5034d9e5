"""Limits of ephemeral storage from what kubelets measure now. They are never cut: one look shows no peak."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from observation import Observation
from observation.objects import name_of, namespace_of, spec_of, status_of
from plan.model import Manifest
from plan.model.fields import Fields, entries, number, text
from plan.model.resources import EPHEMERAL_STORAGE, read_amount

Answer = Literal["grow", "enough", "cannot be said"]
FULL = 0.8
"""Share of a limit from which it is to grow."""
FACTOR = 1.5
"""New limit over the larger of the old one and what is used."""
_EVICTED = "ephemeral local storage usage exceeds"
"""The kubelet's words for a pod that wrote more than its limits."""
_MIB = 1 << 20


class SizedScratch(NamedTuple):
    """A container with a limit of ephemeral storage, what it has written, and the limit that it should have."""

    namespace: str
    workload: str
    """Kind and name."""
    container: str
    limit: int
    """Bytes."""
    used: int | None
    """Bytes of its layer and its logs, in the pod that wrote most; None where no kubelet was asked."""
    evicted: int
    """Pods that are still there and were evicted for it."""
    answer: Answer
    proposed: int | None
    """Bytes; None: left alone."""


def size_scratch(observation: Observation) -> tuple[SizedScratch, ...]:
    """Each container with such a limit. What lies in an `emptyDir` is not counted: it belongs to no container."""
    measured = dict(_measured(observation))
    limits: dict[tuple[str, str, str], int] = {}
    used: dict[tuple[str, str, str], int] = {}
    evicted: dict[tuple[str, str, str], int] = {}
    for pod in observation.of("Pod"):
        namespace, top = namespace_of(pod) or "", observation.top(pod)
        for container, limit in _limits(pod):
            key = namespace, f"{top['kind']}/{name_of(top)}", container
            limits[key] = limit
            seen = measured.get((namespace, name_of(pod), container))
            if seen is not None:
                used[key] = max(seen, used.get(key, 0))
            evicted[key] = evicted.get(key, 0) + (_EVICTED in text(status_of(pod), "message").lower())
    return tuple(_sized(key, limit, used.get(key), evicted[key]) for key, limit in sorted(limits.items()))


def _sized(key: tuple[str, str, str], limit: int, used: int | None, evicted: int) -> SizedScratch:
    if evicted or (used is not None and used >= FULL * limit):
        wanted = -(-int(FACTOR * max(limit, used or 0)) // _MIB) * _MIB
        return SizedScratch(*key, limit, used, evicted, "grow", wanted)
    return SizedScratch(*key, limit, used, evicted, "cannot be said" if used is None else "enough", None)


def _limits(pod: Manifest) -> Iterator[tuple[str, int]]:
    for container in entries(spec_of(pod), "containers"):
        if stated := text(container, "resources", "limits", EPHEMERAL_STORAGE):
            yield text(container, "name"), read_amount(EPHEMERAL_STORAGE, stated)


def _measured(observation: Observation) -> Iterator[tuple[tuple[str, str, str], int]]:
    """Bytes that containers have written, by namespace, pod and name."""
    for kubelet in observation.kubelets.values():
        statistics: Fields = {"of": kubelet.statistics or {}}
        for pod in entries(statistics, "of", "pods"):
            for container in entries(pod, "containers"):
                written = sum(number(container, part, "usedBytes") for part in ("rootfs", "logs"))
                yield (text(pod, "podRef", "namespace"), text(pod, "podRef", "name"), text(container, "name")), written
