"""Findings about copies of data: none, on the same disk, on the same server, never made, or not known where."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from config.lab import Lab
from config.source import Path
from plan.ledger import Entry, Place, counted
from plan.ledger.entries import State
from plan.ledger.places import places_of_class
from plan.model import Finding, Pending, Plan
from plan.model.findings import Rule
from plan.wording import gib, listed

NO_COPY = Rule(
    "NO-COPY",
    ("warning", "info"),
    title="Data has no copy",
    meaning=(
        "Volumes, databases and disks of machines of which the lab knows no copy. When the disk dies, or somebody "
        "deletes or overwrites them, they are gone; a RAID helps against the first only. Disks of workers are not "
        "counted: a node is made anew from the lab's files. There is one finding for each disk; it is a warning where "
        "the lab states copies of other data, and a note where it states none at all."
    ),
    remedy=(
        "Let a cronjob write a copy to a volume that says copy_of, give a database a backup, state what else makes "
        "copies (backup: {by, to, every_hours}; machine_backups in site.yaml), or say why none is needed "
        "(no_backup: REASON)."
    ),
)

COPY_ON_SAME_DISK = Rule(
    "COPY-ON-SAME-DISK",
    "warning",
    title="Copies lie on the disk of their originals",
    meaning=(
        "The only copies that the lab knows lie on the same physical disk or RAID volume as what they are copies of. "
        "They help against a deletion, and not when the disk or its controller dies: both are gone."
    ),
    remedy="Put the copies on another disk, or better on another server, and state it.",
)

COPY_ON_SAME_SERVER = Rule(
    "COPY-ON-SAME-SERVER",
    "info",
    title="Copies lie on the server of their originals",
    meaning=(
        "The copies lie on another disk of the same server. They survive the disk, and not fire, theft, a power surge "
        "or whoever takes over the server."
    ),
    remedy="Copy what is dear to another server, and state it with backup: {by, to, every_hours}.",
)

COPY_NEVER_MADE = Rule(
    "COPY-NEVER-MADE",
    "warning",
    title="A backup job cannot run",
    meaning="Its schedule never comes up, it is switched off, or no node takes its pod: no copy is ever made.",
    remedy="Correct its schedule, switch it on, or give its pod a place, as the message says.",
)

COPY_UNCHECKED = Rule(
    "COPY-UNCHECKED",
    "info",
    title="Where copies lie, or who makes them, is not stated",
    meaning=(
        "Something makes copies, and the lab does not say where they lie or how often they are made: whether they "
        "survive the loss of the disk could not be checked."
    ),
    remedy=(
        "State it with backup: {by, to, every_hours} of the volume, or let a cronjob of the service mount the volume "
        "that says copy_of."
    ),
)


def data_findings(plan: Plan, entries: Sequence[Entry]) -> Iterator[Finding]:
    """All findings about copies, one for each disk or job that is the cause."""
    lab = plan.lab
    by_state: dict[State, dict[tuple[Place, ...], list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        by_state[entry.state][entry.places].append(entry)
    told: tuple[tuple[State, Callable[[Lab, Sequence[Entry], Sequence[Entry]], Finding]], ...] = (
        ("none", _no_copy),
        ("same disk", _same_disk),
        ("same server", _same_server),
        ("not known", _unchecked),
    )
    for state, finding in told:
        for found in by_state[state].values():
            yield finding(lab, found, entries)
    yield from _never_made(plan, entries)


def _no_copy(lab: Lab, found: Sequence[Entry], entries: Sequence[Entry]) -> Finding:
    where = _where(found)
    states_copies = any(entry.copies for entry in entries)
    return NO_COPY.finding(
        _path(lab, found),
        f"{counted(found)} on {where} {_have(found)} no copy that the lab knows of, {gib(_size(found))} in all"
        f"{'' if len(found) == 1 else ', the largest first'}: {_listed(found)}. What dies with the disk, or "
        "is deleted, is gone",
        "let a cronjob write a copy to a volume with copy_of, state who makes one with backup: {by, to, every_hours}, "
        "or say why none is needed with no_backup: REASON",
        about=where,
        severity="warning" if states_copies else "info",
        facts={"names": _names(found), "size_bytes": _size(found)},
    )


def _same_disk(lab: Lab, found: Sequence[Entry], entries: Sequence[Entry]) -> Finding:
    where = _where(found)
    makers = tuple(dict.fromkeys(copy.by for entry in found for copy in entry.copies_with("lost")))
    return COPY_ON_SAME_DISK.finding(
        _path(lab, found),
        f"{counted(found)} {'have their' if _are_several(found) else 'has its'} only copies on {where}, their own "
        f"disk: {_listed(found, 1)}",
        _elsewhere(lab, found, entries),
        about=where,
        facts={"names": _names(found), "size_bytes": _size(found), "made_by": makers},
    )


def _same_server(lab: Lab, found: Sequence[Entry], _: Sequence[Entry]) -> Finding:
    where = _where(found)
    server = " or ".join(dict.fromkeys(place.server for place in found[0].places))
    return COPY_ON_SAME_SERVER.finding(
        _path(lab, found),
        f"{counted(found)} on {where} {_have(found)} no copy but on other disks of {server}: {_listed(found)}. "
        f"Whatever destroys {server} takes both",
        "copy them to another server as well, and state it with backup: {by, to, every_hours}",
        about=where,
        facts={"names": _names(found), "size_bytes": _size(found)},
    )


def _unchecked(lab: Lab, found: Sequence[Entry], _: Sequence[Entry]) -> Finding:
    unknown = [copy for entry in found for copy in entry.copies_with("unknown")]
    makers = tuple(dict.fromkeys(copy.by for copy in unknown))
    where = _where(found)
    servers = tuple(dict.fromkeys(place.server for copy in unknown for place in copy.places))
    to = f" to {listed(servers)}, the same server" if servers else ""
    return COPY_UNCHECKED.finding(
        _path(lab, found),
        f"{listed(makers)} {'copies' if len(makers) == 1 else 'copy'} {counted(found)} on {where} ({_listed(found)})"
        f"{to}, and the lab does not say {'to which disk' if servers else 'where to'}: whether the copies survive the "
        "disk could not be checked",
        f"state it with backup: {{by, to, every_hours}}: to another server than {listed(servers)}, or to the storage "
        "class that holds them"
        if servers
        else "state it with backup: {by, to, every_hours}",
        about=where,
        facts={"names": _names(found), "made_by": makers},
    )


def _never_made(plan: Plan, entries: Iterable[Entry]) -> Iterator[Finding]:
    """A finding for each job that makes no copy, with what it would copy."""
    pending = {each.workload.name: each for each in plan.capacity.pending}
    off = _switched_off(plan)
    jobs: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for copy in entry.copies:
            if not copy.runs or copy.by in pending or (copy.namespace, copy.by) in off:
                jobs[copy.by].append(entry)
    for job, copied in jobs.items():
        yield COPY_NEVER_MADE.finding(
            copied[0].path,
            f"{job} never runs: {_why(pending.get(job), copied[0], job, off)}; so {listed(_names(copied))} "
            f"{'has' if len(copied) == 1 else 'have'} no copy by it",
            "give its pod a place" if job in pending else "switch it on, or correct its schedule",
            about=job,
            facts={"names": _names(copied)},
        )


def _why(pending: Pending | None, entry: Entry, job: str, off: frozenset[tuple[str | None, str]]) -> str:
    if pending:
        return str(pending.reason).rstrip(".")
    if (entry.namespace, job) in off:
        return "it is suspended"
    schedule = next((copy.schedule for copy in entry.copies if copy.by == job), None)
    return f"it is switched off, or its schedule {schedule!r} never comes up" if schedule else "it has no schedule"


def _switched_off(plan: Plan) -> frozenset[tuple[str | None, str]]:
    """Namespace and name of suspended CronJobs."""
    return frozenset(
        (service.namespace, manifest["metadata"]["name"])
        for service in plan.services
        for manifest in service.objects
        if manifest["kind"] == "CronJob" and manifest["spec"].get("suspend") is True
    )


def _elsewhere(lab: Lab, found: Sequence[Entry], entries: Iterable[Entry]) -> str:
    """A storage class on another disk that has room for all of these, the emptiest first."""
    own = {place for entry in found for place in entry.places}
    needed = _size(found)
    rooms: list[tuple[int, str, str]] = []
    for name, row in lab.storage_classes.items():
        places = places_of_class(lab, row)
        if len(places) == 1 and all(places[0].is_lost_with(other) is False for other in own):
            place = places[0]
            room = _room(lab, place, entries)
            if room is not None and room >= needed:
                rooms.append((-room, name, str(place)))
    if not rooms:
        return (
            "copy them to another server, and state it with backup: {by, to, every_hours}: no storage class of the lab "
            "has room for them on another disk"
        )
    _, name, place = min(rooms)
    return f"put the copies on {name} ({place})"


def _room(lab: Lab, place: Place, entries: Iterable[Entry]) -> int | None:
    """Bytes of a disk of the lab that nothing is committed of; None for another server."""
    if place.disk is None:
        return None
    return lab.site.hosts[place.server].disks[place.disk].size - _size(
        [entry for entry in entries if place in entry.places]
    )


def _path(lab: Lab, found: Sequence[Entry]) -> Path:
    """Of the disk, where the lab has it; else of the first of them."""
    place = found[0].places[0] if found[0].places else None
    if place and place.disk is not None and place.server in lab.site.hosts:
        return ("site", "hosts", place.server, "disks", place.disk)
    return found[0].path


def _where(found: Sequence[Entry]) -> str:
    return " or ".join(str(place) for place in found[0].places) or "a place that the lab does not state"


def _have(found: Sequence[Entry]) -> str:
    return "have" if _are_several(found) else "has"


def _are_several(found: Sequence[Entry]) -> bool:
    """Whether what `counted` says of them is of more than one."""
    return len(found) > 1 or (found[0].source == "volume" and found[0].volumes > 1)


def _names(found: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(entry.name for entry in sorted(found, key=lambda entry: (-entry.size, entry.name)))


def _listed(found: Iterable[Entry], most: int = 3) -> str:
    return listed(_names(found), most)


def _size(found: Iterable[Entry]) -> int:
    return sum(entry.size for entry in found)
