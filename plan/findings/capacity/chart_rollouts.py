"""Rollouts of charts whose new pod waits for a volume that the old one holds."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.service import HelmService
from config.source import is_mapping
from plan.model.fields import text
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.volumes import is_block

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
    "gitea": "strategy.type",
    "grafana": "deploymentStrategy.type",
    "kube-prometheus-stack": "grafana.deploymentStrategy.type",
    "jellyfin": "deploymentStrategy.type",
    "n8n": "strategy.type",
    "open-webui": "strategy.type",
    "traefik": "updateStrategy.type",
    "vaultwarden": "strategy.type",
}
"""Charts that roll unless this value says otherwise (their values.yaml)."""


def chart_rollout_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each deployment of a chart that may wait for its own volume."""
    for name, service in lab.services.items():
        if not isinstance(service, HelmService) or _says_otherwise(service.values):
            continue
        for key, workload in service.footprint.items():
            block = [each for each in workload.volumes if is_block(lab, service.volumes[each].storage_class)]
            if workload.runs_as != "deployment" or not workload.replicas or not block:
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
