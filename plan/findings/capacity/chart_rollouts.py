"""Rollouts of charts whose new pod waits for a volume that the old one holds."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.image import version_of
from config.lab import Lab
from config.service import HelmService
from config.source import dotted, is_mapping
from plan.findings.chart_programs import at, is_shared, kept_in, path_of, programs_of_chart
from plan.model.fields import text
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.volume_classes import is_block

VOLUME_HELD = Rule(
    "VOLUME-HELD",
    ("warning", "info"),
    title="A new pod starts while the old one holds its volume",
    meaning=(
        "A block volume is attached to one node at a time. A deployment that rolls starts the new pod first; on "
        "another node it waits for the volume, and the old one is kept until the new one is ready: the rollout never "
        "ends. Whether a chart rolls is known of some. Of the others it could not be checked: then it is an info."
    ),
    remedy=(
        "Let the deployment be replaced with Recreate: in its file, or in the values of its chart; or run it as a "
        "statefulset."
    ),
)

_ROLLING: Mapping[str, str] = {
    "forgejo": "strategy.type",
    "gitea": "strategy.type",
    "grafana": "deploymentStrategy.type",
    "kube-prometheus-stack": "grafana.deploymentStrategy.type",
    "jellyfin": "deploymentStrategy.type",
    "n8n": "strategy.type",
    "ollama": "updateStrategy.type",
    "uptime-kuma": "strategy.type",
    "open-webui": "strategy.type",
    "traefik": "updateStrategy.type",
    "vaultwarden": "strategy.type",
}
"""Charts that roll unless this value says otherwise (their values.yaml)."""
_REPLACED = (
    ("frigate", "blakeshome-charts"),
    ("n8n", "8gears."),
    ("nextcloud", "nextcloud"),
    ("prometheus", "prometheus-community"),
)
"""Charts that say Recreate themselves, with a part of the address of their repository (their values.yaml)."""
_CHANGED: Mapping[str, tuple[tuple[int, ...], bool]] = {"ollama": ((0, 60), True), "uptime-kuma": ((2, 14, 2), False)}
"""Charts whose default changed: the first version with the new one, and whether that is Recreate (the history of
their values.yaml)."""


def chart_rollout_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each deployment of a chart that may wait for its own volume."""
    for name, service in lab.services.items():
        if not isinstance(service, HelmService) or _says_otherwise(service.values):
            continue
        yield from _of_values(lab, name, service)
        for key, workload in service.footprint.items():
            block = [each for each in workload.volumes if is_block(lab, service.volumes[each].storage_class)]
            if workload.runs_as != "deployment" or not workload.replicas or not block or _is_replaced(service):
                continue
            place = _ROLLING.get(service.chart.name)
            yield VOLUME_HELD.finding(
                ("services", name, "footprint", key),
                f"{key} mounts the block volume {listed(block)}, and "
                + (
                    f"chart {service.chart.name} starts a new pod before it stops the old one, which holds the volume: "
                    "on another node it never starts"
                    if place
                    else "whether its chart stops the old pod before it starts a new one could not be checked"
                ),
                f"write {place}: Recreate in the values of {name}"
                if place
                else f"let the values of {name} say Recreate where the chart takes its strategy from",
                severity="warning" if place else "info",
                facts={"volumes": tuple(block)},
            )


def _is_replaced(service: HelmService) -> bool:
    """Whether the chart, without a word in its values, stops its pod before it starts the next."""
    chart = service.chart
    if chart.name in _CHANGED:
        first, is_recreate = _CHANGED[chart.name]
        return (version_of(f"chart:{chart.version.partition('+')[0]}") >= first) is is_recreate
    return any(name == chart.name and home in chart.repository for name, home in _REPLACED)


def _of_values(lab: Lab, name: str, service: HelmService) -> Iterator[Finding]:
    """Claims that a chart makes itself, of a class in its values, and that no footprint names."""
    workloads = service.footprint.values()
    place = _ROLLING.get(service.chart.name)
    if (
        place is None
        or _is_replaced(service)
        or any(each.volumes or each.runs_as != "deployment" for each in workloads)
    ):
        return
    for row, program in programs_of_chart(name, service):
        stated = at(service, row.data.storage_class) if row.data else None
        if row.data is None or row.runs_as != "deployment" or kept_in(service, row.data) != "volume":
            continue
        if row.data.each and not is_shared(service, row.data):
            continue
        if at(service, row.data.claim) is None and isinstance(stated, str) and is_block(lab, stated):
            called = name if program.short == name else f"{program.short} of {name}"
            key = dotted(path_of(name, row.data.storage_class)[3:])
            yield VOLUME_HELD.finding(
                ("services", name, "values"),
                f"{called} has its data on a block volume ({key}: {stated}), and chart "
                f"{service.chart.name} starts a new pod before it stops the old one, which holds the volume: on "
                "another node it never starts",
                f"write {place}: Recreate in the values of {name}",
                severity="warning",
                facts={"volumes": (stated,)},
            )


def _says_otherwise(values: Mapping[str, Any]) -> bool:
    """Whether a strategy among the values replaces pods only after they have stopped."""
    for key, found in values.items():
        if not is_mapping(found):
            if "strategy" in key.lower() and found == "Recreate":
                return True
        elif "strategy" in key.lower():
            surge = (
                str(found.get("rollingUpdate", {}).get("maxSurge")) if is_mapping(found.get("rollingUpdate")) else ""
            )
            if text(found, "type") == "Recreate" or surge in ("0", "0%"):
                return True
        elif _says_otherwise(found):
            return True
    return False
