"""Streams that come in at an entry point which Traefik does not have, does not publish, or has for another protocol."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.objects import StatedObject
from config.source import Path
from plan.findings.routes.traefik_settings import EntryPoint, entry_points, traefik_of
from plan.model import Service
from plan.model.fields import values
from plan.model.findings import Finding, Rule
from plan.wording import listed

ENTRY_POINT_MISSING = Rule(
    "ENTRY-POINT-MISSING",
    "error",
    title="A route comes in at an entry point that Traefik does not have",
    meaning=(
        "Traefik listens at the entry points of its static configuration, which the chart makes of `ports` in its "
        "values. A route that names another one is left out with an error in Traefik's log, and nothing is reached. "
        "An entry point is of TCP or of UDP, and visitors reach it only where the chart's Service has its port."
    ),
    remedy="Write the entry point under `ports` in the values of Traefik, with its protocol, and expose it.",
)

_KINDS = {"IngressRoute": False, "IngressRouteTCP": False, "IngressRouteUDP": True}
"""Kinds of Traefik's routes, and whether they are of UDP."""
_HTTP = frozenset({"web", "websecure"})


class _Wanted(NamedTuple):
    """An entry point that a route names."""

    path: Path
    service: str
    entry: str
    is_udp: bool


def stream_entry_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each stream, exposure or route of Traefik in files whose entry point cannot serve it."""
    traefik = traefik_of(lab)
    if traefik is None:
        return
    name, controller = traefik
    wanted = [*_streams(lab, services), *_exposures(lab), *_objects(lab)]
    if not wanted:
        return
    known = entry_points(controller.values)
    for each in wanted:
        if said := _wrong(each, known):
            yield ENTRY_POINT_MISSING.finding(
                each.path,
                f"{each.service} comes in at the entry point {each.entry}, {said[0]}",
                f"{said[1]} in the values of {name}",
                about=each.entry,
                facts={"entry": each.entry, "known": tuple(sorted(known))},
            )


def _wrong(wanted: _Wanted, known: Mapping[str, EntryPoint]) -> tuple[str, str] | None:
    """The mistake, and what is to be written; None where there is none."""
    found, protocol = known.get(wanted.entry.lower()), "UDP" if wanted.is_udp else "TCP"
    port = f"{{port: NUMBER, exposedPort: NUMBER, protocol: {protocol}, expose: {{default: true}}}}"
    if found is None:
        return (
            f"which the values of Traefik do not have (they have {listed(sorted(known))}): nothing is reached there",
            f"write ports.{wanted.entry}: {port}",
        )
    if found.is_udp != wanted.is_udp:
        return (
            f"which is of {'UDP' if found.is_udp else 'TCP'}, and the route is of {protocol}: Traefik leaves it out",
            f"write protocol: {protocol} under ports.{found.name}",
        )
    if not found.is_exposed:
        return (
            "whose port the Service of Traefik does not have: no visitor reaches it",
            f"write expose: {{default: true}} under ports.{found.name}",
        )
    return None


def _streams(lab: Lab, services: Iterable[Service]) -> Iterator[_Wanted]:
    """Streams through the lab's ingress controller, by the routes that they become."""
    for planned in services:
        name, streams = planned.name, lab.services[planned.name].streams
        entries = {each.entry: number for number, each in enumerate(streams) if each.gateway is None}
        for route in planned.objects if entries else ():
            for entry in values(route, "spec", "entryPoints") if route["kind"] in _KINDS else ():
                if entry in entries:
                    path: Path = ("services", name, "streams", entries[entry], "entry")
                    yield _Wanted(path, name, entry, _KINDS[route["kind"]])


def _exposures(lab: Lab) -> Iterator[_Wanted]:
    """Exposures that are IngressRoutes."""
    for name, service in lab.services.items():
        for number, exposure in enumerate(service.expose):
            for entry in exposure.traefik.entry_points if exposure.traefik else ():
                if entry not in _HTTP:
                    yield _Wanted(("services", name, "expose", number, "traefik"), name, entry, is_udp=False)


def _objects(lab: Lab) -> Iterator[_Wanted]:
    for kind, is_udp in _KINDS.items():
        for each in lab.objects_by_kind.get(kind, ()):
            yield from _of_object(each, is_udp=is_udp)


def _of_object(route: StatedObject, *, is_udp: bool) -> Iterator[_Wanted]:
    for entry in values(route.content, "spec", "entryPoints"):
        if str(entry) not in _HTTP:
            yield _Wanted(route.path, f"{route.kind} {route.name}", str(entry), is_udp)
