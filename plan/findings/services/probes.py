"""Liveness probes as they are stated: by keys, in files, and in the values of charts."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.pod import POD_TEMPLATES
from config.service import HelmService
from config.service.container import Listening
from config.service.probe import Probe
from config.source import Path, is_mapping, is_sequence
from plan.model.fields import Fields, mapping, number, text, value
from plan.model.templates import containers_of, pod_spec

FAILURES, PERIOD_SECONDS, TIMEOUT_SECONDS = 3, 10, 1
"""Of a probe that says nothing of them (Kubernetes, Configure Probes)."""


class _Chart(NamedTuple):
    """A chart that has no startup probe unless its values say so, and the numbers of its liveness probe."""

    since: int
    """Major version."""
    delay_seconds: int
    failures: int = FAILURES
    by_itself: bool = False
    """It has the liveness probe where its values say nothing of one."""


WITHOUT_STARTUP: Mapping[str, _Chart] = {
    "app-template": _Chart(3, 0),
    "gitea": _Chart(0, 200, 10),
    "nextcloud": _Chart(0, 10, by_itself=True),
}
"""By name (their values.yaml)."""


class Liveness(NamedTuple):
    """A liveness probe of a container."""

    path: Path
    """Of the probe where keys state it, else of the object or of the values."""
    key: str
    """Of the number of its failures, as its owner writes it."""
    called: str
    failures: int
    period_seconds: int
    delay_seconds: int
    timeout_seconds: int | None
    """None where a chart may have one of its own."""
    has_startup: bool
    """A startup probe goes before it, or may."""
    startup: str
    """How one is written."""
    image: str = ""
    """Empty where a chart has it."""


def liveness_probes(lab: Lab) -> Iterator[Liveness]:
    """Every liveness probe that the lab states."""
    for name, service in lab.services.items():
        for part in service.parts(name):
            yield from _of_container(part.path, part.name, part.name, part.workload)
            for key, sidecar in part.workload.sidecars.items():
                yield from _of_container((*part.path, "sidecars", key), key, f"{key} of {part.name}", sidecar)
        if isinstance(service, HelmService):
            chart = _known(service)
            yield from _in_values(name, service.values, (), chart)
            if chart and chart.by_itself and not service.as_found and value(service.values, "livenessProbe") is None:
                startup = mapping(service.values, "startupProbe")
                yield _of_chart(name, ("livenessProbe",), {}, ("startupProbe", startup), chart)
        for stated in lab.objects.get(name, ()):
            if stated.kind in POD_TEMPLATES:
                pod = pod_spec(stated.content)
                yield from _in_pod(stated.path, stated.name, pod)


def _of_container(path: Path, name: str, called: str, container: Listening) -> Iterator[Liveness]:
    probe: Probe | None = container.probes.liveness if container.probes else None
    if probe is None or container.probes is None:
        return
    yield Liveness(
        (*path, "probes", "liveness"),
        "failures",
        called,
        probe.failures,
        probe.period_seconds,
        probe.delay_seconds,
        probe.timeout_seconds,
        container.probes.startup is not None,
        f"startup beside it, for example {{failures: 30, period_seconds: {probe.period_seconds}}}",
        container.image,
    )


def _in_pod(path: Path, name: str, pod: Fields) -> Iterator[Liveness]:
    for container in containers_of(pod):
        probe = mapping(container, "livenessProbe")
        called = text(container, "name")
        if probe:
            key = f"failureThreshold in the livenessProbe of {called}"
            startup = f"a startupProbe beside the livenessProbe of {called}, with failureThreshold: 30"
            has_startup = bool(mapping(container, "startupProbe"))
            called = name if called == name else f"{called} of {name}"
            found = _of_fields(path, key, called, probe, startup, has_startup=has_startup)
            yield found._replace(image=text(container, "image"))


def _of_fields(path: Path, key: str, called: str, probe: Fields, startup: str, *, has_startup: bool) -> Liveness:
    return Liveness(
        path,
        key,
        called,
        number(probe, "failureThreshold", default=FAILURES),
        number(probe, "periodSeconds", default=PERIOD_SECONDS),
        number(probe, "initialDelaySeconds"),
        number(probe, "timeoutSeconds", default=TIMEOUT_SECONDS),
        has_startup,
        startup,
    )


def _known(service: HelmService) -> _Chart | None:
    row = WITHOUT_STARTUP.get(service.chart.name)
    major = service.chart.version.lstrip("v").partition(".")[0]
    return row if row and major.isdigit() and int(major) >= row.since else None


_NAMES = (("livenessProbe", "startupProbe"), ("customLivenessProbe", "customStartupProbe"), ("liveness", "startup"))
"""Keys of charts; the last pair is of those of bjw-s, with `spec` below."""


def _in_values(name: str, values: object, above: tuple[str, ...], chart: _Chart | None) -> Iterator[Liveness]:
    if is_sequence(values):
        for index, each in enumerate(values):
            yield from _in_values(name, each, (*above, str(index)), chart)
    if not is_mapping(values) or values.get("enabled") is False:
        return
    for liveness, startup in _NAMES:
        stated = mapping(values, liveness)
        if stated and value(stated, "enabled") is not False and (liveness != "liveness" or above[-1:] == ("probes",)):
            yield _of_chart(name, (*above, liveness), stated, (startup, mapping(values, startup)), chart)
    for key, each in values.items():
        yield from _in_values(name, each, (*above, str(key)), chart)


def _of_chart(
    name: str, at: tuple[str, ...], stated: Fields, startup: tuple[str, Fields], chart: _Chart | None
) -> Liveness:
    """A probe in values. What they leave out the chart has, with numbers that are known of few."""
    probe, below = (mapping(stated, "spec"), ("spec",)) if at[-1] == "liveness" else (stated, ())
    key, said = startup
    numbers = "failureThreshold: 30, periodSeconds: 10"
    spec = f"{{enabled: true, spec: {{{numbers}}}}}" if below else f"{{enabled: true, {numbers}}}"
    is_whole = chart is not None or {"failureThreshold", "periodSeconds", "initialDelaySeconds"} <= probe.keys()
    is_off = value(said, "enabled") is False or (chart is not None and not said)
    found = _of_fields(
        ("services", name, "values"),
        ".".join((*at, *below, "failureThreshold")),
        name,
        probe,
        f"{'.'.join((*at[:-1], key))}: {spec}",
        has_startup=not is_off or not is_whole,
    )
    if chart is not None:
        delay = number(probe, "initialDelaySeconds", default=chart.delay_seconds)
        found = found._replace(delay_seconds=delay, failures=number(probe, "failureThreshold", default=chart.failures))
    return found if "timeoutSeconds" in probe else found._replace(timeout_seconds=None)
