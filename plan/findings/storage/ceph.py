"""Ceph, as Rook runs it: monitors and copies beside the nodes that can have them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from config.lab import Lab
from config.source import Path
from plan.model import Node
from plan.model.fields import Fields, entries, mapping, number, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed, plural

CEPH_WITHOUT_NODES = Rule(
    "CEPH-WITHOUT-NODES",
    "warning",
    title="Ceph has fewer nodes than monitors or copies",
    meaning=(
        "Rook puts each monitor on a node of its own, and a pool with the failure domain `host` each copy of its data. "
        "With fewer nodes the last monitor stays Pending and the cluster is never made, or every placement group stays "
        "undersized: with the next loss its data cannot be written any more."
    ),
    remedy="Ask for as many monitors and copies as there are nodes, or let Ceph have more nodes.",
)

_MONITORS, _COPIES = 3, 3
"""Defaults of chart rook-ceph-cluster (values.yaml): cephClusterSpec.mon.count, replicated.size of its pools."""
_POOLS = ("CephBlockPool", "CephFilesystem", "CephObjectStore")


class _Ceph(NamedTuple):
    """A cluster of Ceph."""

    path: Path
    name: str
    spec: Fields


def ceph_findings(lab: Lab, nodes: Iterable[Node]) -> Iterator[Finding]:
    """A finding for each cluster and pool that asks for more nodes than there are."""
    able = [node.name for node in nodes if not node.taints]
    found = [*_clusters(lab)]
    for ceph in found:
        monitors = number(ceph.spec, "mon", "count", default=_MONITORS)
        if not value(ceph.spec, "mon", "allowMultiplePerNode") and monitors > len(able):
            yield _finding(ceph.path, f"{ceph.name} has {plural(monitors, 'monitor')}", monitors, able, "mon.count")
    if len(found) != 1:
        return
    storing = _storing(found[0].spec, able)
    for path, name, pool in _pools(lab):
        copies = _copies(pool)
        is_by_host = text(pool, "failureDomain") in ("", "host")
        if is_by_host and copies > len(storing):
            yield _finding(
                path, f"pool {name} keeps its data {plural(copies, 'time')}", copies, storing, "replicated.size"
            )


def _clusters(lab: Lab) -> Iterator[_Ceph]:
    for each in lab.objects_by_kind.get("CephCluster", ()):
        yield _Ceph(each.path, each.name, mapping(each.content, "spec"))
    for name, service in lab.charts("rook-ceph-cluster"):
        if not service.as_found:
            yield _Ceph(("services", name, "values"), name, mapping(service.values, "cephClusterSpec"))


def _storing(spec: Fields, able: list[str]) -> list[str]:
    """The nodes whose disks Ceph takes: those that are named, or all."""
    named = [text(each, "name") for each in entries(spec, "storage", "nodes")]
    return named if named and value(spec, "storage", "useAllNodes") is False else able


def _pools(lab: Lab) -> Iterator[tuple[Path, str, Fields]]:
    for kind in _POOLS:
        for each in lab.objects_by_kind.get(kind, ()):
            yield from ((each.path, each.name, pool) for pool in _parts(mapping(each.content, "spec")))
    for name, service in lab.charts("rook-ceph-cluster"):
        if not service.as_found:
            for key in ("cephBlockPools", "cephFileSystems", "cephObjectStores"):
                for pool in entries(service.values, key):
                    parts = _parts(mapping(pool, "spec"))
                    yield from ((("services", name, "values"), text(pool, "name"), part) for part in parts)


def _parts(spec: Mapping[str, Any]) -> Iterator[Fields]:
    """A pool, or the pools of metadata and data of a file system or an object store."""
    if "replicated" in spec or "erasureCoded" in spec:
        yield spec
    for key in ("metadataPool", "dataPool"):
        if mapping(spec, key):
            yield mapping(spec, key)
    yield from entries(spec, "dataPools")


def _copies(pool: Fields) -> int:
    if mapping(pool, "erasureCoded"):
        return number(pool, "erasureCoded", "dataChunks") + number(pool, "erasureCoded", "codingChunks")
    return number(pool, "replicated", "size", default=_COPIES)


def _finding(path: Path, what: str, wanted: int, nodes: list[str], key: str) -> Finding:
    return CEPH_WITHOUT_NODES.finding(
        path,
        f"{what}, each on a node of its own, and Ceph has {plural(len(nodes), 'node')} for them ({listed(nodes)})",
        f"write {key}: {max(len(nodes), 1)}, or let Ceph have more nodes",
        about=f"{key} {what}",
        facts={"wanted": wanted, "nodes": len(nodes)},
    )
