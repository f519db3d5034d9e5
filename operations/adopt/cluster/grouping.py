"""Which workloads make a service together."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from observation.objects import labels_of
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import SYSTEM_NAMESPACES, LeftOut
from operations.adopt.cluster.references import service_hosts
from operations.adopt.cluster.world import World, is_database
from plan.model.fields import mapping
from plan.model.templates import pod_template

NAME_LABELS = ("app.kubernetes.io/instance", "app.kubernetes.io/name", "app", "k8s-app")
_FEW = 3
"""In a namespace of many services, an object that more workloads than these share does not make them one service."""
_SHARED_KINDS = frozenset({"PersistentVolumeClaim", "ConfigMap", "Secret"})

Pair = tuple[Key, Key]


class Group(NamedTuple):
    """The workloads of one service."""

    namespace: str
    workloads: tuple[Key, ...]


def workload_groups(world: World) -> list[Group]:
    """The workloads that the owner states, one group for each service.

    Together are workloads of one namespace that carry one name in their labels, mount one claim, read one Secret or
    ConfigMap, call a Service that nobody else calls, or are named after one another. That they share a namespace or a
    folder of a node does not make them one service. A database cluster of an operator is one by itself.
    """
    namespaces: dict[str, list[Key]] = defaultdict(list)
    for key in world.manifests:
        if world.is_own(key) and world.is_workload(key):
            namespaces[key.namespace].append(key)
    return [
        Group(namespace, tuple(each))
        for namespace, members in namespaces.items()
        for each in _joined(members, _pairs([key for key in members if not is_database(key)], world))
    ]


def _pairs(members: list[Key], world: World) -> list[Pair]:
    return [*_alike(members, world), *_sharing(members, world), *_calling(members, world)] if members else []


def _alike(members: list[Key], world: World) -> Iterator[Pair]:
    """One name in their labels, or the name of one beginning with that of the other or of their namespace."""
    by_name: dict[str, Key] = {}
    for key in members:
        for name in set(_label_names(key, world)):
            yield key, by_name.setdefault(name, key)
    for key in members:
        for other in members:
            if key != other and key.name.startswith(f"{other.name}-"):
                yield key, other
        if key.namespace not in SYSTEM_NAMESPACES and re.match(rf"{re.escape(key.namespace)}(-|$)", key.name):
            yield key, by_name.setdefault(f"namespace {key.namespace}", key)


def _label_names(key: Key, world: World) -> Iterator[str]:
    manifest = world.manifests[key]
    for labels in (labels_of(manifest), mapping(pod_template(manifest), "metadata", "labels")):
        for label in NAME_LABELS:
            if label in labels:
                yield labels[label]


def _sharing(members: list[Key], world: World) -> Iterator[Pair]:
    """A claim, a Secret or a ConfigMap that both mount or read."""
    users: dict[Key, list[Key]] = defaultdict(list)
    for key in members:
        for used in world.references[key]:
            if used.kind in _SHARED_KINDS and not _is_everywhere(used, world):
                users[used].append(key)
    for used, sharing in users.items():
        if len(sharing) <= _FEW or (used.namespace not in SYSTEM_NAMESPACES and used.kind == "PersistentVolumeClaim"):
            yield from ((key, sharing[0]) for key in sharing[1:])


def _is_everywhere(key: Key, world: World) -> bool:
    """Whether it comes by itself, as the certificates of the API server, which each pod with a token mounts."""
    origin = world.origins.get(key)
    return isinstance(origin, LeftOut) and origin.why in ("derived", "system")


def _calling(members: list[Key], world: World) -> Iterator[Pair]:
    """A workload and the only other one that calls its Service."""
    services = {
        key: [each for each in members if each in named]
        for key, named in world.references.items()
        if key.kind == "Service" and key.namespace == members[0].namespace
    }
    calls = {key: set(service_hosts(world.manifests[key], services)) for key in members}
    for service, behind in services.items():
        callers = [key for key in members if service in calls[key] and key not in behind]
        if behind and len(callers) <= _FEW and len(set(map(_stem, callers))) == 1:
            yield from ((caller, behind[0]) for caller in callers)


def _stem(key: Key) -> str:
    """The first word of a name: workloads called alike count as one caller."""
    return key.name.split("-")[0]


def _joined(members: Iterable[Key], pairs: Iterable[Pair]) -> list[list[Key]]:
    """The members, those that a pair links together."""
    first = {key: key for key in members}

    def root(key: Key) -> Key:
        while first[key] != key:
            key = first[key]
        return key

    for one, other in pairs:
        first[root(one)] = root(other)
    found: dict[Key, list[Key]] = defaultdict(list)
    for key in first:
        found[root(key)].append(key)
    return list(found.values())


def main_workload(group: Group, world: World) -> Key:
    """The workload that a service is about: one that a route leads to, that runs all the time, that others name."""
    named = Counter(each for key in world.references for each in world.references[key] if each in group.workloads)
    running = ("Deployment", "StatefulSet", "DaemonSet")
    return max(
        group.workloads,
        key=lambda key: (
            key.name == group.namespace,
            key.kind in running or key in world.operated,
            sum(other.name.startswith(f"{key.name}-") for other in group.workloads),
            _has_route(key, world),
            named[key],
            -len(key.name),
        ),
    )


def _has_route(workload: Key, world: World) -> bool:
    services = [key for key, named in world.references.items() if key.kind == "Service" and workload in named]
    return any(service in named for key, named in world.references.items() for service in services if is_route(key))


def is_route(key: Key) -> bool:
    """Whether an object leads visitors to Services."""
    return "Ingress" in key.kind or "Route" in key.kind
