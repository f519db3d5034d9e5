"""Rules of the API server for the pods of objects in files (k8s.io/kubernetes, pkg/apis/core/validation, 1.34)."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from config.model import shown
from config.notation import rounded_up
from config.source import Path, is_mapping, is_sequence

LISTS = ("containers", "initContainers")
NOTHING = 'is nothing; write "" for an empty text, or "~" in quotes'
NO_SOURCE = "needs what it is: emptyDir, configMap, persistentVolumeClaim, ..."


def pod_refusals(pod: Mapping[str, Any], path: Path, claims: frozenset[str]) -> Iterator[tuple[Path, str]]:
    """Errors in the `spec` of a pod; the claims of a statefulset are volumes of its pods."""
    names: set[str] = set()
    for at, volume in _mappings(pod, "volumes"):
        name = str(volume.get("name"))
        sources = [key for key in volume if key != "name"]
        if name in names:
            yield (*path, *at, "name"), f"{shown(name)} is the name of two volumes"
        if len(sources) != 1:
            yield (*path, *at), NO_SOURCE if not sources else f"takes one of {', '.join(sources)}"
        names.add(name)
    seen: set[str] = set()
    for key in LISTS:
        for at, container in _mappings(pod, key):
            name = str(container.get("name"))
            if name in seen:
                yield (*path, *at, "name"), f"{shown(name)} is the name of two containers"
            seen.add(name)
            yield from _container(container, (*path, *at), names | claims)


def no_text(value: Any, written: str | None = None) -> str | None:
    """Why a value is refused where Kubernetes has a text: YAML reads 8080 as a number and true as a truth value.
    `written` are the digits of a number as they stand in the file."""
    match value:
        case None | str():
            return None
        case bool() | int() | float():
            said = written or (str(value).lower() if isinstance(value, bool) else str(value))
            return f'{said} is no text; write "{said}", in quotes'
        case _:
            return "must be a text"


def _mappings(of: Mapping[str, Any], key: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    found = of.get(key)
    for index, each in enumerate(found if is_sequence(found) else ()):
        if is_mapping(each):
            yield (key, index), each


def _container(container: Mapping[str, Any], path: Path, volumes: AbstractSet[str]) -> Iterator[tuple[Path, str]]:
    places: set[str] = set()
    for at, mount in _mappings(container, "volumeMounts"):
        name, place = str(mount.get("name")), str(mount.get("mountPath"))
        if name not in volumes:
            yield (*path, *at, "name"), f"the pod has no volume {shown(name)}"
        if place in places:
            yield (*path, *at, "mountPath"), f"{shown(place)} is where two volumes appear"
        places.add(place)
    for at, variable in _mappings(container, "env"):
        value = variable.get("value")
        if refusal := no_text(value):
            yield (*path, *at, "value"), refusal
        if value and variable.get("valueFrom"):
            yield (*path, *at), "takes value or valueFrom, not both"
    for key in ("command", "args"):
        words = container.get(key)
        for index, word in enumerate(words if is_sequence(words) else ()):
            if refusal := no_text(word) if word is not None else NOTHING:
                yield (*path, key, index), refusal
    resources = container.get("resources")
    requests, limits = (_amounts(resources, key) for key in ("requests", "limits"))
    for name in requests.keys() & limits.keys():
        if rounded_up(str(requests[name]), 1000) > rounded_up(str(limits[name]), 1000):
            message = f"{requests[name]} must not be more than the limit, {limits[name]}"
            yield (*path, "resources", "requests", name), message


def _amounts(resources: Any, key: str) -> Mapping[str, Any]:
    found = resources.get(key) if is_mapping(resources) else None
    return found if is_mapping(found) else {}
