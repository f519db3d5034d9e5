"""Host names with a path that two routes claim, at least one of them from a file."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.model import Manifest, Service
from plan.model.fields import entries, text, values
from plan.model.findings import Finding, Rule

HOST_TWICE = Rule(
    "HOST-TWICE",
    "warning",
    title="Two routes claim the same host and path",
    meaning=(
        "Of two routes for the same requests, the controller takes one, by its own order: the older one, the longer "
        "rule, or now this and now that. The other service is not reached, and nothing fails. The keys of services are "
        "checked when the lab is read; this is about routes in files."
    ),
    remedy="Give one of the two another host or path, or take it out.",
)


def host_twice_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each route from a file whose host and path another route has, of the same class."""
    stated = lab.objects_by_kind.get("Ingress", ())
    if not stated:
        return
    known: dict[tuple[str, str, str], str] = {}
    paths = {(str(each.path[1]), each.name): each.path for each in stated}
    routes = [(service, each) for service in services for each in service.objects if each["kind"] == "Ingress"]
    for service, route in sorted(routes, key=lambda found: (found[0].name, found[1]["metadata"]["name"]) in paths):
        name = route["metadata"]["name"]
        for claim in dict.fromkeys(_claims(route)):
            first = known.setdefault(claim, f"{service.name} ({name})")
            path = paths.get((service.name, name))
            if path is not None and first != f"{service.name} ({name})":
                yield HOST_TWICE.finding(
                    path,
                    f"the Ingress {name} of {service.name} claims {claim[1]}{claim[2]}, as {first} does: one of the "
                    "two is not reached",
                    "write another host or path, or take one of the two out",
                    about=f"{claim[1]}{claim[2]}",
                    facts={"host": claim[1], "path": claim[2]},
                )


def _claims(route: Manifest) -> Iterator[tuple[str, str, str]]:
    """Class, host and path of each rule."""
    controller = text(route, "spec", "ingressClassName")
    for rule in entries(route, "spec", "rules"):
        for each in values(rule, "http", "paths"):
            yield controller, text(rule, "host"), text(each, "path") or "/"
