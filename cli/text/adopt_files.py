"""Services that were made from files of other tools, as text."""

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.reports.adopt_files import FilesReport
from cli.text.console import INDENT
from plan.wording import plural


def print_files(report: FilesReport, console: Console) -> None:
    """Print what is written, what has to be looked at, and what is not written."""
    for each in report.services:
        style, said = ("bold red", "not written") if each.lacking else ("bold", each.kind)
        console.print(Text.assemble((each.name, style), f" {said}"))
        for line in (*each.lacking, *each.notes):
            console.print(Padding(line, INDENT, expand=False))
    if report.unread:
        console.print(Text("Not taken", "bold"))
        for line in report.unread:
            console.print(Padding(line, INDENT, expand=False))
    refused = sum(bool(each.lacking) for each in report.services)
    verb = "written" if report.written else "would be written"
    verdict = f"{plural(len(report.services) - refused, 'service')} {verb} to {report.lab}"
    more = f", {refused} not" if refused else ""
    after = " Check the files, then: homelab plan." if report.written else ""
    console.print(Text.assemble((f"{verdict}{more}.", "bold red" if refused else "bold green"), after))
