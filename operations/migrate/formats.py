"""The migrations, by the format that they lead to: a rule writes out what a file meant before by leaving it out."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from config.draft import Draft
from config.format import FIRST_FORMAT
from config.service import Service
from config.source import Path
from operations.migrate.insertion import Insertion

OPEN_BEFORE = "no-sign-in: It was open to the internet before the lab had format 2."


class Rule(NamedTuple):
    """A change of the format."""

    why: str
    """How the meaning changed, in a sentence, and what is written so that it stays."""
    insertions: Callable[[Draft], Iterator[Insertion]]


class Migration(NamedTuple):
    """All that leads from one format to the next."""

    to: int
    rules: tuple[Rule, ...]


def _standards(lab: Draft) -> Iterator[Insertion]:
    for name in lab.tiers:
        if not _is_stated(lab, ("tiers", name, "pod_security")):
            yield Insertion(("tiers", name), "memory", "pod_security", "baseline")


def _reach(lab: Draft) -> Iterator[Insertion]:
    for name, service in lab.services.items():
        for index, _ in enumerate(service.expose):
            if not _is_stated(lab, ("services", name, "expose", index, "reach")):
                yield Insertion(("services", name, "expose", index), "host", "reach", "internet")


def _sign_in(lab: Draft) -> Iterator[Insertion]:
    for name, service in lab.services.items():
        if "no-sign-in" in service.exceptions or not _is_open(lab, name, service):
            continue
        path = ("services", name, "exceptions")
        key, _, value = OPEN_BEFORE.partition(": ")
        if service.exceptions:
            yield Insertion(path, next(iter(service.exceptions)), key, value)
        else:
            yield Insertion(path[:-1], "expose", "exceptions", f"{{{OPEN_BEFORE}}}")


def _is_open(lab: Draft, name: str, service: Service) -> bool:
    return any(
        route.auth == "none"
        and (route.reach == "internet" or not _is_stated(lab, ("services", name, "expose", index, "reach")))
        for index, route in enumerate(service.expose)
    )


def _published(lab: Draft) -> Iterator[Insertion]:
    for name, service in lab.services.items():
        for part in service.parts(name):
            if part.workload.load_balancer is None or _is_stated(lab, (*part.path, "publish")):
                continue
            first = next(iter(part.workload.ports), None)
            routed = {route.port or first for route in service.expose if route.workload is None}
            if ports := [port for port in part.workload.ports if port not in routed]:
                yield Insertion(part.path, "load_balancer", "publish", f"[{', '.join(ports)}]")


def _is_stated(lab: Draft, path: Path) -> bool:
    return path in lab.places.by_path


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        2,
        (
            Rule(
                "a tier keeps the standard `restricted` unless it says otherwise; with `baseline` pods run as before",
                _standards,
            ),
            Rule(
                "a route is for the networks of the site unless it says otherwise; it was open to the internet",
                _reach,
            ),
            Rule(
                "`auth: none` towards the internet needs an exception; it is better to say who signs in: `auth: app`, "
                "`public` or `required`",
                _sign_in,
            ),
            Rule(
                "a load balancer publishes the ports that it names; it published all without a route",
                _published,
            ),
        ),
    ),
)


def due(stated: int | None) -> tuple[Migration, ...]:
    """The migrations that a lab of this format needs, in their order."""
    return tuple(each for each in MIGRATIONS if each.to > (stated or FIRST_FORMAT))
