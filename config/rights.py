"""Rights at the API server with which a pod could give itself all others."""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple

from config.service import Service
from config.service.app import OwnWorkloads
from config.source import Path

Power = Literal[
    "everything",
    "everything in its namespace, and its label of Pod Security",
    "secrets of kube-system",
    "tokens of service accounts in kube-system",
    "the names of service accounts in kube-system",
    "pods that may be privileged",
    "secrets of every namespace",
    "roles and their bindings",
    "pods of every namespace",
    "nodes",
    "certificates of every user",
    "the names of other users",
    "the names of service accounts",
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
    named: frozenset[str] = frozenset()
    """Objects of which it leads to all others where a rule names them (`resourceNames`); others are harmless."""


_RIGHTS = (
    _Right("secrets of every namespace", frozenset({""}), frozenset({"secrets"}), _READING | {"patch"}),
    _Right(
        "roles and their bindings",
        frozenset({"rbac.authorization.k8s.io"}),
        frozenset({"roles", "clusterroles", "rolebindings", "clusterrolebindings"}),
        _WRITING | {"bind", "escalate"},
        in_namespaces=True,
        named=frozenset({"cluster-admin", "admin", "edit"}),
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
        named=frozenset({"kubernetes.io/*", "kubernetes.io/kube-apiserver-client"}),
    ),
    _Right(
        "the names of other users",
        frozenset({"", "authentication.k8s.io"}),
        frozenset({"users", "groups", "uids"}),
        frozenset({"impersonate"}),
        named=frozenset({"system:masters", "system:admin", "kubernetes-admin"}),
    ),
    _Right(
        "the names of service accounts", frozenset({""}), frozenset({"serviceaccounts"}), frozenset({"impersonate"})
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
"""Rights of https://kubernetes.io/docs/concepts/security/rbac-good-practices/, "privilege escalation risks". The API
server answers a patch with the whole secret."""


_ALL_SECRETS: Power = "secrets of every namespace"
_ALL_PODS: Power = "pods of every namespace"
_ALL_TOKENS: Power = "tokens of every service account"
_ROLES: Power = "roles and their bindings"
_CERTIFICATES: Power = "certificates of every user"
OF_ITS_OWN_ROLES: Mapping[str, tuple[Power, ...]] = {
    "cluster-admin": ("everything",),
    "admin": (_ALL_SECRETS, _ROLES, _ALL_PODS, _ALL_TOKENS),
    "edit": (_ALL_SECRETS, _ALL_PODS, _ALL_TOKENS),
    "system:aggregate-to-admin": (_ROLES,),
    "system:aggregate-to-edit": (_ALL_SECRETS, _ALL_PODS, _ALL_TOKENS),
    "system:certificates.k8s.io:kube-apiserver-client-approver": (_CERTIFICATES,),
    "system:controller:certificate-controller": (_CERTIFICATES,),
    "system:controller:clusterrole-aggregation-controller": (_ROLES,),
    **{
        f"system:controller:{kind}-controller": (_ALL_PODS,)
        for kind in ("cronjob", "daemon-set", "deployment", "job", "replicaset", "replication", "statefulset")
    },
    "system:controller:generic-garbage-collector": ("everything",),
    "system:controller:legacy-service-account-token-cleaner": (_ALL_SECRETS,),
    "system:controller:namespace-controller": ("everything",),
    "system:controller:persistent-volume-binder": ("folders of the nodes by volumes", _ALL_PODS),
    "system:controller:resourcequota-controller": ("everything",),
    "system:kube-controller-manager": ("everything",),
    "system:kubelet-api-admin": ("nodes",),
    "system:node": (_ALL_SECRETS, _ALL_PODS, _ALL_TOKENS),
    "system:persistent-volume-provisioner": ("folders of the nodes by volumes",),
}
"""Roles that the API server makes, and what they reach where they are bound in all namespaces."""


KUBE_SYSTEM = "kube-system"
"""The namespace of the controllers' accounts, which have the rights of all controllers."""
_IN_KUBE_SYSTEM: Mapping[Power, Power] = {
    "secrets of every namespace": "secrets of kube-system",
    "the names of service accounts": "the names of service accounts in kube-system",
    "tokens of every service account": "tokens of service accounts in kube-system",
}
"""Powers of all namespaces that lead to all others there too."""


class Reach(NamedTuple):
    """Where a rule holds."""

    namespace: str = ""
    """Empty for all of them."""
    admits_privileged: bool = False
    """Whether privileged pods are admitted there."""


def powers(
    groups: Collection[str],
    resources: Collection[str],
    verbs: Collection[str],
    reach: Reach,
    named: Collection[str] = (),
) -> Iterator[Power]:
    """The powers that a rule of RBAC gives; `named` are the only objects that it is for, where it names any."""
    is_everything = "*" in groups and "*" in resources and ("*" in verbs or not (_READING | _WRITING).isdisjoint(verbs))
    if is_everything and not named:
        yield from narrowed("everything", reach)
        return
    for right in _RIGHTS:
        if (
            _names(groups, right.groups)
            and _names(_spelt(resources, right.resources), right.resources)
            and _names(verbs, right.verbs)
            and (not named or not right.named.isdisjoint(named))
        ):
            yield from narrowed(right.power, Reach() if right.in_namespaces else reach)


def narrowed(power: Power, reach: Reach) -> Iterator[Power]:
    """A power of all namespaces, as far as it is one in a single namespace."""
    if not reach.namespace:
        yield power
    elif power == "everything":
        yield "everything in its namespace, and its label of Pod Security"
    elif power == "pods of every namespace" and reach.admits_privileged:
        yield "pods that may be privileged"
    elif reach.namespace == KUBE_SYSTEM and (there := _IN_KUBE_SYSTEM.get(power)):
        yield there


def _spelt(said: Collection[str], meant: Collection[str]) -> Collection[str]:
    """With `*/exec` as the parts of that name of all resources."""
    parts = {each.removeprefix("*/") for each in said if each.startswith("*/")}
    return {*said, *(each for each in meant if each.partition("/")[2] in parts)} if parts else said


def _names(said: Collection[str], meant: Collection[str]) -> bool:
    return "*" in said or not set(meant).isdisjoint(said)


def excepted_permissions(name: str, service: Service) -> Iterator[tuple[Path, Power]]:
    """The permissions of a service that need the exception `cluster-rights`."""
    for index, each in enumerate(service.permissions if isinstance(service, OwnWorkloads) else ()):
        reach = Reach() if each.scope == "cluster" else Reach(name)
        found = powers({each.api_group}, each.resources, each.verbs, reach, each.names)
        if power := next(found, None):
            yield ("services", name, "permissions", index), power
