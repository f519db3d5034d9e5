"""How a quota judges more pods of a workload."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from plan.cluster.nodes import PODS
from plan.kubernetes.admission.quota import pod_usage
from plan.model import NamespaceUse, Pod, Workload
from plan.model.resources import CPU, MEMORY, at_most, notation

FIELDS = {CPU: "requests.cpu", MEMORY: "requests.memory", PODS: "pods"}
"""Names in a quota of the resources for which the planner has its own; all others go by the quota's name."""


def counted(pod: Pod, resources: Iterable[str]) -> dict[str, int]:
    """Amounts that a pod takes of a quota that limits these resources."""
    usage = pod_usage(pod)
    return {resource: usage.get(field_of(resource), 0) for resource in resources}


def field_of(resource: str) -> str:
    """Name of a resource in a quota."""
    return FIELDS.get(resource, resource)


def resource_of(field: str) -> str:
    """The planner's name for a field of a quota."""
    return next((resource for resource, name in FIELDS.items() if name == field), field)


class Excess(NamedTuple):
    """A resource of which a namespace would use more than its quota has."""

    resource: str
    needed: int
    hard: int
    pods: int
    """So many pods of the workload the quota takes."""
    per_pod: int
    """With so much for each pod all of them would be taken; 0 where none would."""

    @property
    def sentence(self) -> str:
        """For example `requests.memory 12Gi of 10Gi`."""
        return (
            f"{field_of(self.resource)} {notation(self.resource, self.needed)} of {notation(self.resource, self.hard)}"
        )

    @property
    def smaller(self) -> str:
        """The beginning of a fix, for example `request at most 512Mi for each pod, `; empty where none would do."""
        if not self.per_pod or self.resource == PODS:
            return ""
        return f"request at most {at_most(self.resource, self.per_pod)} for each pod, "


def exceeded(use: NamespaceUse, workload: Workload, pods: int) -> Iterator[Excess]:
    """Amounts by which so many pods of a workload, instead of `replicas`, would exceed the namespace's quota.

    A resource that the lab exceeds already while nothing moves is not reported again.
    """
    requests = counted(workload.pod, use.quota or ())
    for resource, hard in (use.quota or {}).items():
        steady, each = use.requests.get(resource, 0), requests.get(resource, 0)
        others = steady - workload.replicas * each
        needed = others + pods * each
        if steady <= hard < needed:
            room = hard - others
            yield Excess(resource, needed, hard, room // each, room // pods)
