"""The services that other services rely on: of the right kind, providing what is needed."""

from collections.abc import Iterator

from config.draft import Draft
from config.service import HelmService
from config.source import Path, Problem

_PROVIDES = {
    "policy_engine": "policies.kyverno.io",
    "recommender": "autoscaling.k8s.io",
    "databases": "postgresql.cnpg.io",
    "ingress.controller": "traefik.io",
    "secrets.operator": "external-secrets.io",
}
"""The API group whose kinds the planner writes, by the part of the platform that has to install it."""

_ANSWERS = ("ingress.forward_auth", "secrets.vault")
_RUNS = ("kubelet_certificates", "pod_network", "gpu.operator", "gpu.feature_discovery")


def check_platform(lab: Draft) -> Iterator[Problem]:
    """Operators provide their API groups, servers answer at a port, and drivers run something."""
    for role in (*_PROVIDES, *_ANSWERS, *_RUNS):
        path: Path = ("cluster", "platform", *role.split("."))
        name = lab.said_at(path) if lab.cluster else None
        yield from _check_kind(lab, path, name)
        service = lab.services.get(name) if isinstance(name, str) else None
        group = _PROVIDES.get(role)
        if service is None or not service.serves_platform:
            continue
        if group and group not in service.installs():
            message = f"{name!r} does not provide {group}; a helm service that installs it names it under provides"
            yield lab.problem(path, message)
        if role in _ANSWERS and not service.listens():
            yield lab.problem(path, f"{name!r} answers nowhere; declare its {service.listens_at}")
    for name in lab.storage_classes:
        yield from _check_kind(lab, ("storage", name, "driver"), lab.storage_classes[name].driver)


def check_watching(lab: Draft) -> Iterator[Problem]:
    """Without the Prometheus operator, rules go into the values of the chart `prometheus`."""
    watching = lab.cluster.platform.watching if lab.cluster else None
    service = lab.services.get(watching.service) if watching else None
    if service is None or not (
        lab.is_complete("services")
        and not any("monitoring.coreos.com" in each.installs() for each in lab.services.values())
    ):
        return
    if not isinstance(service, HelmService) or service.chart.name != "prometheus":
        message = (
            "rules for alerts need the Prometheus operator or the chart prometheus; name monitoring.coreos.com under "
            "provides of the service that installs the operator, or the service of that chart here"
        )
        yield lab.problem(("cluster", "platform", "watching", "service"), message)


def _check_kind(lab: Draft, path: Path, name: str | None) -> Iterator[Problem]:
    service = lab.services.get(name) if name else None
    if service and not service.serves_platform:
        yield lab.problem(path, f"{name!r} is of kind {service.kind}; needed is helm or app")
