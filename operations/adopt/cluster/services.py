"""The services of a cluster: each with its workloads and every other object that is only there for it."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from config.model import NAME_PATTERN
from observation.objects import labels_of
from operations.adopt.cluster.grouping import NAME_LABELS, Group, is_route, main_workload, workload_groups
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.origins import SYSTEM_NAMESPACES, OfRelease
from operations.adopt.cluster.references import ENDPOINTS
from operations.adopt.cluster.world import World, is_database
from plan.model.metadata import api_group

_REST = "cluster-objects"
"""The service that holds what belongs to the cluster as a whole."""


class FoundService(NamedTuple):
    """A service as it runs."""

    name: str
    namespace: str
    main: Key | None
    """The workload that it is about; a release of Helm and a service without pods have none."""
    workloads: tuple[Key, ...]
    objects: tuple[Key, ...]
    """All that its owner states of it, workloads included; of a release, objects that belong to it by reference."""
    release: OfRelease | None = None


class Unused(NamedTuple):
    """An object that its owner states and no service uses."""

    key: Key


class Grouping(NamedTuple):
    """Every object that an owner states: in a service, a namespace of one, or used by nobody."""

    services: tuple[FoundService, ...]
    namespaces: tuple[Key, ...]
    """They are declared with the services that live in them."""
    unused: tuple[Unused, ...]


class _Place(NamedTuple):
    """The center of a service."""

    namespace: str
    name: str
    group: Group | None
    release: OfRelease | None


def find_services(world: World) -> Grouping:
    """The services of a cluster."""
    places = _named(world)
    owner_of = _assigned(world, places)
    alone = _behind_routes(owner_of, world)
    objects: dict[_Place, list[Key]] = defaultdict(list)
    namespaces: list[Key] = []
    unused: list[Unused] = []
    for key in filter(world.is_own, world.manifests):
        if key.kind == "Namespace":
            namespaces.append(key)
        elif place := owner_of.get(key) or alone.get(key) or _home(key, places, world):
            objects[place].append(key)
        elif key.namespace in ("", *SYSTEM_NAMESPACES) and not _is_cluster_wide(key):
            unused.append(Unused(key))
        else:
            name = key.namespace or _REST
            objects[_Place(key.namespace, name, None, None)].append(key)
    found = [_service(world, place, objects.get(place, [])) for place in dict.fromkeys((*places, *objects))]
    return Grouping(tuple(_with_unique_names(found)), tuple(namespaces), tuple(unused))


def _behind_routes(assigned: Collection[Key], world: World) -> dict[Key, _Place]:
    """In namespaces of Kubernetes, routes to no workload of the owner, each with the Service that it names and all that
    only they use: a service elsewhere, or one that something else installs."""
    found: dict[Key, _Place] = {}
    for route in filter(world.is_own, world.references):
        if route in assigned or route.namespace not in SYSTEM_NAMESPACES or not is_route(route):
            continue
        place = _Place(route.namespace, as_name(route.name), None, None)
        used = {each for each in world.references[route] if each.namespace == route.namespace}
        used |= {each for each in world.references if each.kind in ENDPOINTS and world.references[each] & used}
        found |= {each: place for each in (route, *sorted(used - set(assigned))) if each not in found}
    return found


def _is_cluster_wide(key: Key) -> bool:
    return not key.namespace


def _service(world: World, place: _Place, objects: Iterable[Key]) -> FoundService:
    workloads = place.group.workloads if place.group else ()
    return FoundService(
        name=place.name,
        namespace=place.namespace,
        main=main_workload(place.group, world) if place.group else None,
        workloads=workloads,
        objects=tuple(sorted(objects)),
        release=place.release,
    )


def _named(world: World) -> list[_Place]:
    groups = workload_groups(world)
    lasting = Counter(each.namespace for each in groups if not _runs_once(each))
    databases = Counter(each.namespace for each in groups if _is_database(each))
    return [
        *(_Place(each.namespace, as_name(each.name), None, each) for each in world.releases),
        *(_Place(each.namespace, _name(each, _beside(each, lasting, databases), world), each, None) for each in groups),
    ]


def _beside(group: Group, lasting: Mapping[str, int], databases: Mapping[str, int]) -> int:
    """Groups that go on in a namespace; beside another service, its databases do not count."""
    return lasting[group.namespace] - (0 if _is_database(group) else databases[group.namespace])


def _is_database(group: Group) -> bool:
    return any(map(is_database, group.workloads))


def _name(group: Group, beside: int, world: World) -> str:
    """The namespace's where nothing else in it goes on, and no release beside it is called so; else what its labels
    call it, else its main workload's."""
    is_release = OfRelease(group.namespace, group.namespace) in world.releases
    if beside == 1 and not _runs_once(group) and group.namespace not in SYSTEM_NAMESPACES and not is_release:
        return as_name(group.namespace)
    main = main_workload(group, world)
    labels = labels_of(world.manifests[main])
    for label in NAME_LABELS:
        if label in labels and re.search(rf"(^|-){re.escape(labels[label])}(-|$)", main.name):
            return as_name(labels[label])
    return as_name(re.sub(r"-(deployment|deploy|statefulset|app)$", "", main.name))


