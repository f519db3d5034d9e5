"""Services that wait for others: for something that answers, and not in a circle."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from config.draft import Draft
from config.service.container import Workload
from config.source import Path, Problem
from config.suggest import did_you_mean


def check_waiting(lab: Draft) -> Iterator[Problem]:
    """Whoever is waited for can answer. A further workload may wait for its own service."""
    for name, service in lab.services.items():
        for path, _, workload in service.parts(name):
            for index, awaited in enumerate(workload.waits_for):
                if awaited == name and workload is service:
                    yield lab.problem((*path, "waits_for", index), f"{name!r} waits for itself")
                elif reason := _silent(lab, awaited, workload):
                    yield lab.problem((*path, "waits_for", index), f"{awaited!r} never answers: {reason}")
            yield from _check_init_order(lab, path, workload)


def _check_init_order(lab: Draft, path: Path, workload: Workload) -> Iterator[Problem]:
    """Containers that start before the main one, each once."""
    before = [*workload.init, *(key for key, each in workload.sidecars.items() if each.native)]
    for index, name in enumerate(workload.init_order):
        at = (*path, "init_order", index)
        if name in workload.init_order[:index]:
            yield lab.problem(at, f"{name!r} starts once; leave it out here")
        elif name in workload.sidecars and name not in before:
            yield lab.problem(at, f"{name!r} starts with the main container; write native: true of it, or leave it out")
        elif name not in before:
            message = f"there is no container {name!r} under init or native sidecars{did_you_mean(name, before)}"
            yield lab.problem(at, message)


def _silent(lab: Draft, name: str, waiting: Workload) -> str | None:
    """Why a service never answers; None if it does, or cannot be judged."""
    service = lab.services.get(name)
    if service is None:
        return None
    if not service.listens():
        return f"it declares no {service.listens_at}"
    if service.is_off() and waiting.replicas > 0:
        return "it is switched off with replicas: 0"
    return None


def check_circles(lab: Draft) -> Iterator[Problem]:
    """Services that wait for each other never start. Every circle is reported at one of its links."""
    waits = {
        name: [awaited for awaited in part.workload.waits_for if awaited != name and awaited in lab.services]
        for name, service in lab.services.items()
        for part in service.parts(name)[:1]
    }
    while circle := _circle(waits):
        first, second = circle[:2]
        main = lab.services[first].parts(first)[0].workload
        path = ("services", first, "waits_for", main.waits_for.index(second))
        yield lab.problem(path, f"waits in a circle: {' -> '.join(circle)}")
        waits[first].remove(second)


def _circle(waits: dict[str, list[str]]) -> list[str] | None:
    """One circle, from its alphabetically first member back to it."""
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        members = list(reversed(error.args[1][1:]))
        start = members.index(min(members))
        return [*members[start:], *members[:start], members[start]]
    return None
