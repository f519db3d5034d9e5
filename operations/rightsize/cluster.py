"""Proposals for a whole cluster: each container with usage, next to the cluster's own values and its tier's rules."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from observation import Observation
from observation.objects import controller_uid, name_of, namespace_of, spec_of
from observation.usage import ContainerUsage, Usage
from operations.rightsize.kills import Kills, kills
from operations.rightsize.lab import Key, Written, written
from operations.rightsize.policy import policy_of
from operations.rightsize.size import Policy, Proposal, propose
from operations.rightsize.stated import Stated
from operations.rightsize.witnesses import Witness, witness
from plan.model import Manifest
from plan.model.fields import Fields, text
from plan.model.resources import CPU, MEMORY, read_amount
from plan.model.templates import containers_of, pod_spec

CONTROLLERS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod")


class Sized(NamedTuple):
    """A container and the proposals for it."""

    namespace: str
    workload: str
    """Kind and name, as `Deployment/blog`."""
    container: str
    usage: ContainerUsage
    memory: Proposal
    cpu: Proposal
    kills: Kills
    witness: Witness | None
    policy: Policy
    written: Written | None
    """Where the lab states its amounts; None where it does not, or without a lab."""

    @property
    def key(self) -> Key:
        """Namespace, workload and container."""
        return self.namespace, self.workload, self.container

    @property
    def changes(self) -> bool:
        """Whether anything is proposed for it."""
        return any(each.proposed != (None, None) for each in (self.memory, self.cpu))


class NotSized(NamedTuple):
    """A container for which nothing can be proposed."""

    namespace: str
    workload: str
    container: str
    why: str


class Sizes(NamedTuple):
    """Proposals for a cluster."""

    days: float
    """Span of the usage."""
    sized: tuple[Sized, ...]
    not_sized: tuple[NotSized, ...]


def size_cluster(observation: Observation, usage: Usage, lab: Lab | None = None) -> Sizes:
    """Proposals for each container of which the use is known, and the containers of which it is not."""
    containers = dict(_containers_of_cluster(observation))
    places: Mapping[Key, Written] = written(lab) if lab else {}
    sized: list[Sized] = []
    not_sized: list[NotSized] = []
    for used in usage.containers:
        key = (used.namespace, used.workload, used.container)
        found = containers.pop(key, None)
        if found is None:
            not_sized.append(NotSized(*key, "no longer there"))
            continue
        manifest, container = found
        pods = observation.pods_of(manifest) or ((manifest,) if manifest["kind"] == "Pod" else ())
        killed = kills(observation, usage, used, pods)
        stated = _stated(_as_admitted(container, pods))
        seen, place = witness(observation, manifest, used.container), places.get(key)
        policy = policy_of(observation, lab, manifest, container, stated, place, seen)
        memory, cpu = propose(used._replace(oom_kills=killed.times), stated, policy)
        sized.append(Sized(*key, used, memory, cpu, killed, seen, policy, place))
    not_sized += [NotSized(*key, "no usage") for key in containers]
    return Sizes(usage.window_days, tuple(sized), tuple(sorted(not_sized)))


def _containers_of_cluster(observation: Observation) -> Iterator[tuple[Key, tuple[Manifest, Fields]]]:
    """The containers of what somebody wrote: not those of a cronjob's jobs; those of an operator by their pods."""
    for kind in CONTROLLERS:
        for manifest in observation.of(kind):
            if controller_uid(manifest) is None:
                yield from _containers_of(manifest, pod_spec(manifest))
    for pod in observation.of("Pod"):
        top = observation.top(pod)
        if top["kind"] not in (*CONTROLLERS, "Node", "ReplicaSet"):
            yield from _containers_of(top, spec_of(pod))


def _containers_of(manifest: Manifest, spec: Fields) -> Iterator[tuple[Key, tuple[Manifest, Fields]]]:
    workload = f"{manifest['kind']}/{name_of(manifest)}"
    for container in containers_of(spec):
        yield (namespace_of(manifest) or "", workload, str(container["name"])), (manifest, container)


def _as_admitted(container: Fields, pods: tuple[Manifest, ...]) -> Fields:
    """The container as a pod has it, with the defaults of the LimitRange; as it is written, where there is no pod."""
    running = (
        each for pod in pods for each in containers_of(spec_of(pod)) if each.get("name") == container.get("name")
    )
    return next(running, container)


def _stated(container: Fields) -> Stated:
    return Stated(
        cpu_request=_amount(container, "requests", CPU),
        memory_request=_amount(container, "requests", MEMORY),
        memory_limit=_amount(container, "limits", MEMORY),
        cpu_limit=_amount(container, "limits", CPU),
    )


def _amount(container: Fields, field: str, resource: str) -> int | None:
    found = text(container, "resources", field, resource)
    return read_amount(resource, found) if found else None
