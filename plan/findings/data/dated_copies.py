"""Jobs that write a file with the day in its name at every run, and that nothing deletes."""

import re
from collections.abc import Iterator, Sequence

from plan.findings.data.kept_for_ever import KEPT_FOR_EVER
from plan.findings.program import Program
from plan.model.findings import Finding

_NEVER_AGAIN = r"(?:%[FYyGgsDcxN]|%:?z|-I|--iso|--rfc)"
"""Of `date`: what gives a name that never comes again; the day of a week or of a month alone does."""
_DATED = re.compile(rf"(\w+)=[\"']?(?:\$\(|`)date\b[^)`]*{_NEVER_AGAIN}")
_PLACE = re.compile(
    rf"(?P<folder>/[\w./-]*)(?:(?:\$\(|`)date\b[^)`]*{_NEVER_AGAIN}[^)`]*[)`]|\$\{{?(?P<variable>\w+)\}}?)"
)
_DELETES = re.compile(
    r"\b(?:rm|unlink|tmpwatch|tmpreaper|logrotate|savelog|forget|prune|purge|rotate|rotation)\b|-delete\b|--max-age|"
    r"(?i:keep|retain|retention|backup_num|max_?backups|cleanup|delete)|"
    r"\b(?:rclone|rsync|aws s3) (?:move|mv|--remove-source-files)"
)
"""In a command, or in the name of a variable."""


def dated_copy_findings(found: Sequence[Program]) -> Iterator[Finding]:
    """A finding for each job that fills a volume with files of which none is ever deleted."""
    for each in found:
        place = _dated_place(each) if each.ends else None
        if place and not any(_DELETES.search(other.told) for other in found if other.service == each.service):
            folder = place.rpartition("/")[0] or "/"
            yield KEPT_FOR_EVER.finding(
                each.path,
                f"{each.name} writes a new file to {folder} with every run, its day in its name, and nothing in "
                f"{each.service} deletes any: when the volume is full, no further copy is made",
                f"let it end with find {folder} -type f -mtime +14 -delete",
                about=each.name,
                severity="warning",
                facts={"folder": folder},
            )


def _dated_place(program: Program) -> str | None:
    """Where a file with a day in its name is written on a volume."""
    said = "\n".join((" ".join(program.words), *program.files.values()))
    dated = set(_DATED.findall(said))
    for match in _PLACE.finditer(said):
        is_dated = match["variable"] is None or match["variable"] in dated
        if is_dated and program.mounts_volume_at(match["folder"]):
            return match["folder"]
    return None
