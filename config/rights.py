"""Rights at the API server with which a pod could give itself all others."""

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

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
    "the names of other users",
    "tokens of every service account",
    "folders of the nodes by volumes",
    "every object that is written",
]
"""A right that leads to all others, by the objects that it is about."""

_READING = frozenset({"get", "list", "watch"})
_WRITING = frozenset({"create", "update", "patch"})


class _Right(NamedTuple):
    """One that leads to all others, as it is written in a rule of RBAC."""

    power: Power
    groups: frozenset[str]
    resources: frozenset[str]
    verbs: frozenset[str]
    in_namespaces: bool = False
    """Whether it leads to all others in a Role too."""


_RIGHTS = (
    _Right("secrets of every namespace", frozenset({""}), frozenset({"secrets"}), _READING),
    _Right(
        "roles and their bindings",
        frozenset({"rbac.authorization.k8s.io"}),
        frozenset({"roles", "clusterroles", "rolebindings", "clusterrolebindings"}),
        _WRITING | {"bind", "escalate"},
        in_namespaces=True,
    ),
    _Right(
        "pods of every namespace",
        frozenset({"", "apps", "batch"}),
        frozenset({"pods", "pods/exec", "pods/attach", "pods/ephemeralcontainers", "replicationcontrollers"})
        | {"deployments", "statefulsets", "daemonsets", "replicasets", "jobs", "cronjobs"},
        _WRITING,
    ),
    _Right("pods of every namespace", frozenset({""}), frozenset({"pods/exec", "pods/attach"}), frozenset({"get"})),
    _Right("nodes", frozenset({""}), frozenset({"nodes/proxy"}), _READING | _WRITING | {"delete"}),
    _Right(
        "certificates of every user",
        frozenset({"certificates.k8s.io"}),
        frozenset({"signers"}),
        frozenset({"approve", "sign"}),
        in_namespaces=True,
    ),
    _Right(
        "the names of other users",
        frozenset({"", "authentication.k8s.io"}),
        frozenset({"users", "groups", "serviceaccounts", "uids"}),
        frozenset({"impersonate"}),
    ),
    _Right(
        "tokens of every service account", frozenset({""}), frozenset({"serviceaccounts/token"}), frozenset({"create"})
    ),
    _Right("folders of the nodes by volumes", frozenset({""}), frozenset({"persistentvolumes"}), frozenset({"create"})),
    _Right(
        "every object that is written",
        frozenset({"admissionregistration.k8s.io"}),
        frozenset({"mutatingwebhookconfigurations", "validatingwebhookconfigurations", "mutatingadmissionpolicies"}),
        _WRITING,
    ),
    _Right("every object that is written", frozenset({"apiregistration.k8s.io"}), frozenset({"apiservices"}), _WRITING),
)
"""Those of https://kubernetes.io/docs/concepts/security/rbac-good-practices/, "privilege escalation risks"."""


def powers(
    groups: Collection[str], resources: Collection[str], verbs: Collection[str], *, cluster_wide: bool
) -> Iterator[Power]:
    """The powers that a rule of RBAC gives."""
    if "*" in groups and "*" in resources and ("*" in verbs or not (_READING | _WRITING).isdisjoint(verbs)):
        yield "everything"
        return
    for right in _RIGHTS:
        if (
            (cluster_wide or right.in_namespaces)
            and _names(groups, right.groups)
            and _names(resources, right.resources)
            and _names(verbs, right.verbs)
        ):
            yield right.power


def _names(said: Collection[str], meant: Collection[str]) -> bool:
    return "*" in said or not set(meant).isdisjoint(said)


def excepted_permissions(name: str, service: Service) -> Iterator[tuple[Path, Power]]:
    """The permissions of a service that need the exception `cluster-rights`."""
    for index, each in enumerate(service.permissions if isinstance(service, OwnWorkloads) else ()):
        if each.names:
            continue
        found = powers({each.api_group}, each.resources, each.verbs, cluster_wide=each.scope == "cluster")
        if power := next(found, None):
            yield ("services", name, "permissions", index), power
