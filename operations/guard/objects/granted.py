"""Permissions over the whole cluster that accounts get."""

from collections.abc import Iterator

from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.reading.step import Step
from plan.model.fields import entries, text

RBAC = "rbac.authorization.k8s.io"
EVERYBODY = ("system:anonymous", "system:authenticated", "system:serviceaccounts", "system:unauthenticated")
ADMIN = "cluster-admin"
OF_ADMIN = "{who} may do everything in the cluster from then on, read all Secrets among it."
OF_EVERYBODY = "{who} has what the role allows: that is every account of the cluster, or anybody who reaches its API."
FIX = "bind a role that allows what is needed, to the account that needs it"


def granted(step: Step) -> Iterator[Consequence]:
    """Consequences of a binding that is made or changed."""
    kinds = ((RBAC, "ClusterRoleBinding"), (RBAC, "RoleBinding"))
    if not step.is_object or kind_of(step.type) not in kinds or step.action not in ("create", "replace", "update"):
        return
    old = {text(each, "name") for each in entries(step.before, "subjects")}
    new = [name for each in entries(step.after, "subjects") if (name := text(each, "name")) not in old]
    if new and text(step.after, "roleRef", "name") == ADMIN and kind_of(step.type) == kinds[0]:
        yield Consequence("UPDATE", "warning", target_of(step), ("subjects",), OF_ADMIN.format(who=", ".join(new)), FIX)
    for name in new:
        if name in EVERYBODY:
            yield Consequence("UPDATE", "warning", target_of(step), ("subjects",), OF_EVERYBODY.format(who=name), FIX)
