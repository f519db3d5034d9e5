"""Jobs that copy a folder which is in their container alone."""

import re
from collections.abc import Iterator, Sequence

from plan.findings.data.backup_agents import BACKUP_OF_NOTHING
from plan.findings.program import Program
from plan.model.findings import Finding

_COPIES = re.compile(
    r"\b(?:restic\b[^;&|\n]*?\bbackup|borg\b[^;&|\n]*?\bcreate|kopia\b[^;&|\n]*?\bsnapshot create|rustic\b[^;&|\n]*?"
    r"\bbackup|rclone\b[^;&|\n]*?\b(?:copy|sync)|rsync)\b(?P<rest>[^;&|\n]*)"
)
_OF_IMAGES = ("/bin", "/dev", "/etc", "/home", "/opt", "/proc", "/root", "/run", "/srv", "/tmp", "/usr", "/var")
"""Folders that images have themselves, or in which a command before may have written."""


def copy_of_nothing_findings(found: Sequence[Program]) -> Iterator[Finding]:
    """A finding for each job of a backup program that copies a folder in which nothing is mounted."""
    for each in found:
        words = " ".join(each.words)
        said = f"{each.short} {words}" if each.short in ("restic", "rclone", "kopia", "rustic") else words
        sources = [path for match in _COPIES.finditer(said) for path in _sources(match["rest"])] if each.ends else []
        empty = [path for path in sources if _is_empty(each, path, said)]
        if empty and not each.files:
            yield BACKUP_OF_NOTHING.finding(
                each.path,
                f"{each.name} copies {empty[0]}, and nothing is mounted there: it copies what its image has, and no "
                "data",
                f"mount the volume at {empty[0]}, to be read alone, or name the folder at which one is mounted",
                about=each.name,
                facts={"folder": empty[0]},
            )


def _sources(rest: str) -> list[str]:
    """Folders among the words of a command: the first one that is no option, nor the value of one."""
    words = rest.split()
    before = ["", *words]
    paths = [
        word.strip("\"'")
        for previous, word in zip(before, words, strict=False)
        if word.strip("\"'").startswith("/") and not (previous.startswith("-") and "=" not in previous)
    ]
    return paths[:1]


def _is_empty(program: Program, path: str, said: str) -> bool:
    folder = path.rstrip("/")
    if not folder or "$" in folder or "*" in folder or folder.startswith(_OF_IMAGES) or said.count(folder) > 1:
        return False
    is_above = any(f"{at}/".startswith(f"{folder}/") for at in program.mounts)
    return not is_above and not program.is_mounted(folder)
