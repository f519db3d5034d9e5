"""Secrets: from Vault, through External Secrets, into one Secret per service."""

from collections.abc import Iterable, Iterator

from config.service.container import Container as ContainerConfig
from config.service.container import SecretVariable
from config.service.container import Workload as WorkloadConfig
from plan.metadata import manifest
from plan.model import Manifest
from plan.scope import Scope
from plan.workloads.containers import secret_key

API_VERSION = "external-secrets.io/v1"
STORE = "vault"


def secrets_of(workloads: Iterable[WorkloadConfig]) -> Iterator[tuple[str, SecretVariable]]:
    """Every secret variable of every container."""
    for workload in workloads:
        containers: tuple[ContainerConfig, ...] = (workload, *workload.sidecars.values(), *workload.init.values())
        for container in containers:
            yield from container.secrets.items()


def external_secret(scope: Scope, variables: Iterable[tuple[str, SecretVariable]]) -> Iterator[Manifest]:
    """The ExternalSecret of a service whose own workloads use secrets."""
    data = {
        secret_key(scope, name, source.path, source.key): remote_reference(scope, name, source)
        for name, source in variables
    }
    yield from _external_secret(scope, data)


def chart_secret(scope: Scope, keys: Iterable[tuple[str, SecretVariable]]) -> Iterator[Manifest]:
    """The ExternalSecret that a chart refers to, with the keys that it expects."""
    yield from _external_secret(scope, {key: remote_reference(scope, key, source) for key, source in keys})


def remote_reference(scope: Scope, name: str, source: SecretVariable) -> dict[str, str]:
    """Where a value lies in Vault."""
    return {"key": source.path or scope.name, "property": source.key or name}


def _external_secret(scope: Scope, data: dict[str, dict[str, str]]) -> Iterator[Manifest]:
    if data:
        yield manifest(
            API_VERSION,
            "ExternalSecret",
            scope.secret,
            scope.namespace,
            labels=scope.labels(),
            spec={
                "refreshInterval": "1h",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
                "target": {"name": scope.secret, "creationPolicy": "Owner"},
                "data": [{"secretKey": key, "remoteRef": reference} for key, reference in sorted(data.items())],
            },
        )
