"""Content of a written dump, as JSON."""

from pathlib import Path

from cli.reports.doctor import GapReport
from cli.reports.document import Document
from observation.model import Observation


class DumpReport(Document):
    """The answer of `homelab dump`."""

    valid: bool
    folder: str
    source: str
    version: str | None
    objects: dict[str, int]
    """How many there are of each resource."""
    not_asked: tuple[GapReport, ...]


def dump_report(observed: Observation, folder: Path) -> DumpReport:
    """A dump for programs."""
    return DumpReport(
        valid=True,
        folder=str(folder),
        source=observed.source,
        version=observed.version,
        objects={resource: len(objects) for resource, objects in sorted(observed.resources.items())},
        not_asked=tuple(GapReport(**each._asdict()) for each in observed.gaps),
    )
