"""An observation: the objects of a cluster at one time, and what could not be asked."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal, NamedTuple, TypeVar

from observation.events import Event, read_event
from observation.history import History
from observation.kinds import RESOURCE_OF
from observation.objects import Reference, controller_uid, name_of, namespace_of, reference
from observation.usage import Usage
from plan.model import Manifest
from plan.model.fields import text
from plan.model.metadata import api_group

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
Why = Literal[
    "absent", "forbidden", "unreachable", "unreadable", "incomplete", "other-version", "not-served", "clocks-apart"
]
TimeSource = Literal["stated", "newest-object", "clock"]


class Gap(NamedTuple):
    """Something that is not known, because it was not asked or not answered."""

    subject: str
    """A resource, as `pods` or `ingresses.networking.k8s.io`; or another thing, as `kubelet k8s-node1`."""
    why: Why
    """`absent` is a file that a dump does not have: there is no such object, or it was not asked."""
    detail: str
    """In the words of the refusal."""


class Kubelet(NamedTuple):
    """A kubelet, asked through the API server."""

    configuration: Mapping[str, object] | None
    """Its `/configz`; None where that could not be asked."""
    statistics: Mapping[str, object] | None
    """Its `/stats/summary`."""


@dataclass(frozen=True)
class Observation:
    """The cluster at one time. Objects are plain manifests, as the API server returns them."""

    source: str
    """The dump's folder, or the API server's URL."""
    now: datetime
    """When it was: every age counts from here."""
    now_from: TimeSource
    resources: Mapping[str, tuple[Manifest, ...]]
    """The objects by resource, as `pods` or `ingresses.networking.k8s.io`: what is not a key was not read."""
    gaps: tuple[Gap, ...] = ()
    version: str | None = None
    """The API server's version, for example `v1.34.2`."""
    kubelets: Mapping[str, Kubelet] = field(default_factory=dict[str, Kubelet])
    """By node, as far as they were asked."""
    usage: Usage | None = None
    history: History | None = None

    def of(self, kind: str, group: str | None = None) -> tuple[Manifest, ...]:
        """The objects of a kind; of that API group, where two groups have a kind of that name."""
        found = self._by_kind.get(kind, ())
        return found if group is None else tuple(each for each in found if api_group(each) == group)

    def get(self, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """An object by kind and name."""
        return self._by_name.get((kind, namespace or None, name))

    def in_namespace(self, kind: str, namespace: str | None) -> tuple[Manifest, ...]:
        """The objects of a kind in a namespace."""
        return self._by_namespace.get((kind, namespace or None), ())

    def knows(self, kind: str) -> bool:
        """Whether the objects of a kind were read, all of them: only then is one that is not there missing."""
        resource = RESOURCE_OF.get(kind)
        if resource is None:
            return kind in self._by_kind
        return resource in self.resources and resource not in self._partial

    def with_uid(self, uid: str | None) -> Manifest | None:
        """An object by UID."""
        return self._by_uid.get(uid) if uid else None

    def controller(self, manifest: Manifest) -> Manifest | None:
        """The object that controls another one, if it exists."""
        return self.with_uid(controller_uid(manifest))

    def owners(self, manifest: Manifest) -> Iterator[Manifest]:
        """The chain of controllers, nearest first: of a pod its ReplicaSet, then its Deployment.

        The node that owns a static pod is none: a file on that node describes the pod.
        """
        seen = {id(manifest)}
        above = self.controller(manifest)
        while above is not None and above["kind"] != "Node" and id(above) not in seen:
            seen.add(id(above))
            yield above
            above = self.controller(above)

    def top(self, manifest: Manifest) -> Manifest:
        """The last of that chain, or the object itself: what an owner wrote."""
        return next(iter(list(self.owners(manifest))[-1:]), manifest)

    def controlled(self, manifest: Manifest) -> tuple[Manifest, ...]:
        """The objects that this one controls."""
        return self._controlled.get(manifest["metadata"].get("uid", ""), ())

    def pods_of(self, manifest: Manifest) -> tuple[Manifest, ...]:
        """The pods below a controller, at any depth."""
        found: list[Manifest] = []
        for each in self.controlled(manifest):
            found += [each] if each["kind"] == "Pod" else self.pods_of(each)
        return tuple(found)

    def pods_on(self, node: str) -> tuple[Manifest, ...]:
        """The pods that are bound to a node, ended ones included."""
        return self._by_node.get(node, ())

    def events_of(self, manifest: Manifest) -> tuple[Event, ...]:
        """The events about an object, oldest first."""
        return self._events.get(reference(manifest), ())

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """All events."""
        return tuple(read_event(each) for each in self.of("Event"))

    def age(self, since: datetime | None) -> timedelta | None:
        """How long ago something was."""
        return None if since is None else self.now - since

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Manifest, ...]]:
        return _grouped((each["kind"], each) for each in self._all())

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str | None, str], Manifest]:
        return {(each["kind"], namespace_of(each), name_of(each)): each for each in self._all()}

    @cached_property
    def _by_namespace(self) -> Mapping[tuple[str, str | None], tuple[Manifest, ...]]:
        return _grouped(((each["kind"], namespace_of(each)), each) for each in self._all())

    @cached_property
    def _by_uid(self) -> Mapping[str, Manifest]:
        return {uid: each for each in self._all() if (uid := text(each, "metadata", "uid"))}

    @cached_property
    def _controlled(self) -> Mapping[str, tuple[Manifest, ...]]:
        return _grouped((uid, each) for each in self._all() if (uid := controller_uid(each)))

    @cached_property
    def _by_node(self) -> Mapping[str, tuple[Manifest, ...]]:
        return _grouped((node, each) for each in self.of("Pod") if (node := text(each, "spec", "nodeName")))

    @cached_property
    def _events(self) -> Mapping[Reference, tuple[Event, ...]]:
        newest_last = sorted(self.events, key=lambda each: (each.last or self.now, each.reason))
        return _grouped((each.about, each) for each in newest_last)

    @cached_property
    def _partial(self) -> frozenset[str]:
        return frozenset(gap.subject for gap in self.gaps)

    def _all(self) -> Iterator[Manifest]:
        for objects in self.resources.values():
            yield from objects


def _grouped(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, tuple[_Value, ...]]:
    groups: defaultdict[_Key, list[_Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}
