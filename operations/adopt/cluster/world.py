"""A cluster as one value: its objects, where each comes from, and which others it names."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from observation.redaction import REDACTED
from operations.adopt.cluster.k3s import charts
from operations.adopt.cluster.objects import Key, custom_group, key_of
from operations.adopt.cluster.origins import LeftOut, OfRelease, Origin, Own, origins
from operations.adopt.cluster.references import References, references
from operations.adopt.cluster.releases import HelmRelease, Unreadable, read_releases
from plan.model import Manifest
from plan.model.custom_secrets import states_secrets
from plan.model.fields import entries, mapping, text
from plan.model.templates import pod_template
from plan.workloads.reading import SCALERS

WORKLOAD_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod", "ReplicaSet"})
_DATABASES = frozenset({("Cluster", "postgresql.cnpg.io")})
"""Custom kinds that are a kind of service."""
_UNNAMED = frozenset({"ReplicaSet", "EndpointSlice", "Event", "ControllerRevision", "Lease"})
"""Kinds that nothing refers to, and of which there are many."""


class World(NamedTuple):
    """The objects of a cluster, with what each comes from and names."""

    manifests: Mapping[Key, Manifest]
    origins: Mapping[Key, Origin]
    references: Mapping[Key, frozenset[Key]]
    """Of every object that somebody states, a chart included."""
    certain: Mapping[Key, frozenset[Key]]
    """References among them whose kind is known."""
    releases: Mapping[OfRelease, HelmRelease]
    """Releases of its owner; of k3s and RKE2 some come with the cluster."""
    unreadable: tuple[Unreadable, ...]
    operated: frozenset[Key]
    """Custom objects of which an operator makes pods: a database cluster for example, even while its pods are away."""

    scaled: frozenset[Key]
    """Workloads whose number of pods an autoscaler owns."""

    def is_kept(self, key: Key) -> bool:
        """Whether an object is in no file for what it holds: a Secret, and an object of an operator with a secret."""
        return key.kind == "Secret" or self.holds_secret(key)

    def holds_secret(self, key: Key) -> bool:
        """Whether an object of a custom kind has a secret in it."""
        return states_secrets(self.manifests[key], REDACTED)

    def is_own(self, key: Key) -> bool:
        """Whether its owner states an object."""
        return isinstance(self.origins.get(key), Own)

    def made_by(self, key: Key) -> str | None:
        """Owner that made an object, as kind and name, if it has one."""
        origin = self.origins.get(key)
        return origin.by if isinstance(origin, LeftOut) and origin.why == "owned" else None

    def is_workload(self, key: Key) -> bool:
        """Whether an object has pods."""
        return key.kind in WORKLOAD_KINDS or key in self.operated


def read_world(objects: Iterable[Manifest], *, runs: bool = True) -> World:
    """A cluster, from all of its objects; or what files say of one, which does not run yet."""
    found_as = {key_of(each): each for each in objects}
    manifests = {key: found_as[key] for key in sorted(found_as)}  # a dump and a live cluster are read in other orders
    releases, unreadable = read_releases(manifests.values())
    found = origins(manifests.values(), releases, runs=runs)
    packaged = charts(manifests.values(), packaged=True)
    near: dict[str, dict[Key, Manifest]] = defaultdict(dict)
    for key, each in manifests.items():
        if key.kind not in _UNNAMED:
            near[key.namespace][key] = each
    named: dict[Key, References] = {}
    for key, each in manifests.items():
        if isinstance(found[key], Own | OfRelease):
            reach = {**near[key.namespace], **near[""]} if key.namespace else manifests
            named[key] = references(each, reach)
    of_owner = (each for each in releases if (each.namespace, each.name) not in packaged)
    by_name = {OfRelease(each.namespace, each.name): each for each in of_owner}
    every = {key: each.all for key, each in named.items()}
    certain = {key: each.certain for key, each in named.items()}
    return World(manifests, found, every, certain, by_name, unreadable, _operated(manifests), _scaled(manifests))


def _scaled(manifests: Mapping[Key, Manifest]) -> frozenset[Key]:
    targets = (
        (key.namespace, mapping(manifest, "spec", "scaleTargetRef"))
        for key, manifest in manifests.items()
        if key.kind in SCALERS
    )
    return frozenset(
        Key(text(each, "kind") or "Deployment", namespace, text(each, "name"), custom_group(text(each, "apiVersion")))
        for namespace, each in targets
    )


def _operated(manifests: Mapping[Key, Manifest]) -> frozenset[Key]:
    """Owners of what has pods, and owners of these."""
    edge = {owner for key, each in manifests.items() if pod_template(each) for owner in _owners(key, each)}
    owners: set[Key] = set()
    while edge:
        owners |= edge
        edge = {above for key in edge if key in manifests for above in _owners(key, manifests[key])} - owners
    owners |= set(filter(is_database, manifests))
    return frozenset(owner for owner in owners if owner in manifests and owner.kind not in WORKLOAD_KINDS)


def _owners(key: Key, manifest: Manifest) -> Iterator[Key]:
    for owner in entries(manifest, "metadata", "ownerReferences"):
        yield Key(text(owner, "kind"), key.namespace, text(owner, "name"), custom_group(text(owner, "apiVersion")))


def is_database(key: Key) -> bool:
    """Whether an object is a cluster of databases, which is a service by itself."""
    return (key.kind, key.group) in _DATABASES
