"""Services that were made from files of other tools, as text."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT
from operations.adopt.files.found import FilesFound
from plan.wording import plural


def print_files(lab: str, found: FilesFound, console: Console, *, written: bool) -> None:
    """Print what is written, what has to be looked at, and what is not written."""
    for each in found.services:
        style, said = ("bold red", "not written") if each.lacking else ("bold", each.kind)
        said = "is in the lab already, and its file stays as it is" if each.is_known else said
        console.print(Text.assemble((each.name, style), f" {said}"))
        for line in (*each.lacking, *each.notes):
            console.print(Padding(line, INDENT, expand=False))
    if found.unread:
        console.print(Text("Not taken", "bold"))
        for line in found.unread:
            console.print(Padding(line, INDENT, expand=False))
    refused = sum(bool(each.lacking) for each in found.services)
    added = len(found.services) - refused - sum(each.is_known for each in found.services)
    if added:
        verdict = f"{plural(added, 'service')} {'written' if written else 'would be written'} to {lab}"
        more = f", {refused} not" if refused else ""
    else:
        verdict = f"Nothing is written to {lab}"
        more = f": {plural(refused, 'service')} cannot be" if refused else ""
    after = " Check the files, then: homelab plan." if written else ""
    console.print(Text.assemble((f"{verdict}{more}.", "bold red" if refused else "bold green"), after))
