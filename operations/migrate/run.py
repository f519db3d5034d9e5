"""Migrates a copy of a lab, and compares."""

from collections.abc import Callable, Iterator
from difflib import unified_diff
from pathlib import Path
from typing import NamedTuple

from config.load import InvalidLab, load_draft, load_lab
from config.refusals import FORMAT
from config.scratch import copy_lab, scratch_folder
from config.source import Problem
from operations.migrate.formats import Migration, due
from operations.migrate.insertion import Insertion, inserted, restated

STATED = "format"
STATED_IN = "site"
"""The file with the format."""


class ChangedFile(NamedTuple):
    """A file that says in the newest format what it meant before."""

    file: str
    """Its path in the lab's folder."""
    why: tuple[str, ...]
    diff: str
    text: str


class Migrated(NamedTuple):
    """A lab in the newest format."""

    stated: int | None
    """The format that the lab states."""
    files: tuple[ChangedFile, ...]
    problems: tuple[Problem, ...]
    """Reasons for which it is refused all the same; their places are those in the migrated files."""

    @property
    def is_whole(self) -> bool:
        """Whether all of its files could be read: nothing is written where a rule did not see a service."""
        return all(each.code != FORMAT.code for each in self.problems)


def migrate(folder: Path) -> Migrated:
    """The lab as it would be in the newest format. Nothing of it is changed. Raises InvalidLab where there is none."""
    site = load_draft(folder).site
    stated = site.format if site else None
    with scratch_folder() as place:
        copy = copy_lab(folder, place)
        why: dict[str, list[str]] = {}
        for migration in due(stated):
            for file, reason in _apply(copy, migration):
                why.setdefault(file, []).append(reason)
        return Migrated(stated, tuple(_changed(folder, copy, why)), _problems(copy))


def _apply(folder: Path, migration: Migration) -> Iterator[tuple[str, str]]:
    """Migrate the files of a folder; the files and why they changed."""
    lab = load_draft(folder)
    edits = [(each, rule.why) for rule in migration.rules for each in rule.insertions(lab)]
    said = lab.said[STATED_IN]
    stated = lab.places.by_path.get((STATED_IN, STATED))
    if said and stated is None:
        insertion = Insertion((STATED_IN,), next(iter(said)), STATED, str(migration.to), before=True)
        edits.append((insertion, f"the lab has format {migration.to}"))
    placed = [(lab.places.by_path[edit.anchor], edit, why) for edit, why in edits]
    for name in dict.fromkeys(place.file for place, _, _ in placed):
        _rewrite(Path(name), lambda text, of=name: inserted(text, [each[:2] for each in placed if each[0].file == of]))
    found = dict.fromkeys((place.file, why) for place, _, why in placed)
    if stated is not None:
        _rewrite(Path(stated.file), lambda text: restated(text, stated, STATED, str(migration.to)))
        found[stated.file, f"the lab has format {migration.to}"] = None
    yield from ((str(Path(file).relative_to(folder)), why) for file, why in found)


def _rewrite(file: Path, change: Callable[[str], str]) -> None:
    file.write_bytes(change(file.read_bytes().decode("utf-8")).encode("utf-8"))


def _changed(folder: Path, copy: Path, why: dict[str, list[str]]) -> Iterator[ChangedFile]:
    """The file that states the format comes last: what is broken off before it is still due."""
    for file, reasons in sorted(why.items(), key=lambda each: (Path(each[0]).stem == STATED_IN, each[0])):
        before, after = ((each / file).read_bytes().decode("utf-8") for each in (folder, copy))
        diff = unified_diff(before.splitlines(True), after.splitlines(True), file, file, n=1)
        yield ChangedFile(file, tuple(reasons), "".join(diff), after)


def _problems(folder: Path) -> tuple[Problem, ...]:
    try:
        load_lab(folder)
    except InvalidLab as error:
        return tuple(
            each._replace(place=each.place._replace(file=str(Path(each.place.file).relative_to(folder))))
            for each in error.problems
        )
    return ()
