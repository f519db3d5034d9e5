"""The drift of a lab as text."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT
from cli.text.findings import findings
from operations.drift import Drift
from operations.preflight import Check
from plan.model import Plan, worst_first
from plan.wording import listed, plural, printable

_MOST = 8
"""Fields that are shown; the others are in the JSON."""


def print_drift(found: Drift, console: Console) -> None:
    """Print how the cluster differs from its lab."""
    console.print()
    console.print(Text("Drift", "bold"))
    for line in _drift(found):
        console.print(Padding(line, INDENT, expand=False))


def _drift(found: Drift) -> Iterator[str]:
    for names, what in ((found.nodes_missing, "in the lab and missing here"), (found.nodes_unknown, "not of the lab")):
        if names:
            yield f"nodes {what}: {printable(listed(names))}"
    if found.missing:
        names = [printable(str(each)) for each in found.missing]
        yield f"{plural(len(found.missing), 'object')} missing: {listed(names)}"
    for each in found.differing[:_MOST]:
        place = "/".join(printable(part) for part in (each.key.kind, each.key.namespace, each.key.name) if part)
        live = "not set" if each.live is None else printable(str(each.live))
        yield f"{place}: {printable('.'.join(each.path))} is {live}, the lab says {printable(str(each.stated))}"
    if len(found.differing) > _MOST:
        yield f"{len(found.differing) - _MOST} more fields differ"
    yield (
        f"{plural(found.same, 'object')} the same, {plural(len(found.known), 'known difference')}, "
        f"{plural(len(found.not_asked), 'object')} not asked"
    )


def print_machines(plan: Plan, checks: Sequence[Check] | None, console: Console) -> None:
    """Print how the machines on their hosts differ from the lab; without checks, that they were not compared."""
    console.print()
    console.print(Text("Machines", "bold"))
    if checks is None:
        console.print(Padding("not compared: --machines asks Proxmox", INDENT, expand=False))
        return
    for check in checks:
        if check.outcome == "fine":
            console.print(Padding(f"{check.question}: {printable(check.answer)}", INDENT, expand=False))
    if found := sorted((each for check in checks for each in check.findings), key=worst_first):
        console.print(findings(plan.lab, found))
