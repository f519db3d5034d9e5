"""The places in a service's file where it departs from the conventions, and its text without one of them."""

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from config.service.adopted import OF_KEPT_PODS
from operations.adopt.cluster.objects import is_fields
from plan.model.fields import mapping

Path = tuple[str, ...]
WIDTH = 120
_IN_THE_END = (
    "as_it_is",
    "as_found",
    "strategy",
    "surge",
    "unavailable",
    "unnamed_port",
    "volume_order",
    "volume_names",
    "target",
    "ports",
    "container",
    "selector",
    "name",
    "service",
)
"""Keys of `adopt`, and one beside it, in the order of what taking them out does."""

_AS_IT_IS = ("adopt", "as_it_is")
_CONTENT = frozenset({"containers", "initContainers", "volumes", "volumeClaimTemplates"})
"""Fields of a patch that say how a service runs and what it mounts: they are said in the format's own keys, not left
out."""

_WORKLOADS = frozenset({"deployment", "statefulset", "daemonset", "cronjob", "job"})
"""Kinds of which a patch may hold departures. Of others it says what they are: where a Service is reached, how a
database cluster is set and backed up, what grows a claim."""


class Departure(NamedTuple):
    """A key of a service's file without which it would be closer to the conventions."""

    path: Path

    def __str__(self) -> str:
        return ".".join(self.path)


def departures(text: str) -> tuple[Departure, ...]:
    """The departures in the text of a service's file."""
    return tuple(Departure(path) for path in _paths(_yaml().load(text)))


def _paths(said: Any) -> Iterator[Path]:
    for target in mapping(said, "patch"):
        if target.partition("/")[0] not in _WORKLOADS:
            continue
        merged = mapping(said, "patch", target, "merge")
        for path in _leaves(merged):
            if _CONTENT.isdisjoint(path):
                yield ("patch", target, "merge", *path)
    for key in _IN_THE_END:
        if key == "as_found" and key in said:
            yield (key,)
        yield from ((*place, "adopt", key) for place in _workloads(said) if key in mapping(said, *place, "adopt"))
    for name, volume in mapping(said, "volumes").items():
        yield from (("volumes", name, key) for key in ("claim", "volume") if is_fields(volume) and key in volume)
    yield from (("exceptions", name) for name in mapping(said, "exceptions"))
    if "cluster" in said:
        yield ("cluster",)
    if "namespace" in said:
        yield ("namespace",)


def _workloads(said: Any) -> Iterator[Path]:
    """Where the main workload and the further ones stand."""
    yield ()
    yield from (("workloads", name) for name in mapping(said, "workloads"))


def _leaves(merged: Any, path: Path = ()) -> Iterator[Path]:
    """Each field that a patch sets; of a list, all of it."""
    for name, value in mapping(merged).items():
        if is_fields(value) and value:
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name)


def without(text: str, departure: Departure) -> str:
    """The text without a departure; everything else stays, comments included. With `as_it_is` go the keys that only
    pods have which stay so."""
    yaml = _yaml()
    root: Any = yaml.load(text)
    if departure.path[-2:] == _AS_IT_IS:
        for key in OF_KEPT_PODS:
            if key in mapping(root, *departure.path[:-1]):
                _take_out(root, (*departure.path[:-1], key))
    _take_out(root, departure.path)
    written = io.StringIO()
    yaml.dump(root, written)
    return written.getvalue()


def unsized(text: str, departure: Departure) -> tuple[Path, ...]:
    """The containers that state no amounts, and that only this departure lets do so."""
    if departure.path[-2:] != _AS_IT_IS:
        return ()
    root: Any = _yaml().load(text)
    workload = departure.path[:-2]
    places = [
        workload,
        *((*workload, key, name) for key in ("sidecars", "init") for name in mapping(root, *workload, key)),
    ]
    return tuple(place for place in places if "unsized" in mapping(root, *place))


def _take_out(root: Any, path: Path) -> None:
    """Remove a key, and what is empty without it."""
    holders: list[Any] = [root]
    for key in path[:-1]:
        holders.append(holders[-1][key])
    del holders[-1][path[-1]]
    for holder, key in zip(reversed(holders[:-1]), reversed(path[:-1]), strict=True):
        child = holder[key]
        if not child or set(child) == {"reason"}:
            del holder[key]


def _yaml() -> Any:
    yaml: Any = YAML()
    yaml.width = WIDTH
    yaml.preserve_quotes = True
    return yaml
