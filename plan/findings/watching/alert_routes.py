"""Alerts that reach nobody: an Alertmanager whose receivers send nothing."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, cast

from yaml import YAMLError

from config.lab import Lab
from config.service import HelmService
from config.source import Path, is_mapping
from plan.model.fields import Fields, entries, mapping, text, value, values
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.yaml_text import read_plain

ALERTS_REACH_NOBODY = Rule(
    "ALERTS-REACH-NOBODY",
    ("warning", "info"),
    title="Alerts fire, and nobody is told",
    meaning=(
        "Alertmanager gives each alert to a receiver. One without a single `*_configs` swallows it: the alert fires, "
        "and is seen only by who looks. So does the configuration that kube-prometheus-stack and the prometheus chart "
        "bring themselves. Watchdog is the alert that always fires, so that something outside may notice when it "
        "stops: given to such a receiver, nobody notices when alerting itself is down. That is an info."
    ),
    remedy="Give the receiver a way to send: webhook_configs, email_configs, telegram_configs and others.",
)

RECEIVER_MISSING = Rule(
    "RECEIVER-MISSING",
    "error",
    title="Alerts are given to a receiver that is not there",
    meaning=(
        "Alertmanager refuses a configuration whose route names a receiver that it does not define: it does not start, "
        "or goes on with the one from before. The lists of a chart's own values are replaced by those that are stated, "
        "so that a receiver of the chart is gone as soon as receivers are stated."
    ),
    remedy="Define the receiver under receivers, or name one that is defined.",
)

_WATCHDOG = "Watchdog"
_ONE_CHART: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "kube-prometheus-stack": (("alertmanager", "enabled"), ("alertmanager", "config")),
    "prometheus": (("alertmanager", "enabled"), ("alertmanager", "config")),
    "alertmanager": ((), ("config",)),
}
"""By chart, where its values switch Alertmanager on and where they state its configuration."""
_ELSEWHERE = ("stringConfig", "templateFiles", "useExistingSecret", "configSecret", "alertmanagerConfiguration")


class _Configured(NamedTuple):
    """An Alertmanager and what its owner states of its configuration; empty where the chart's own stays."""

    path: Path
    service: str
    configuration: Fields
    fix: str


def alert_route_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each Alertmanager whose alerts go nowhere."""
    for each in _alertmanagers(lab):
        yield from _undefined(each)
        silent = _silent(each.configuration)
        routes = [*_routes(mapping(each.configuration, "route"))]
        heard = [route for route in routes if text(route, "receiver") not in silent and text(route, "receiver")]
        if not heard:
            yield ALERTS_REACH_NOBODY.finding(
                each.path,
                f"no receiver of the Alertmanager of {each.service} sends anything: alerts fire, and nobody is told",
                each.fix,
            )
        elif any(text(route, "receiver") in silent and _is_watchdog(route) for route in routes):
            yield ALERTS_REACH_NOBODY.finding(
                each.path,
                f"{each.service} gives Watchdog, the alert that shows that alerting works, to a receiver that sends "
                "nothing: nobody notices when alerting itself is down",
                "send Watchdog to something outside of the cluster that tells you when it stops, for example a check "
                "of healthchecks.io by webhook_configs",
                about=_WATCHDOG,
                severity="info",
            )


def _undefined(found: _Configured) -> Iterator[Finding]:
    defined = [text(each, "name") for each in entries(found.configuration, "receivers")]
    named = [text(route, "receiver") for route in _routes(mapping(found.configuration, "route"))]
    missing = [*dict.fromkeys(name for name in named if name and name not in defined)]
    if defined and missing:
        yield RECEIVER_MISSING.finding(
            found.path,
            f"a route of the Alertmanager of {found.service} names the receiver {listed(missing)}, and its receivers "
            f"are {listed(defined)}: it refuses the whole configuration",
            f"define {listed(missing)} under receivers, or name one that is there",
            facts={"missing": tuple(missing), "defined": tuple(defined)},
        )


def _alertmanagers(lab: Lab) -> Iterator[_Configured]:
    custom = bool(lab.objects_by_kind.get("AlertmanagerConfig"))
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            if service.chart.name not in _ONE_CHART or service.as_found or custom or _is_elsewhere(service):
                continue
            switch, at = _ONE_CHART[service.chart.name]
            if not switch or value(service.values, *switch) is not False:
                key = ".".join(at)
                yield _Configured(
                    ("services", name, "values"),
                    name,
                    mapping(service.values, *at),
                    f"write {key} with a route and a receiver that has webhook_configs, or another way, in the values "
                    f"of {name}",
                )
        else:
            for part in service.parts(name):
                for file, content in part.workload.files.items():
                    if file.rpartition("/")[2].startswith("alertmanager.y") and (read := _read(content)):
                        fix = "give the receiver webhook_configs, or another way to send"
                        yield _Configured((*part.path, "files", file), name, read, fix)


def _is_elsewhere(service: HelmService) -> bool:
    alertmanager = mapping(service.values, "alertmanager")
    spec = mapping(alertmanager, "alertmanagerSpec")
    return any(value(found, key) for found in (alertmanager, spec) for key in _ELSEWHERE)


def _read(content: str) -> Fields:
    try:
        found = read_plain(content)
    except YAMLError:
        return {}
    return cast(Fields, found) if is_mapping(found) else {}


def _silent(configuration: Fields) -> frozenset[str]:
    """Receivers that send nothing."""
    receivers = entries(configuration, "receivers")
    return frozenset(
        text(each, "name") for each in receivers if not any(key.endswith("_configs") and each[key] for key in each)
    )


def _routes(route: Fields) -> Iterator[Fields]:
    """A route and those below it; one that names no receiver has that of the route above."""
    if route:
        yield route
        for below in entries(route, "routes"):
            yield from _routes({"receiver": text(route, "receiver"), **below})


def _is_watchdog(route: Fields) -> bool:
    matched = [text(route, "match", "alertname"), text(route, "match_re", "alertname")]
    return any(_WATCHDOG in str(each) for each in (*matched, *values(route, "matchers")))
