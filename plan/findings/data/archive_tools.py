"""Clusters of CloudNativePG that archive with a program which their image does not have."""

from collections.abc import Iterable, Iterator, Mapping

from config.image import name_of, tag_of
from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from config.source import Path
from plan.model.fields import entries, mapping, number, text, value
from plan.model.findings import Finding, Rule

ARCHIVE_TOOLS_MISSING = Rule(
    "ARCHIVE-TOOLS-MISSING",
    "error",
    title="The image of a database lacks the program that archives it",
    meaning=(
        "`barmanObjectStore` in a Cluster of CloudNativePG lets PostgreSQL call barman-cloud, which has to be in its "
        "image. Images with `minimal` or `standard` in their tag have none: no log is archived and no base backup is "
        "made, though the cluster looks healthy. What is not archived stays, until the volume is full and the "
        "database stops. A restore from such a store fails as well."
    ),
    remedy="Use an image with `system` in its tag, or let the plugin barman-cloud archive (spec.plugins).",
)
_IMAGES = ("cloudnative-pg/postgresql", "cloudnative-pg/postgis")
_WITHOUT = ("minimal", "standard")
_GROUP = "postgresql.cnpg.io/"


def archive_tool_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each cluster whose image cannot do what it is told."""
    catalogs = [each for kind in ("ImageCatalog", "ClusterImageCatalog") for each in lab.objects_by_kind.get(kind, ())]
    for stated in lab.objects_by_kind.get("Cluster", ()):
        if text(stated.content, "apiVersion").startswith(_GROUP) and (use := _use(stated.content)):
            image = text(stated.content, "spec", "imageName") or _in_catalog(lab, stated, catalogs)
            yield from _found(stated.path, f"the cluster {stated.name}", image, use)
    for name, service in lab.charts("cluster"):
        backups = mapping(service.values, "backups")
        is_on = value(backups, "enabled") is True and text(backups, "method") in ("", "barmanObjectStore")
        if "cloudnative-pg" in service.chart.repository and is_on:
            image = text(service.values, "cluster", "imageName")
            yield from _found(("services", name, "values"), f"the cluster of {name}", image, "archives")


def _use(cluster: Mapping[str, object]) -> str:
    """How a cluster uses the program in its image: empty where it does not."""
    if mapping(cluster, "spec", "backup", "barmanObjectStore"):
        return "archives"
    source = text(cluster, "spec", "bootstrap", "recovery", "source")
    external = entries(cluster, "spec", "externalClusters")
    is_restored = any(text(each, "name") == source and mapping(each, "barmanObjectStore") for each in external)
    return "is restored" if source and is_restored else ""


def _found(path: Path, called: str, image: str, use: str) -> Iterator[Finding]:
    variant = next((each for each in tag_of(image).split("-") if each in _WITHOUT), None)
    if variant and name_of(image).endswith(_IMAGES):
        lost = "nothing is archived, and its log fills its volume" if use == "archives" else "the restore fails"
        yield ARCHIVE_TOOLS_MISSING.finding(
            path,
            f"{called} {use} with barman-cloud (barmanObjectStore), and {image.partition('@')[0]} has none: {lost}",
            f"write system for {variant} in the tag of its image, or let the plugin barman-cloud do it",
            about=called,
            facts={"image": image, "variant": variant},
        )


def _in_catalog(lab: Lab, cluster: StatedObject, catalogs: Iterable[StatedObject]) -> str:
    """The image that a catalog of the lab has for a cluster; empty where it has none."""
    wanted = mapping(cluster.content, "spec", "imageCatalogRef")
    for catalog in catalogs:
        is_near = catalog.kind == "ClusterImageCatalog" or (
            namespace_of_object(lab, catalog) == namespace_of_object(lab, cluster)
        )
        if is_near and (catalog.kind, catalog.name) == (text(wanted, "kind"), text(wanted, "name")):
            for each in entries(catalog.content, "spec", "images"):
                if number(each, "major") == number(wanted, "major"):
                    return text(each, "image")
    return ""
