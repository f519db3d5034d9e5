"""Extensions of PostgreSQL that a server has to load when it starts, and that it is not told to."""

import re
from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from plan.findings.program import Program
from plan.model.fields import entries, mapping, text, values
from plan.model.findings import Finding, Rule

LIBRARY_NOT_LOADED = Rule(
    "LIBRARY-NOT-LOADED",
    "warning",
    title="A database server does not load the library of an extension",
    meaning=(
        "Some extensions work only in a server that has loaded their library at its start: `must be loaded via "
        "shared_preload_libraries`. CREATE EXTENSION fails, and with it the setup of the database, or the application "
        "that asks for it at its start."
    ),
    remedy="Name the library under shared_preload_libraries of the cluster.",
)
_LIBRARIES: Mapping[str, str] = {
    "citus": "citus",
    "pg_cron": "pg_cron",
    "timescaledb": "timescaledb",
    "vchord": "vchord.so",
    "vectors": "vectors.so",
}
"""By the extension, from each project's guide to its installation."""
_CREATE = re.compile(r"(?i)create\s+extension\s+(?:if\s+not\s+exists\s+)?\"?(\w+)")
_IMMICH: Mapping[str, str] = {"vectorchord": "vchord", "vchord": "vchord", "pgvecto.rs": "vectors"}
"""The extension that Immich takes, by a part of the image's name."""
_SQL = ("postInitSQL", "postInitApplicationSQL", "postInitTemplateSQL")


def preloaded_library_findings(lab: Lab, found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each cluster of CloudNativePG without a library that is asked of it."""
    clusters = [
        each
        for each in lab.objects_by_kind.get("Cluster", ())
        if text(each.content, "apiVersion").startswith("postgresql.cnpg.io/")
    ]
    programs = [each for each in found if each.short == "immich-server"] if clusters else []
    for each in clusters:
        loaded = {
            str(name).removesuffix(".so")
            for name in values(each.content, "spec", "postgresql", "shared_preload_libraries")
        }
        for extension, who in _asked(lab, each, programs):
            library = _LIBRARIES[extension]
            if library.removesuffix(".so") not in loaded:
                yield LIBRARY_NOT_LOADED.finding(
                    each.path,
                    f"{who} asks {each.name} for the extension {extension}, whose library a server loads at its start, "
                    f"and {each.name} does not load {library}: it fails with `must be loaded via "
                    "shared_preload_libraries`",
                    f"write postgresql: {{shared_preload_libraries: [{library}]}} into the spec of {each.name}",
                    about=f"{each.name} {extension}",
                    facts={"extension": extension, "library": library},
                )
                break


def _asked(lab: Lab, cluster: StatedObject, programs: Iterable[Program]) -> Iterator[tuple[str, str]]:
    """Extensions that are asked for, and by whom."""
    initdb = mapping(cluster.content, "spec", "bootstrap", "initdb")
    for key in _SQL:
        for statement in values(initdb, key):
            names = (str(name).lower() for name in _CREATE.findall(str(statement)))
            yield from ((name, key) for name in names if name in _LIBRARIES)
    own = namespace_of_object(lab, cluster)
    for each in lab.objects_by_kind.get("Database", ()):
        is_its = text(each.content, "spec", "cluster", "name") == cluster.name
        if is_its and namespace_of_object(lab, each) == own:
            for row in entries(each.content, "spec", "extensions"):
                if text(row, "name") in _LIBRARIES and text(row, "ensure") != "absent":
                    yield text(row, "name"), f"Database {each.name}"
    image = text(cluster.content, "spec", "imageName")
    extension = next((name for part, name in _IMMICH.items() if part in image), None)
    hosts = re.compile(rf"(?<![\w-]){re.escape(cluster.name)}-(?:rw|r)(?![\w-])")
    for each in programs:
        if extension and any(hosts.search(told) for told in each.env.values()):
            yield extension, each.name