def _runs_once(group: Group) -> bool:
    return all(key.kind == "Job" for key in group.workloads)


def as_name(text: str) -> str:
    """A text as the name of a service: lower-case letters, digits and hyphens, at most 63."""
    if re.fullmatch(NAME_PATTERN, text):
        return text
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:63].rstrip("-") or "service"


def _assigned(world: World, places: Iterable[_Place]) -> dict[Key, _Place]:
    """Each object, with the service nearest to it by what refers to what; of two, the one that surely does."""
    certain, links = _links(world.certain), _links(world.references)
    by_release = {place.release: place for place in places if place.release}
    owner: dict[Key, _Place] = {key: place for place in places if place.group for key in place.group.workloads}
    for key, origin in world.origins.items():
        if isinstance(origin, OfRelease) and origin in by_release:
            owner[key] = by_release[origin]
    edge = list(owner)
    while edge:
        reached: dict[Key, _Place] = {}
        for key, other in (pair for known in (certain, links) for pair in _next(edge, known)):
            if other not in owner and other not in reached and other.kind not in ("Namespace", "StorageClass"):
                reached[other] = owner[key]
        owner |= reached
        edge = [key for key in reached if _passes_on(key)]
    return owner


def _links(references: Mapping[Key, frozenset[Key]]) -> dict[Key, set[Key]]:
    """References in both directions."""
    found: dict[Key, set[Key]] = defaultdict(set)
    for key, named in references.items():
        for other in named:
            found[key].add(other)
            found[other].add(key)
    return found


def _next(edge: Iterable[Key], links: Mapping[Key, set[Key]]) -> Iterator[tuple[Key, Key]]:
    return ((key, other) for key in edge for other in sorted(links.get(key, ())))


def _passes_on(key: Key) -> bool:
    """Whether what refers to the same object is of the same service; a cluster role says nothing of that."""
    return key.kind not in ("ClusterRole", "IngressClass", "RuntimeClass", "PriorityClass")


def _home(key: Key, places: Iterable[_Place], world: World) -> _Place | None:
    """For an object that nothing refers to: the only service of its namespace, the one it is named after, or that
    whose chart brings its kind."""
    inside = [place for place in places if key.namespace and place.namespace == key.namespace]
    if key.namespace not in SYSTEM_NAMESPACES:
        own = [place for place in inside if place.group and not _is_database(place.group)] or inside
        if len(own) == 1:
            return own[0]
    for place in inside:
        if key.name == place.name or key.name.startswith(f"{place.name}-"):
            return place
    if key.namespace and inside and key.namespace not in SYSTEM_NAMESPACES:
        return next((place for place in inside if place.name == as_name(key.namespace)), None)
    return _provider(key, places, world) if not key.namespace else None


def _provider(key: Key, places: Iterable[_Place], world: World) -> _Place | None:
    """The release whose name is in the API group of a kind: `kyverno` in kyverno.io, `cert-manager` in its."""
    group = api_group(world.manifests[key])
    words = {group.split(".")[0], *group.split(".")[:-1], key.name}
    charts = [(place, world.releases[place.release].chart) for place in places if place.release]
    for place, chart in charts:
        if {place.name, chart} & words:
            return place
    return next((place for place, chart in charts if key.name in place.name or key.name in chart), None)


def _with_unique_names(found: Iterable[FoundService]) -> Iterable[FoundService]:
    """Services of one name are distinguished by their namespace."""
    found = list(found)
    names: Mapping[str, list[FoundService]] = defaultdict(list)
    for each in found:
        names[each.name].append(each)
    taken: set[str] = set()
    for each in found:
        name = each.name if len(names[each.name]) == 1 else as_name(f"{each.namespace}-{each.name}")
        while name in taken:
            name = f"{name}-2"
        taken.add(name)
        yield each._replace(name=name)
