"""A lab in the newest format, as text."""

from pathlib import Path

from rich.console import Console

from config.format import NEWEST_FORMAT
from operations.migrate import Migrated
from plan.wording import plural

_STYLES = {"+": "green", "-": "red", "@": "cyan"}
NO_FORMAT = (
    "The lab states no format, so its files are taken for those of the first one. If they were written for this "
    "version of the program, write `format: {newest}` into site.yaml instead: this would open routes and loosen tiers."
)


def print_migrated(folder: Path, migrated: Migrated, written: bool, console: Console) -> None:
    """Print each file with the reasons and the difference, and what is left to do."""
    if migrated.files and migrated.stated is None:
        console.print(NO_FORMAT.format(newest=NEWEST_FORMAT), highlight=False)
    for each in migrated.files:
        console.print(f"\n{folder / each.file}", style="bold", highlight=False)
        for reason in each.why:
            console.print(f"  {reason}", highlight=False)
        for line in each.diff.splitlines()[2:]:
            console.print(f"  {line}", style=_STYLES.get(line[:1], ""), highlight=False, markup=False)
    if migrated.problems:
        console.print("\nLeft to you:", style="bold")
    for problem in migrated.problems:
        console.print(f"  {folder / problem.place.file}", highlight=False, markup=False, end="")
        console.print(f": {problem.dotted}: {problem.message}", highlight=False, markup=False)
    console.print(f"\n{_end(migrated, written)}", highlight=False)


def _end(migrated: Migrated, written: bool) -> str:
    if not migrated.is_whole:
        return "Nothing was written: not all files could be read. Correct them first."
    if not migrated.files:
        return f"There is nothing to migrate: the files have format {NEWEST_FORMAT}, the newest one."
    files = plural(len(migrated.files), "file")
    return f"{files} written." if written else f"{files} would change; nothing was written. --write writes them."
