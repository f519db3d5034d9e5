"""Seconds that an `up` waits for an object to be ready, by what its controller needs for it."""

from collections.abc import Iterator

from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text

PROGRESS = 600
"""Kubernetes' own default of `progressDeadlineSeconds`: after it, a Deployment says that it is stuck."""
PLACED = 300
"""For a pod to get a place, its volumes and its images: 3.7 GB at 100 Mbit/s."""
FIRST_TO_SAY = 30
"""More than the controller takes, so that its reason is there when the wait ends."""
EVERY_NODE = 1800
"""For a pod on every node, one node after the other."""


def deadline(manifest: Manifest) -> int | None:
    """Seconds; None for a kind that is ready once it is stored."""
    match manifest["kind"]:
        case "Deployment":
            return number(manifest, "spec", "progressDeadlineSeconds", default=PROGRESS) + FIRST_TO_SAY
        case "StatefulSet":
            in_turn = text(manifest, "spec", "podManagementPolicy") != "Parallel"
            replicas = number(manifest, "spec", "replicas", default=1) if in_turn else 1
            return max(replicas, 1) * _start(manifest) + FIRST_TO_SAY
        case "DaemonSet":
            return EVERY_NODE
        case "Job":
            stated = number(manifest, "spec", "activeDeadlineSeconds")
            return stated + FIRST_TO_SAY if stated else None
        case "Service":
            return PROGRESS + FIRST_TO_SAY
        case _:
            return None


def _start(manifest: Manifest) -> int:
    """Until a pod is ready: its containers start together, and each has as long as its startup probe gives it."""
    pod = mapping(manifest, "spec", "template", "spec")
    return PLACED + max((_startup(each) for each in _containers(pod)), default=0)


def _containers(pod: Fields) -> Iterator[Fields]:
    yield from entries(pod, "initContainers")
    yield from entries(pod, "containers")


def _startup(container: Fields) -> int:
    probe = mapping(container, "startupProbe")
    tries = number(probe, "failureThreshold", default=3) * number(probe, "periodSeconds", default=10)
    return number(probe, "initialDelaySeconds") + tries if probe else 0
