"""Rights at the API server with which a pod could give itself all others."""

from collections.abc import Collection, Iterator
from typing import Literal

from config.service import Service
from config.service.app import OwnWorkloads
from config.source import Path

Power = Literal[
    "everything",
    "secrets of every namespace",
    "roles and their bindings",
    "pods of every namespace",
    "nodes",
    "certificates of every user",
]
"""A right that leads to all others, by the objects that it is about."""

_READING = frozenset({"get", "list", "watch"})
_WRITING = frozenset({"create", "update", "patch"})
_RBAC = "rbac.authorization.k8s.io"
_ROLES = frozenset({"roles", "clusterroles", "rolebindings", "clusterrolebindings"})
_MAKING_PODS = frozenset(
    {"pods", "pods/exec", "pods/attach", "deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"}
)


def powers(
    groups: Collection[str], resources: Collection[str], verbs: Collection[str], *, cluster_wide: bool
) -> Iterator[Power]:
    """The powers that a rule of RBAC gives."""
    every_verb, every_resource = "*" in verbs, "*" in resources
    reads = every_verb or not _READING.isdisjoint(verbs)
    writes = every_verb or not _WRITING.isdisjoint(verbs)
    if every_resource and "*" in groups and (reads or writes):
        yield "everything"
        return
    in_core = not {"", "*"}.isdisjoint(groups)
    if in_core and cluster_wide and reads and (every_resource or "secrets" in resources):
        yield "secrets of every namespace"
    of_roles = not {_RBAC, "*"}.isdisjoint(groups) and (every_resource or not _ROLES.isdisjoint(resources))
    if of_roles and (writes or not {"bind", "escalate"}.isdisjoint(verbs)):
        yield "roles and their bindings"
    if cluster_wide and writes and (every_resource or not _MAKING_PODS.isdisjoint(resources)):
        yield "pods of every namespace"
    if in_core and cluster_wide and (every_resource or "nodes/proxy" in resources):
        yield "nodes"
    of_certificates = not {"certificates.k8s.io", "*"}.isdisjoint(groups)
    if (
        of_certificates
        and not {"approve", "sign", "*"}.isdisjoint(verbs)
        and (every_resource or "signers" in resources)
    ):
        yield "certificates of every user"


def excepted_permissions(name: str, service: Service) -> Iterator[tuple[Path, Power]]:
    """The permissions of a service that need the exception `cluster-rights`."""
    for index, each in enumerate(service.permissions if isinstance(service, OwnWorkloads) else ()):
        if each.names:
            continue
        found = powers({each.api_group}, each.resources, each.verbs, cluster_wide=each.scope == "cluster")
        if power := next(found, None):
            yield ("services", name, "permissions", index), power
