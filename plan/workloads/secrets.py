"""Secrets: from Vault, through External Secrets, into one Secret per service."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from config.service.container import Workload as WorkloadConfig
from config.service.secret import SecretVariable
from config.service.stated_secret import ExternalSecret, RemoteKey, WholeItem
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.context import ServiceContext
from plan.workloads.secret_names import secret_key, secret_name, whole_secret_name

API_VERSION = "external-secrets.io/v1"
STORE = "vault"


def service_secrets(context: ServiceContext, workloads: Collection[WorkloadConfig]) -> Iterator[Manifest]:
    """The ExternalSecrets of a service whose own workloads use secrets: one for each store, and one for each path of
    which all keys are variables."""
    by_store: dict[str | None, dict[str, dict[str, str]]] = {}
    for name, source in _fetched(workloads):
        key = secret_key(context, name, source.path, source.key)
        by_store.setdefault(source.store, {})[key] = remote_reference(context, name, source)
    for store, data in by_store.items():
        yield external_secret(context, secret_name(context, store), data, store=store)
    containers = (container for workload in workloads for container in workload.containers)
    sources = (source for container in containers for source in container.env_from)
    whole = dict.fromkeys((source.path, source.store) for source in sources if source.path is not None)
    for path, store in whole:
        yield external_secret(context, whole_secret_name(context, path, store), {}, store=store, whole=path)


def _fetched(workloads: Iterable[WorkloadConfig]) -> Iterator[tuple[str, SecretVariable]]:
    """Every secret that External Secrets brings, with the name of its variable."""
    for workload in workloads:
        for container in workload.containers:
            yield from ((name, source) for name, source in container.secrets.items() if source.is_fetched)
            for file in container.secret_files.values():
                if file.is_fetched:
                    yield "", SecretVariable(path=file.path, key=file.key, store=file.store)


def chart_secret(context: ServiceContext, keys: Iterable[tuple[str, SecretVariable]]) -> Iterator[Manifest]:
    """The ExternalSecret that a chart refers to, with the keys that it expects."""
    data = {key: remote_reference(context, key, source) for key, source in keys}
    if data:
        yield external_secret(context, context.secret, data)


def remote_reference(context: ServiceContext, name: str, source: SecretVariable) -> dict[str, str]:
    """Where a value is in Vault."""
    return {"key": source.path or context.name, "property": source.key or name}


def external_secret(
    context: ServiceContext,
    name: str,
    data: Mapping[str, dict[str, str]],
    template: Manifest | None = None,
    *,
    store: str | None = None,
    whole: str | None = None,
) -> Manifest:
    """ExternalSecret that makes the Secret `name`: `data` says where in the store each of its keys is, `template` what
    it looks like, `whole` is a path of which it has all keys. Left out, the store is the lab's Vault."""
    is_own, _, called = (store or STORE).rpartition("/")
    target: dict[str, Any] = {"name": name, "creationPolicy": "Owner"}
    if template is not None:
        target["template"] = template
    return manifest(
        API_VERSION,
        "ExternalSecret",
        name,
        context.namespace,
        labels=context.labels(),
        spec={
            "refreshInterval": "1h",
            "secretStoreRef": {"kind": is_own or "ClusterSecretStore", "name": called},
            "target": target,
            **({"dataFrom": [{"extract": {"key": whole}}]} if whole else {}),
            **({} if whole else {"data": [_datum(key, reference) for key, reference in sorted(data.items())]}),
        },
    )


def _datum(key: str, reference: dict[str, str]) -> dict[str, Any]:
    return {"secretKey": key, "remoteRef": reference}


def stated_secrets(context: ServiceContext) -> Iterator[Manifest]:
    """The ExternalSecrets that a service states as they are."""
    for name, stated in context.service.external_secrets.items():
        is_own, _, called = (stated.store or STORE).rpartition("/")
        template = _template(stated)
        target = {"name": stated.secret or name, "creationPolicy": stated.creation}
        yield manifest(
            API_VERSION,
            "ExternalSecret",
            name,
            context.namespace,
            labels=stated.own_labels | context.own_labels(),
            marked=not context.stays_as_it_is,
            annotations=stated.own_annotations,
            spec={
                "refreshInterval": stated.refresh,
                "secretStoreRef": {"kind": is_own or "ClusterSecretStore", "name": called},
                "target": {**target, **({"template": template} if template else {})},
                **({"dataFrom": [*map(_whole, stated.items)]} if stated.items else {}),
                **({"data": [_datum(key, _remote(each)) for key, each in stated.keys.items()]} if stated.keys else {}),
            },
        )


def _template(stated: ExternalSecret) -> Manifest:
    marks = {"labels": dict(stated.labels), "annotations": dict(stated.annotations)}
    metadata = {field: each for field, each in marks.items() if each} or None
    merge = "Merge" if stated.keeps_others else None
    made = {"type": stated.type, "metadata": metadata, "mergePolicy": merge, "data": dict(stated.template) or None}
    return {key: value for key, value in made.items() if value is not None}


def _whole(item: WholeItem) -> Manifest:
    renamed = [{"regexp": {"source": source, "target": target}} for source, target in item.rename.items()]
    return {"extract": {"key": item.path}, **({"rewrite": renamed} if renamed else {})}


def _remote(stated: RemoteKey) -> dict[str, str]:
    decoding = "Base64" if stated.base64 else None
    found = {"key": stated.path, "property": stated.key, "version": stated.version, "decodingStrategy": decoding}
    return {key: value for key, value in found.items() if value is not None}
