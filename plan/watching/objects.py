"""Rules and dashboards as objects of the service that watches the lab, or as values of its chart."""

from collections.abc import Iterable, Sequence
from typing import Any

from config.lab import Lab
from plan.model import Manifest, Namespace, Node, Service
from plan.model.metadata import manifest, service_labels
from plan.watching import alert_groups
from plan.watching.dashboards import dashboards
from plan.watching.panels import dashboard_map
from plan.watching.rule import Group
from plan.workloads.helm import merged
from plan.workloads.services import api_providers

OPERATOR_GROUP = "monitoring.coreos.com"
"""API group of the Prometheus operator."""


def watched(
    lab: Lab, nodes: tuple[Node, ...], namespaces: Iterable[Namespace], services: tuple[Service, ...]
) -> tuple[Service, ...]:
    """The services, that which watches the lab with its rules and dashboards.

    Rules are objects of the Prometheus operator where the lab has one, else values of the chart `prometheus`.
    """
    watching = lab.cluster.platform.watching
    if watching is None:
        return services
    namespaces = tuple(namespaces)
    groups = alert_groups(lab, nodes, namespaces)
    by_objects = OPERATOR_GROUP in api_providers(lab)

    def completed(service: Service) -> Service:
        labels = service_labels(service.name, service.tier)
        maps = [dashboard_map(each, service.namespace, labels) for each in dashboards(lab, nodes, namespaces)]
        if by_objects:
            maps.append(_rule_object(groups, service, watching.rule_labels))
            return service._replace(manifests=(*service.manifests, *maps))
        service = service._replace(manifests=(*service.manifests, *maps))
        return _with_values(service, groups)

    return tuple(completed(each) if each.name == watching.service else each for each in services)


def rule_file(groups: Sequence[Group]) -> dict[str, Any]:
    """The groups as a file of rules."""
    return {"groups": [group.as_group() for group in groups]}


def _rule_object(groups: Sequence[Group], service: Service, labels: dict[str, str]) -> Manifest:
    return manifest(
        f"{OPERATOR_GROUP}/v1",
        "PrometheusRule",
        "homelab",
        service.namespace,
        labels={**service_labels(service.name, service.tier), **labels},
        spec=rule_file(groups),
    )


def _with_values(service: Service, groups: Sequence[Group]) -> Service:
    """With the rules as the file of alerts that the chart hands to Prometheus."""
    assert service.release is not None, "the configuration demands a chart where there is no operator"
    values = merged({"serverFiles": {"alerting_rules.yml": rule_file(groups)}}, service.release.values)
    return service._replace(release=service.release._replace(values=values))
