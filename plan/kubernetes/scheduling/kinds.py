"""The pods of a workload as the scheduler sees them: all alike."""

from dataclasses import dataclass
from functools import cached_property

from config.quantity import Cpu, Memory
from plan.cluster.nodes import PODS, ZONE_LABEL
from plan.model import Container, ResourceList, Workload
from plan.model.constraints import HOSTNAME, Constraints, Selector, Spread
from plan.model.resources import CPU, MEMORY, pod_limits, pod_requests

UNSTATED_CPU, UNSTATED_MEMORY = Cpu.parse("100m"), Memory.parse("200Mi")
"""Requests assumed for a container that states none when nodes are compared (`GetNonzeroRequests`)."""
DEFAULT_SPREAD = (Spread((), HOSTNAME, 3, required=False), Spread((), ZONE_LABEL, 5, required=False))
"""The scheduler's own preference for the pods of one controller, where they state none (`systemDefaultConstraints`)."""


@dataclass(frozen=True, eq=False)
class Kind:
    """The pods of a workload, which are all alike."""

    workload: Workload

    @property
    def constraints(self) -> Constraints:
        """Constraints on their place."""
        return self.workload.pod.constraints

    @cached_property
    def requests(self) -> ResourceList:
        """Amounts that one of them takes of a node."""
        requests = {name: amount for name, amount in pod_requests(self.workload.pod).items() if amount}
        return requests | {PODS: 1}

    @cached_property
    def limits(self) -> ResourceList:
        """Amounts that one of them may use, as far as limits are stated."""
        return pod_limits(self.workload.pod)

    @cached_property
    def compared(self) -> tuple[int, int]:
        """CPU and memory that it counts for when nodes are compared."""
        pod = self.workload.pod
        if all(CPU in each.requests and MEMORY in each.requests for each in (*pod.containers, *pod.init_containers)):
            return self.requests.get(CPU, 0), self.requests.get(MEMORY, 0)
        requests = pod_requests(
            pod._replace(containers=_filled(pod.containers), init_containers=_filled(pod.init_containers))
        )
        return requests[CPU], requests[MEMORY]

    @cached_property
    def own_volumes(self) -> int:
        """Block volumes that each of them has for itself."""
        pod = self.workload.pod
        return len(pod.temporary_volumes) + (len(pod.block_volumes) if self._is_of_replicas else 0)

    @property
    def _is_of_replicas(self) -> bool:
        return self.workload.controller in ("StatefulSet", "Cluster")

    @cached_property
    def claims(self) -> tuple[tuple[str, str], ...]:
        """Block volumes that they share with each other and with other workloads, as service and volume."""
        volumes = () if self._is_of_replicas else self.workload.pod.block_volumes
        return tuple((self.workload.service, volume) for volume in volumes)

    @cached_property
    def preferred_spread(self) -> tuple[Spread, ...]:
        """Spread that they prefer: as stated, or else the scheduler's own default."""
        return tuple(each for each in self.constraints.spread or DEFAULT_SPREAD if not each.required)

    @cached_property
    def required_spread(self) -> tuple[Spread, ...]:
        """Spread that they require."""
        return tuple(each for each in self.constraints.spread if each.required)

    def is_selected(self, by: "Kind", selector: Selector) -> bool:
        """Whether another pod's selector means this one; an empty one means the other's own kind."""
        if not selector:
            return by is self
        labels = self.constraints.labels
        return self.workload.namespace == by.workload.namespace and all(each.holds(labels) for each in selector)


def _filled(containers: tuple[Container, ...]) -> tuple[Container, ...]:
    unstated = {CPU: UNSTATED_CPU, MEMORY: UNSTATED_MEMORY}
    return tuple(each._replace(requests={**unstated, **each.requests}) for each in containers)
