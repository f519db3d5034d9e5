"""Liveness probes that ask another service than the one that they restart."""

import re
from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_template
from plan.wording import listed

LIVENESS_ASKS_ANOTHER = Rule(
    "LIVENESS-ASKS-ANOTHER",
    "warning",
    title="A liveness probe restarts a container for what another one lacks",
    meaning=(
        "The kubelet kills a container whose liveness probe fails. Where the probe asks a database or another service, "
        "every restart and every slow minute of that one restarts this one too, and those that ask it: a short pause "
        "becomes an outage of everything, and all of them connect again at once. A restart here mends nothing there."
    ),
    remedy="Let the liveness probe ask its own container alone; a readiness probe may ask what it needs.",
)

_PLACE = re.compile(
    r"(?:(?<![\w-])(?:-h|-H|--host|--hostname|--server|-s)[ =]|://(?:[^/@\s]*@)?|\bnc(?: -\w+(?: \d+)?)* |/dev/tcp/)"
    r"(?P<name>[a-z0-9][a-z0-9-]*)(?:\.(?P<namespace>[a-z0-9][a-z0-9-]*))?(?=[\s.:/\"';?)]|$)"
)
"""A host where a client takes one: `-h db`, `http://api.core/health`, `nc -z cache 6379`, `/dev/tcp/cache/6379`."""
_VARIABLE = re.compile(r"\$[{(]?(\w+)[})]?")


def asks_others_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each container that is restarted when another service of the lab does not answer."""
    planned = [*services]
    known = {
        (service.namespace_of(each), each["metadata"]["name"]): mapping(each, "spec", "selector")
        for service in planned
        for each in service.objects
        if each["kind"] == "Service"
    }
    for service in planned:
        for each in service.objects:
            template = pod_template(each)
            labels = mapping(template, "metadata", "labels")
            for container in entries(template, "spec", "containers"):
                asked = [
                    f"{name}.{namespace}"
                    for namespace, name in dict.fromkeys(_asked(container, service.namespace_of(each)))
                    if (namespace, name) in known and not _is_own(known[namespace, name], labels)
                ]
                if asked:
                    yield _finding(lab, service, each, container, asked)


def _asked(container: Fields, own: str) -> Iterator[tuple[str, str]]:
    """Namespace and name of all that the probe asks."""
    probe = mapping(container, "livenessProbe")
    said = " ".join(str(word) for word in values(probe, "exec", "command"))
    if host := text(probe, "httpGet", "host"):
        said += f" http://{host}/"
    env = {text(row, "name"): text(row, "value") for row in entries(container, "env")}
    said = _VARIABLE.sub(lambda match: env.get(match[1], ""), said)
    for match in _PLACE.finditer(said):
        yield match["namespace"] or own, match["name"]


def _is_own(selector: Fields, labels: Fields) -> bool:
    return bool(selector) and selector.items() <= labels.items()


def _finding(lab: Lab, service: Service, each: Manifest, container: Fields, asked: list[str]) -> Finding:
    name, called = each["metadata"]["name"], text(container, "name")
    shown = name if called == name else f"{called} of {name}"
    return LIVENESS_ASKS_ANOTHER.finding(
        lab.written_at(service.name, each["kind"], name),
        f"the liveness probe of {shown} asks {listed(asked)}: whenever that does not answer, {shown} is killed too",
        f"let it ask {shown} itself, and move this question to its readiness probe",
        about=f"{name} {called}",
        facts={"asked": tuple(asked)},
    )
