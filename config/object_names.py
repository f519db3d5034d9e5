"""Names in an object that the API server refuses: its own, those of its labels and annotations, and keys of its data.

The rules are those of k8s.io/apimachinery (pkg/util/validation) and of each kind's strategy, 1.34.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from config.kubernetes import annotation_key_refusal, label_key_refusal
from config.model import shown
from config.source import Path, is_mapping

_SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_ANY = (
    re.compile(_SUBDOMAIN),
    253,
    "lower-case letters, digits, '-' and '.', beginning and ending with a letter or digit",
)
_OF_KIND = {
    "Service": (re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?"), 63, "lower-case letters, digits and '-', a letter first"),
    "Namespace": (re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"), 63, "lower-case letters, digits and '-'"),
}
_WITH_OTHER_NAMES = ("IPAddress",)
"""Kinds whose names are something else."""
_DATA_KEY = re.compile(r"(?!\.{1,2}$|\.\.)[-._a-zA-Z0-9]{1,253}")
_DATA = {"ConfigMap": ("data", "binaryData"), "Secret": ("data", "stringData")}


def name_refusals(document: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Errors in the name and the keys of data of an object of Kubernetes itself."""
    kind, metadata = document["kind"], document.get("metadata")
    name = metadata.get("name") if is_mapping(metadata) else None
    pattern, most, meaning = _OF_KIND.get(kind, _ANY)
    if isinstance(name, str) and kind not in _WITH_OTHER_NAMES and not (pattern.fullmatch(name) and len(name) <= most):
        yield ("metadata", "name"), f"{shown(name)} is not the name of a {kind}: {meaning}, at most {most}"
    for field in _DATA.get(kind, ()):
        for key in _keys(document, (field,)):
            if not _DATA_KEY.fullmatch(key):
                yield (field, key), f"{shown(key)} is not a key of a {kind}: letters, digits, '-', '_' and '.'"


def mark_refusals(document: Mapping[str, Any], places: Sequence[tuple[str, ...]]) -> Iterator[tuple[Path, str]]:
    """Errors in the keys of labels and annotations, of whatever kind an object is."""
    for place in places:
        for key in _keys(document, (*place, "labels")):
            if refusal := label_key_refusal(key):
                yield (*place, "labels", key), refusal
        for key in _keys(document, (*place, "annotations")):
            if refusal := annotation_key_refusal(key):
                yield (*place, "annotations", key), refusal


def _keys(document: Any, path: tuple[str, ...]) -> Iterator[str]:
    for part in path:
        document = document.get(part) if is_mapping(document) else None
    if is_mapping(document):
        yield from document
