"""Services that wait for others: for something that answers, and not in a circle."""

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from config.draft import Draft
from config.service.container import Workload
from config.source import Problem


def check_waiting(lab: Draft) -> Iterator[Problem]:
    """Whoever is waited for can answer. A further workload may wait for its own service."""
    for name, service in lab.services.items():
        for path, _, workload in service.parts(name):
            for index, awaited in enumerate(workload.waits_for):
                if awaited == name and workload is service:
                    yield lab.problem((*path, "waits_for", index), f"{name!r} waits for itself")
                elif reason := _silent(lab, awaited, workload):
                    yield lab.problem((*path, "waits_for", index), f"{awaited!r} never answers: {reason}")


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
