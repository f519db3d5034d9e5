"""Pods that a drain cannot evict, or that would not find their data elsewhere."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from observation import Observation
from observation.objects import controller_uid, labels_of, name_of, namespace_of, spec_of, status_of
from plan.model import Manifest
from plan.model.constraints import HOSTNAME, read_selector
from plan.model.fields import Fields, entries, mapping, number, text

Kind = Literal["bare-pod", "local-volume", "host-path", "budget", "no-place"]
_OF_THE_SYSTEM = ("/dev", "/etc", "/lib", "/proc", "/run", "/sys", "/var/lib/kubelet", "/var/log", "/var/run")
"""Folders that every node has alike."""


class Blocker(NamedTuple):
    """Something that a drain stops at, or that it should not go past unseen."""

    kind: Kind
    namespace: str
    name: str
    """The pod, the claim, the disruption budget or the workload."""
    detail: str
    """The volume, the folder, the pods or the scheduler's sentence that it is about."""


def blockers(observation: Observation, pods: tuple[Manifest, ...], node: str) -> Iterator[Blocker]:
    """Blockers among the pods that a drain would evict."""
    for pod in pods:
        namespace, name = namespace_of(pod) or "", name_of(pod)
        if controller_uid(pod) is None:
            yield Blocker("bare-pod", namespace, name, "nothing recreates it")
        for volume in entries(spec_of(pod), "volumes"):
            if (path := text(volume, "hostPath", "path")) and not path.startswith(_OF_THE_SYSTEM):
                yield Blocker("host-path", namespace, name, path)
            claim = text(volume, "persistentVolumeClaim", "claimName")
            if claim and (folder := _local(observation, namespace, claim, node)) is not None:
                yield Blocker("local-volume", namespace, claim, folder)
    yield from _budgets(observation, pods)


def _local(observation: Observation, namespace: str, claim: str, node: str) -> str | None:
    """The folder of a claim's volume, if it is on that node only."""
    stated = observation.get("PersistentVolumeClaim", claim, namespace)
    volume = observation.get("PersistentVolume", text(stated, "spec", "volumeName")) if stated else None
    if volume is None:
        return None
    terms = entries(spec_of(volume), "nodeAffinity", "required", "nodeSelectorTerms")
    is_here = any(
        text(each, "key") == HOSTNAME and node in (each.get("values") or ())
        for term in terms
        for each in entries(term, "matchExpressions")
    )
    folder = text(volume, "spec", "local", "path") or text(volume, "spec", "hostPath", "path")
    return (folder or name_of(volume)) if is_here or text(volume, "spec", "hostPath", "path") else None


def _budgets(observation: Observation, pods: tuple[Manifest, ...]) -> Iterator[Blocker]:
    for budget in observation.of("PodDisruptionBudget"):
        held = [pod for pod in pods if namespace_of(pod) == namespace_of(budget) and _selects(budget, pod)]
        if held and number(status_of(budget), "disruptionsAllowed") < 1:
            names = ", ".join(name_of(pod) for pod in held)
            yield Blocker("budget", namespace_of(budget) or "", name_of(budget), names)


def _selects(budget: Manifest, pod: Manifest) -> bool:
    selector: Fields = mapping(spec_of(budget), "selector")
    return all(each.holds(labels_of(pod)) for each in read_selector(selector))
