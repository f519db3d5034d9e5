"""The data ledger as text: what is gone with a disk or a server, and who holds a copy of what."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from rich.console import Console, Group, RenderableType
from rich.text import Text

from cli.text.findings import findings
from cli.text.tables import Column, Table, number
from config.lab import Lab
from plan.ledger import Carried, Copy, DataLoss, Entry, Place, State, counted
from plan.model import Finding, Plan
from plan.wording import gib, listed, plural

EVENTS = {"disk": "{} dies", "storage": "{} is lost", "server": "{} is lost", "namespace": "{} is deleted"}
STATES: dict[State, str] = {
    "copied": "has a copy on another server",
    "same server": "has a copy on another disk of its server",
    "same disk": "has copies on its own disk only",
    "not known": "has copies, the lab does not say where",
    "never runs": "has a backup that never runs",
    "none": "has no copy that the lab knows of",
    "on purpose": "has no copy, on purpose",
    "is a copy": "is itself a copy",
}


def data_losses_text(losses: Sequence[DataLoss]) -> RenderableType:
    """One row for each disk, storage and server that has data, and a sentence on deleted namespaces."""
    table = Table(
        "When a disk or a server is lost: the data",
        Column("event"),
        Column("on it", drop=2),
        number("gone"),
        number("restored", drop=1),
        Column("work lost at most", drop=3),
        number("not known", drop=4),
    )
    for loss in losses:
        if loss.event != "namespace":
            counts = (str(len(each)) for each in (loss.gone, loss.restored))
            oldest = age_text(loss.oldest) if loss.oldest is not None else "-"
            table.add_row(data_event(loss), carried_text(loss.carried), *counts, oldest, str(len(loss.unchecked)))
    legend = "Volumes, databases and machine disks. Copies, and what needs none, are not counted."
    if any(loss.carried.is_upper_bound for loss in losses):
        legend += " A volume that may be on one of several servers is counted with each (up to)."
    return Group(table, Text(_namespaces(losses)), Text(legend, "dim"))


def _namespaces(losses: Iterable[DataLoss]) -> str:
    deleted = [loss for loss in losses if loss.event == "namespace"]
    kept = sum(len(loss.kept) for loss in deleted)
    lost = [loss.name for loss in deleted if loss.unchecked]
    told = [f"its volumes are kept, {kept} in all, and bound again by hand"] if kept else []
    told += [f"in {listed(lost)} the lab does not say what becomes of them"] if lost else []
    return f"a namespace that is deleted: {'; '.join(told) or 'no volume goes with it'}"


def data_event(loss: DataLoss) -> str:
    """`sdc of pve dies`."""
    return EVENTS[loss.event].format(loss.name)


def carried_text(carried: Carried) -> str:
    """`11 machines, 51 block volumes, 49 NFS folders`; `up to` as many volumes where some may be elsewhere."""
    is_mixed = carried.block_volumes or carried.folders
    parts = (
        (carried.block_volumes, "block volume"),
        (carried.folders, "NFS folder"),
        (carried.others, "other volume" if is_mixed else "volume"),
    )
    volumes = ", ".join(plural(count, noun) for count, noun in parts if count)
    machines = [plural(carried.machines, "machine")] if carried.machines else []
    up_to = "up to " if carried.is_upper_bound else ""
    return ", ".join([*machines, *([f"{up_to}{volumes}"] if volumes else [])])


def data_point_text(lab: Lab, loss: DataLoss) -> str:
    """`sdc of pve, a RAID 1 of hard disks (all machines, 51 block volumes; no copy)`."""
    carried = carried_text(loss.carried)
    if loss.carried.machines == len(lab.machines) > 1:
        carried = carried.replace(f"{loss.carried.machines} machines", "all machines", 1)
    gone = f" of {counted(loss.gone)}" if loss.restored else ""
    return f"{loss.name}{medium_text(lab, loss)} ({carried}; no copy{gone})"


def medium_text(lab: Lab, loss: DataLoss) -> str:
    """`, a RAID 1 of hard disks`; nothing for what is no disk."""
    if loss.event != "disk" or loss.path is None:
        return ""
    disk = lab.site.hosts[str(loss.path[2])].disks[str(loss.path[4])]
    noun = "SSD" if disk.medium == "ssd" else "hard disk"
    return f", {'an' if noun == 'SSD' else 'a'} {noun}" if disk.raid is None else f", a RAID {disk.raid} of {noun}s"


def where_text(entry: Entry) -> str:
    """Where an entry lies."""
    return " or ".join(map(str, entry.places)) or "an unknown place"


def size_text(entry: Entry) -> str:
    """`10.0 GiB`, or `30.0 GiB in 3 volumes`."""
    return f"{gib(entry.size)} in {entry.volumes} volumes" if entry.volumes > 1 else gib(entry.size)


def copies_text(entry: Entry) -> str:
    """Its copies, or why it has none."""
    if entry.copies:
        return "; ".join(copy_text(entry, copy) for copy in entry.copies)
    if entry.without_copy is not None:
        return f"no copy, on purpose: {entry.without_copy}"
    return STATES[entry.state]


def copy_text(entry: Entry, copy: Copy) -> str:
    """`job vault-backup, to sdc of pve, the same disk, every 7 days`."""
    fate = {"survives": "", "lost": ", the same disk", "unknown": ""}[copy.fate(entry.places)]
    where = f"to {_places(copy.places)}{fate}" if copy.places else "where to is not stated"
    return f"{copy.kind} {copy.by}, {where}, {_often(copy.every) if copy.runs else 'never runs'}"


def _often(every: timedelta | None) -> str:
    if every is None:
        return "how often is not stated"
    return f"every {age_text(every)}" if every else "at once"


def _places(places: Iterable[Place]) -> str:
    return " or ".join(map(str, places))


def age_text(age: timedelta) -> str:
    """`6 hours`, `7 days`, `15 minutes`."""
    minutes = int(age.total_seconds() // 60)
    if minutes % 60:
        return plural(minutes, "minute")
    hours = minutes // 60
    return plural(hours // 24, "day") if hours >= 48 and not hours % 24 else plural(hours, "hour")


def print_entry(plan: Plan, entry: Entry, found: Iterable[Finding], console: Console) -> None:
    """Print one volume, database or machine disk: where it lies, its copies, its findings."""
    console.print(Text.assemble((entry.name, "bold"), f": {entry.source}, {size_text(entry)} on {where_text(entry)}"))
    console.print(f"it {STATES[entry.state]}")
    for copy in entry.copies:
        console.print(f"copy: {copy_text(entry, copy)}")
    if entry.without_copy is not None:
        console.print(f"reason for no copy: {entry.without_copy}")
    names_it = (each for each in found if entry.name in _names(each))
    console.print()
    console.print(findings(plan.lab, names_it))


def _names(finding: Finding) -> tuple[str, ...]:
    names = finding.facts.get("names", ())
    return names if isinstance(names, tuple) else ()


def print_disk(
    plan: Plan, loss: DataLoss, entries: Iterable[Entry], found: Iterable[Finding], console: Console
) -> None:
    """Print one physical disk: what lies on it, each with its copies, and what is gone with it."""
    console.print(Text.assemble((loss.name, "bold"), f"{medium_text(plan.lab, loss)}: {carried_text(loss.carried)}"))
    console.print("; ".join(_outcome(loss)))
    for entry in entries:
        console.print(f"{entry.name} ({entry.source}, {gib(entry.size)}): {copies_text(entry)}")
    console.print()
    console.print(findings(plan.lab, (each for each in found if each.path == loss.path)))


def _outcome(loss: DataLoss) -> Iterator[str]:
    yield f"when it dies, {len(loss.gone)} are gone"
    if loss.restored:
        age = f", with the work of at most {age_text(loss.oldest)} lost" if loss.oldest else ""
        yield f"{len(loss.restored)} are restored from copies{age}"
    if loss.unchecked:
        yield f"of {len(loss.unchecked)} the lab does not say where their copies lie"
    if loss.accepted:
        yield f"{len(loss.accepted)} need no copy"
