"""Clusters of CloudNativePG whose archives lie in one place."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from plan.cluster.membership import founder
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule

ARCHIVE_SHARED = Rule(
    "ARCHIVE-SHARED",
    "error",
    title="Two database clusters archive into one place",
    meaning=(
        "A cluster of CloudNativePG writes its log and its base backups below destinationPath, in a folder of "
        "serverName, which is its own name where nothing is said. A cluster that finds the archive of another one "
        "there refuses to archive (`Expected empty archive`): its volume fills with its log. So it is with a new "
        "cluster that is restored from an archive and writes into the same one. Of two that run already, each spoils "
        "what the other could be restored from."
    ),
    remedy="Give each cluster a serverName or a destinationPath of its own.",
)


_UNCHECKED = "cnpg.io/skipEmptyWalArchiveCheck"
"""Annotation of a cluster that does not look whether the archive is empty."""


class _Archive(NamedTuple):
    """A place of write-ahead logs and base backups."""

    store: str
    """Endpoint and path."""
    server: str

    @property
    def called(self) -> str:
        return f"{self.store.partition(' ')[2].rstrip('/')}/{self.server}"


def shared_archive_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each cluster that writes where another one does, or where it is restored from."""
    found: dict[_Archive, list[StatedObject]] = defaultdict(list)
    for stated in lab.objects_by_kind.get("Cluster", ()):
        if not text(stated.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            continue
        own = _own(lab, stated)
        if own is None:
            continue
        found[own].append(stated)
        is_checked = mapping(stated.content, "metadata", "annotations").get(_UNCHECKED) != "enabled"
        if founder(lab) and is_checked and own == _source(lab, stated):
            yield _finding(stated, own, f"is restored from {own.called}, and archives into it too")
    for archive, clusters in found.items():
        for each in clusters[1:]:
            first = clusters[0]
            yield _finding(each, archive, f"archives into {archive.called}, and so does {first.name}")


def _finding(stated: StatedObject, archive: _Archive, said: str) -> Finding:
    where = "its plugin's parameters" if entries(stated.content, "spec", "plugins") else "spec.backup.barmanObjectStore"
    new = f"{stated.name}-2" if archive.server == stated.name else stated.name
    return ARCHIVE_SHARED.finding(
        stated.path,
        f"the cluster {stated.name} {said}: it refuses to archive into what is not empty, and its log fills its volume",
        f"write serverName: {new} into {where} of {stated.name}",
        about=stated.name,
        facts={"archive": archive.called},
    )


def _own(lab: Lab, stated: StatedObject) -> _Archive | None:
    """The place where a cluster archives."""
    store = mapping(stated.content, "spec", "backup", "barmanObjectStore")
    if store:
        return _place(store, text(store, "serverName") or stated.name)
    for plugin in entries(stated.content, "spec", "plugins"):
        if value(plugin, "isWALArchiver") is True and value(plugin, "enabled") is not False:
            return _by_plugin(lab, stated, mapping(plugin, "parameters"), stated.name)
    return None


def _source(lab: Lab, stated: StatedObject) -> _Archive | None:
    """The archive from which a cluster is restored at its first start."""
    name = text(stated.content, "spec", "bootstrap", "recovery", "source")
    for each in entries(stated.content, "spec", "externalClusters"):
        if name and text(each, "name") == name:
            store = mapping(each, "barmanObjectStore")
            if store:
                return _place(store, text(store, "serverName") or name)
            return _by_plugin(lab, stated, mapping(each, "plugin", "parameters"), name)
    return None


def _by_plugin(lab: Lab, stated: StatedObject, parameters: Fields, server: str) -> _Archive | None:
    for each in lab.objects_by_kind.get("ObjectStore", ()):
        is_near = namespace_of_object(lab, each) == namespace_of_object(lab, stated)
        if is_near and each.name == text(parameters, "barmanObjectName"):
            return _place(mapping(each.content, "spec", "configuration"), text(parameters, "serverName") or server)
    return None


def _place(store: Fields, server: str) -> _Archive | None:
    path = text(store, "destinationPath").rstrip("/")
    return _Archive(f"{text(store, 'endpointURL')} {path}", server) if path else None
