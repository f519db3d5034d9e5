"""Permissions of a service's pods at the API server: a service account with roles, or no token at all."""

from collections.abc import Iterator, Sequence
from typing import Any

from config.service import Service
from config.service.app import OwnWorkloads
from config.service.common import Permission
from plan.model import Manifest
from plan.model.metadata import manifest
from plan.workloads.context import ServiceContext

API_GROUP = "rbac.authorization.k8s.io"
API_VERSION = f"{API_GROUP}/v1"


def has_permissions(service: Service) -> bool:
    """Whether pods of a service need a token of the API server."""
    return isinstance(service, OwnWorkloads) and bool(service.permissions)


def permissions(context: ServiceContext) -> Iterator[Manifest]:
    """Service account, roles and bindings of a service."""
    if not isinstance(context.service, OwnWorkloads) or not context.service.permissions:
        return
    yield manifest("v1", "ServiceAccount", context.name, context.namespace, labels=context.labels())
    stated = context.service.permissions
    own = [permission for permission in stated if permission.scope == "namespace"]
    everywhere = [permission for permission in stated if permission.scope == "cluster"]
    if own:
        yield from _granted(context, own, "Role", context.name, context.namespace)
    if everywhere:
        yield from _granted(context, everywhere, "ClusterRole", f"{context.namespace}-{context.name}", None)


def _granted(
    context: ServiceContext, stated: Sequence[Permission], kind: str, name: str, namespace: str | None
) -> Iterator[Manifest]:
    rules: list[dict[str, Any]] = [
        {
            "apiGroups": [each.api_group],
            "resources": list(each.resources),
            **({"resourceNames": list(each.names)} if each.names else {}),
            "verbs": list(each.verbs),
        }
        for each in stated
    ]
    yield manifest(API_VERSION, kind, name, namespace, labels=context.labels(), rules=rules)
    yield manifest(
        API_VERSION,
        f"{kind}Binding",
        name,
        namespace,
        labels=context.labels(),
        roleRef={"apiGroup": API_GROUP, "kind": kind, "name": name},
        subjects=[{"kind": "ServiceAccount", "name": context.name, "namespace": context.namespace}],
    )
