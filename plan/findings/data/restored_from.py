"""Clusters of CloudNativePG that are to begin with the data of another one, which they do not describe."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.fields import entries, mapping, text
from plan.model.findings import Finding, Rule
from plan.wording import listed

SOURCE_NOT_DESCRIBED = Rule(
    "SOURCE-NOT-DESCRIBED",
    "error",
    title="A database cluster is restored from one that it does not describe",
    meaning=(
        "The source of a recovery, of a copy or of an import is the name of an entry of externalClusters. Of another "
        "name CloudNativePG knows neither the archive nor the address: it refuses the cluster (`External cluster not "
        "found`), and where it is let in without that check, its first pod never ends its setup."
    ),
    remedy="Write the name of the entry, or an entry of that name.",
)
_PLACES = (
    ("recovery", "source"),
    ("pg_basebackup", "source"),
    ("initdb", "import", "source", "externalCluster"),
)


def restored_from_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each such cluster in files."""
    for each in lab.objects_by_kind.get("Cluster", ()):
        if not text(each.content, "apiVersion").startswith("postgresql.cnpg.io/"):
            continue
        described = [text(row, "name") for row in entries(each.content, "spec", "externalClusters")]
        for place in _PLACES:
            source = text(mapping(each.content, "spec", "bootstrap"), *place)
            if source and source not in described:
                yield SOURCE_NOT_DESCRIBED.finding(
                    each.path,
                    f"the cluster {each.name} begins with the data of {source} (bootstrap.{'.'.join(place)}), and "
                    f"externalClusters has {listed(described) or 'nothing'}: it is never set up",
                    f"write {described[0]} there, or an entry {source}" if described else f"write an entry {source}",
                    about=f"{each.name} {source}",
                    facts={"source": source, "described": tuple(described)},
                )
