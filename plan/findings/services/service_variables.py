"""Variables that Kubernetes makes of Services, and that a program takes for a setting of its own."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.image import short_name, version_of
from config.lab import Lab
from config.pod import POD_TEMPLATES
from plan.model import Service
from plan.model.fields import entries, text, value
from plan.model.findings import Finding, Rule
from plan.model.templates import containers_of, pod_spec

VARIABLE_OF_SERVICE = Rule(
    "VARIABLE-OF-SERVICE",
    "warning",
    title="A program takes the variable of a Service for a setting of its own",
    meaning=(
        "Kubernetes gives each pod variables for all Services of its namespace: a Service immich makes IMMICH_PORT, "
        "with a value like tcp://10.96.0.17:80. A program that reads a port from a variable of that name does not "
        "start: it is no number."
    ),
    remedy="Write enableServiceLinks: false into the pod, or give the Service another name.",
)


class _Read(NamedTuple):
    """A variable that a program reads its port from."""

    service: str
    """Name of a Service that makes a variable of that name."""
    since: tuple[int, ...] = ()
    until: tuple[int, ...] = ()
    """The first version that no longer does. An image without a number is then taken for a later one."""


_IMMICH = _Read("immich", (1, 118))
READ: Mapping[str, _Read] = {
    "actual-server": _Read("actual"),
    "cp-kafka": _Read("kafka"),
    "cp-schema-registry": _Read("schema-registry"),
    "immich-machine-learning": _IMMICH,
    "immich-server": _IMMICH,
    "n8n": _Read("n8n"),
    "paperless-ngx": _Read("paperless"),
    "searxng": _Read("searxng", (2026, 3, 29), (2026, 7, 22)),
    "superset": _Read("superset"),
    "trilium": _Read("trilium"),
    "zitadel": _Read("zitadel"),
}
"""By the last part of an image's name (their documentation, and reports of them): NAME_PORT in capitals."""


def service_variable_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each pod whose program finds the address of a Service where it looks for its port."""
    planned = [*services]
    named: dict[str, set[str]] = defaultdict(set)
    for service in planned:
        for each in service.objects:
            if each["kind"] == "Service" and text(each, "spec", "clusterIP") != "None":
                named[service.namespace_of(each)].add(each["metadata"]["name"])
    for service in planned:
        for each in service.objects:
            pod = pod_spec(each)
            if each["kind"] not in POD_TEMPLATES or value(pod, "enableServiceLinks") is False:
                continue
            for container in containers_of(pod):
                image = text(container, "image")
                row = READ.get(short_name(image))
                if row is None or row.service not in named[service.namespace_of(each)] or _is_another(image, row):
                    continue
                variable = f"{row.service.upper().replace('-', '_')}_PORT"
                if variable not in {text(one, "name") for one in entries(container, "env")}:
                    name = each["metadata"]["name"]
                    yield VARIABLE_OF_SERVICE.finding(
                        lab.written_at(service.name, each["kind"], name),
                        f"{short_name(image)} of {name} reads its port from {variable}, and Kubernetes writes the "
                        f"address of the Service {row.service} there, tcp://...: it does not start",
                        f"write enableServiceLinks: false into the pod of {name}, or give the Service another name",
                        about=f"{name} {text(container, 'name')}",
                        facts={"variable": variable, "service": row.service},
                    )


def _is_another(image: str, row: _Read) -> bool:
    """Whether an image is of a version that does not read the variable."""
    version = version_of(image)
    if row.until:
        return not row.since <= version < row.until
    return bool(version) and version < row.since
