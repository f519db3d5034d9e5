"""Manifests in a folder, as objects of a cluster that nothing else has written."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from config.files import UnreadableFile
from operations.adopt.cluster.objects import is_fields, is_list
from operations.adopt.files.kustomizations import NAMES, NotBuilt, parts, roots
from operations.adopt.files.reading import read_yaml
from plan.model import Manifest
from plan.model.fields import entries, text
from plan.workloads.objects import CLUSTER_WIDE
from plan.yaml_text import read_documents

_SUFFIXES = (".yaml", ".yml", ".json")
_OF_SHELLS = frozenset({"args", "command", "data", "env", "script", "stringData", "annotations"})
_PLACEHOLDER = re.compile(r"(?<!\$)\$\{\w+(?::?=[^}]*)?\}")
"""`${NAME}` and `${NAME:=default}`; `$${NAME}` is left as it is."""


class Unread(NamedTuple):
    """A file, or a document in it, that is not taken, and why."""

    file: str
    reason: str


class Manifests(NamedTuple):
    """The objects in the files of a folder."""

    objects: tuple[Manifest, ...]
    unread: tuple[Unread, ...]


def read_manifests(folder: Path, namespace: str, build: Callable[[Path], str]) -> Manifests:
    """The objects in a file, or in all files below a folder; those that state no namespace are in `namespace`. `build`
    gives the objects of a folder with a kustomization, in place of its files, or raises NotBuilt.

    Raises OSError.
    """
    found: list[Manifest | Unread] = []
    for root in roots(folder) if folder.is_dir() else ():
        found += _built(root, folder, build)
    inputs = {file.parent for name in NAMES for file in folder.rglob(name)}
    if folder.exists() and not folder.is_dir():
        found += _parsed(folder.name, lambda: read_yaml(folder))
    for file in sorted(each for each in folder.rglob("*") if each.suffix in _SUFFIXES and each.is_file()):
        if inputs.isdisjoint(file.parents):
            found += _parsed(str(file.relative_to(folder)), lambda file=file: read_yaml(file))
    return _sorted(found, namespace)


def _built(root: Path, folder: Path, build: Callable[[Path], str]) -> Iterator[Manifest | Unread]:
    """The objects of a kustomization; of one that cannot be built, and changes nothing, those of its resources."""
    name = root.relative_to(folder)
    try:
        yield from _parsed(str(name), lambda: read_documents(build(root)))
    except NotBuilt as error:
        inside = parts(root)
        if not inside:
            yield Unread(str(name / NAMES[0]), str(error))
        for each in inside:
            yield from _part(root, each, folder, build)


def _part(root: Path, part: str, folder: Path, build: Callable[[Path], str]) -> Iterator[Manifest | Unread]:
    file = Path(os.path.normpath(root / part))
    if not file.is_relative_to(folder) or not file.exists():
        yield Unread(str(root.relative_to(folder) / NAMES[0]), f"names {part}, which is not in the folder")
    elif file.is_dir():
        yield from _built(file, folder, build)
    else:
        yield from _parsed(str(file.relative_to(folder)), lambda: read_yaml(file))


def _sorted(found: Iterable[Manifest | Unread], namespace: str) -> Manifests:
    objects: list[Manifest] = []
    unread: list[Unread] = []
    for each in found:
        if isinstance(each, Unread):
            unread.append(each)
        else:
            objects.append(_placed(each, namespace))
    return Manifests(tuple(objects), tuple(unread))


def _parsed(name: str, read: Callable[[], list[Any]]) -> Iterator[Manifest | Unread]:
    try:
        documents = read()
    except UnreadableFile as error:
        yield Unread(name, str(error))
        return
    except yaml.YAMLError:
        yield Unread(name, "not YAML, or a template: render it first")
        return
    except UnicodeDecodeError:
        yield Unread(name, "not UTF-8 text")
        return
    for document in documents:
        if document is not None:
            yield from _objects(document, name)


def _objects(document: Any, name: str) -> Iterator[Manifest | Unread]:
    if not is_fields(document):
        yield Unread(name, "not an object of Kubernetes")
    elif text(document, "kind").endswith("List") and "items" in document:
        for each in entries(document, "items"):
            yield from _objects(each, name)
    elif is_fields(document.get("services")) and not text(document, "kind"):
        yield Unread(name, "of Docker Compose: homelab adopt compose FILE")
    elif not text(document, "kind") or not text(document, "apiVersion") or not text(document, "metadata", "name"):
        yield Unread(name, "an object needs apiVersion, kind and metadata.name")
    elif placeholders := sorted(set(_placeholders(document))):
        key = f"{text(document, 'kind')} {text(document, 'metadata', 'name')}"
        reason = "is not replaced here: give what Flux applies (`flux build kustomization`)"
        yield Unread(name, f"{key}: {', '.join(placeholders)} {reason}")
    else:
        yield document


def _placeholders(value: Any, key: str = "") -> Iterator[str]:
    """Variables that Flux replaces. Commands, scripts and data may have others of the same form."""
    if key in _OF_SHELLS:
        return
    if is_fields(value):
        for name, each in value.items():
            yield from _placeholders(each, name)
    elif is_list(value):
        for each in value:
            yield from _placeholders(each)
    elif isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)


def _placed(manifest: Manifest, namespace: str) -> Manifest:
    metadata: Manifest = dict(manifest["metadata"])
    if manifest["kind"] not in CLUSTER_WIDE:
        metadata.setdefault("namespace", namespace)
    return {**manifest, "metadata": metadata}
