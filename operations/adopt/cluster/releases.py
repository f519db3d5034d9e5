"""Releases of Helm, as their Secrets hold them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from observation.releases import documents, unpacked
from operations.adopt.cluster.objects import Key, custom_group, is_fields
from plan.model import Manifest
from plan.model.fields import mapping, text

RELEASE_TYPE = "helm.sh/release.v1"


class HelmRelease(NamedTuple):
    """The newest deployed revision of a release."""

    name: str
    namespace: str
    revision: int
    status: str
    chart: str
    version: str
    app_version: str
    values: Mapping[str, Any]
    """Values that its owner gave; the chart's own defaults are not in it."""
    objects: frozenset[Key]
    """The objects that its chart made, those of hooks aside."""


class Unreadable(NamedTuple):
    """A Secret of a release that cannot be read."""

    key: Key
    reason: str


def read_releases(objects: Iterable[Manifest]) -> tuple[tuple[HelmRelease, ...], tuple[Unreadable, ...]]:
    """The releases in a cluster, each in the revision that is deployed, or else in the newest."""
    newest: dict[tuple[str, str], HelmRelease] = {}
    unreadable: list[Unreadable] = []
    for manifest in objects:
        if manifest["kind"] != "Secret" or manifest.get("type") != RELEASE_TYPE:
            continue
        try:
            release = decode_release(manifest)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            metadata = manifest["metadata"]
            unreadable.append(Unreadable(Key("Secret", metadata["namespace"], metadata["name"]), type(error).__name__))
            continue
        place = (release.namespace, release.name)
        if place not in newest or _rank(newest[place]) < _rank(release):
            newest[place] = release
    return tuple(newest[place] for place in sorted(newest)), tuple(unreadable)


def decode_release(secret: Manifest) -> HelmRelease:
    """A release of its Secret. Raises KeyError, TypeError, ValueError or OverflowError where it is none."""
    stored = unpacked(secret["data"]["release"])
    metadata = stored["chart"]["metadata"]
    namespace = str(stored.get("namespace") or secret["metadata"]["namespace"])
    return HelmRelease(
        name=str(stored["name"]),
        namespace=namespace,
        revision=int(stored["version"]),
        status=str(stored["info"]["status"]),
        chart=str(metadata["name"]),
        version=str(metadata["version"]),
        app_version=str(metadata.get("appVersion") or ""),
        values=mapping(stored, "config"),
        objects=frozenset(_keys(str(stored.get("manifest") or ""), namespace)),
    )


def release_of_record(name: str) -> str:
    """The release whose revision a Secret with such a name records: sh.helm.release.v1.NAME.vREVISION."""
    match = re.fullmatch(r"sh\.helm\.release\.v1\.(.+)\.v\d+", name)
    return match[1] if match else name


def _rank(release: HelmRelease) -> tuple[bool, int]:
    return release.status == "deployed", release.revision


def _keys(manifest: str, namespace: str) -> Iterable[Key]:
    """Without a namespace, both that of the release and none: the text does not say what is cluster-wide."""
    for document in documents(manifest):
        if is_fields(document) and mapping(document, "metadata"):
            kind, name = text(document, "kind"), text(document, "metadata", "name")
            stated = text(document, "metadata", "namespace")
            group = custom_group(text(document, "apiVersion"))
            yield from (Key(kind, str(each), name, group) for each in ([stated] if stated else ["", namespace]))
