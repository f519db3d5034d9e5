"""The powers that roles give by the bindings that a lab has of them."""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from config.rights import OF_ITS_OWN_ROLES, Power, Reach, narrowed, powers
from plan.model import Manifest
from plan.model.fields import entries, text, values

ROLES = ("Role", "ClusterRole")
_SELECTORS = ("aggregationRule", "clusterRoleSelectors")
_OF_KUBERNETES = ("rbac.authorization.k8s.io/aggregate-to-admin", "rbac.authorization.k8s.io/aggregate-to-edit")
"""Labels of roles that the API server makes, by which another role may take their rules."""
BINDINGS = ("RoleBinding", "ClusterRoleBinding")


class Grants(NamedTuple):
    """All roles and bindings of a lab, read together: a ClusterRole reaches no further than it is bound."""

    roles: tuple[Manifest, ...]
    bindings: tuple[Manifest, ...]
    privileged: frozenset[str]
    """The namespaces that admit privileged pods."""

    def of_role(self, role: Manifest) -> tuple[Power, ...]:
        """The powers of a role, wherever it is bound; of one that nobody binds here, as if it held everywhere."""
        if role["kind"] == "Role":
            return tuple(_ruled(role, self._reach(role)))
        bound = [each for each in self.bindings if _names(each, role)]
        reaches = {self._reach(each) for each in bound} or {Reach()}
        found: dict[Power, None] = {}
        for reach in sorted(reaches):
            found |= dict.fromkeys(_ruled(role, reach))
        return tuple(found)

    def of_kubernetes(self, binding: Manifest) -> tuple[Power, ...]:
        """The powers that a binding gives by a role that the API server makes."""
        if text(binding, "roleRef", "kind") == "Role":
            return ()
        own = OF_ITS_OWN_ROLES.get(text(binding, "roleRef", "name"), ())
        return tuple(found for power in own for found in narrowed(power, self._reach(binding)))

    def of_binding(self, binding: Manifest) -> tuple[Power, ...]:
        """All powers that a binding gives."""
        found: list[Power] = [*self.of_kubernetes(binding)]
        for role in self.roles:
            found += _ruled(role, self._reach(binding)) if _names(binding, role) else ()
        return tuple(found)

    def _reach(self, of: Manifest) -> Reach:
        namespace = text(of, "metadata", "namespace") if of["kind"] in ("Role", "RoleBinding") else ""
        return Reach(namespace, namespace in self.privileged)


def grants_of(written: Iterable[Manifest], privileged: Collection[str]) -> Grants:
    """Grants among some objects; `privileged` are the namespaces that admit privileged pods."""
    objects = list(written)
    roles = tuple(each for each in objects if each["kind"] in ROLES)
    return Grants(roles, tuple(each for each in objects if each["kind"] in BINDINGS), frozenset(privileged))


def _names(binding: Manifest, role: Manifest) -> bool:
    """Whether a binding is of this role."""
    is_named = (text(binding, "roleRef", "kind"), text(binding, "roleRef", "name")) == (
        role["kind"],
        role["metadata"]["name"],
    )
    return is_named and (role["kind"] == "ClusterRole" or _namespace(binding) == _namespace(role))


def _namespace(of: Manifest) -> str:
    return text(of, "metadata", "namespace")


def _ruled(role: Manifest, reach: Reach) -> Iterator[Power]:
    for rule in entries(role, "rules"):
        yield from powers(
            frozenset(values(rule, "apiGroups")),
            frozenset(values(rule, "resources")),
            frozenset(values(rule, "verbs")),
            reach,
            frozenset(values(rule, "resourceNames")),
        )
    for label in _OF_KUBERNETES:
        if any(text(each, "matchLabels", label) == "true" for each in entries(role, *_SELECTORS)):
            for power in OF_ITS_OWN_ROLES[f"system:{label.partition('/')[2]}"]:
                yield from narrowed(power, reach)
