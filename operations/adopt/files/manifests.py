"""Manifests in a folder, as objects of a cluster that nothing else has written."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from config.files import UnreadableFile
from operations.adopt.cluster.objects import is_fields
from operations.adopt.files.reading import read_yaml
from plan.model import Manifest
from plan.model.fields import entries, text
from plan.workloads.objects import CLUSTER_WIDE

_SUFFIXES = (".yaml", ".yml", ".json")
_OF_KUSTOMIZE = "kustomize.config.k8s.io"


class Unread(NamedTuple):
    """A file, or a document in it, that is not taken, and why."""

    file: str
    reason: str


class Manifests(NamedTuple):
    """The objects in the files of a folder."""

    objects: tuple[Manifest, ...]
    unread: tuple[Unread, ...]


def read_manifests(folder: Path, namespace: str) -> Manifests:
    """The objects in a file, or in all files below a folder; those that state no namespace are in `namespace`.

    Raises OSError.
    """
    objects: list[Manifest] = []
    unread: list[Unread] = []
    for file in [folder] if folder.is_file() else sorted(each for each in folder.rglob("*") if each.is_file()):
        if file.suffix not in _SUFFIXES:
            continue
        name = file.name if file == folder else str(file.relative_to(folder))
        for found in _documents(file, name):
            if isinstance(found, Unread):
                unread.append(found)
            else:
                objects.append(_placed(found, namespace))
    return Manifests(tuple(objects), tuple(unread))


def _documents(file: Path, name: str) -> Iterator[Manifest | Unread]:
    try:
        documents = read_yaml(file)
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
    elif text(document, "apiVersion").startswith(_OF_KUSTOMIZE):
        yield Unread(name, "kustomize is not run: give what `kubectl kustomize` prints")
    elif text(document, "kind").endswith("List") and "items" in document:
        for each in entries(document, "items"):
            yield from _objects(each, name)
    elif not text(document, "kind") or not text(document, "apiVersion") or not text(document, "metadata", "name"):
        yield Unread(name, "an object needs apiVersion, kind and metadata.name")
    else:
        yield document


def _placed(manifest: Manifest, namespace: str) -> Manifest:
    metadata: Manifest = dict(manifest["metadata"])
    if manifest["kind"] not in CLUSTER_WIDE:
        metadata.setdefault("namespace", namespace)
    return {**manifest, "metadata": metadata}
