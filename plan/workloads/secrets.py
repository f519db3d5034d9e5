"""Secrets: from Vault, through External Secrets, into one Secret per service."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from config.service.container import SecretVariable
from config.service.container import Workload as WorkloadConfig
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.containers import secret_key
from plan.workloads.context import Scope

API_VERSION = "external-secrets.io/v1"
STORE = "vault"


def secrets_of(workloads: Iterable[WorkloadConfig]) -> Iterator[tuple[str, SecretVariable]]:
    """Every secret variable of every container."""
    for workload in workloads:
        for container in workload.containers:
            yield from container.secrets.items()


def service_secret(scope: Scope, variables: Iterable[tuple[str, SecretVariable]]) -> Iterator[Manifest]:
    """The ExternalSecret of a service whose own workloads use secrets."""
    data = {
        secret_key(scope, name, source.path, source.key): remote_reference(scope, name, source)
        for name, source in variables
    }
    if data:
        yield external_secret(scope, scope.secret, data)


def chart_secret(scope: Scope, keys: Iterable[tuple[str, SecretVariable]]) -> Iterator[Manifest]:
    """The ExternalSecret that a chart refers to, with the keys that it expects."""
    data = {key: remote_reference(scope, key, source) for key, source in keys}
    if data:
        yield external_secret(scope, scope.secret, data)


def remote_reference(scope: Scope, name: str, source: SecretVariable) -> dict[str, str]:
    """Where a value lies in Vault."""
    return {"key": source.path or scope.name, "property": source.key or name}


def external_secret(
    scope: Scope, name: str, data: Mapping[str, dict[str, str]], template: Manifest | None = None
) -> Manifest:
    """What makes the Secret `name`: `data` says where in Vault each of its keys lies, `template` what it looks like."""
    target: dict[str, Any] = {"name": name, "creationPolicy": "Owner"}
    if template is not None:
        target["template"] = template
    return manifest(
        API_VERSION,
        "ExternalSecret",
        name,
        scope.namespace,
        labels=scope.labels(),
        spec={
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": STORE},
            "target": target,
            "data": [{"secretKey": key, "remoteRef": reference} for key, reference in sorted(data.items())],
        },
    )
