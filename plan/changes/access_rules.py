"""Effects of another value in a field that decides who may ask the API server for what, as plain data.

Sources: kubernetes v1.34.2 (`staging/src/k8s.io/api/rbac/v1/types.go`, `staging/src/k8s.io/api/core/v1/types.go`).
"""

from collections.abc import Mapping

from plan.changes.field_rule import FOLLOW, FieldRule
from plan.changes.kind_rule import Kind

_RBAC = "rbac.authorization.k8s.io"
_LESS = "Accounts that have it lose the permission that goes."
_BOUND = "The account that goes loses its permissions."

_ROLE = (
    *(
        FieldRule(f"rules.{each}", "goes", "UPDATE", _LESS, FOLLOW, severity="warning")
        for each in ("apiGroups", "nonResourceURLs", "resources", "verbs")
    ),
    FieldRule(
        "rules.resourceNames",
        "appears",
        "UPDATE",
        "Accounts that have it keep the permission for the objects that are named alone.",
        FOLLOW,
        severity="warning",
    ),
)
_BINDING = (FieldRule("subjects", "goes", "UPDATE", _BOUND, FOLLOW, severity="warning"),)

ACCESS_FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    ("", "ServiceAccount"): (
        FieldRule(
            "automountServiceAccountToken",
            "becomes",
            "UPDATE",
            "Pods that start from then on have no token, and ask the API server for nothing.",
            FOLLOW,
            (False,),
            True,
            severity="warning",
        ),
        FieldRule(
            "imagePullSecrets",
            "goes",
            "UPDATE",
            "Nodes no longer pull an image for its pods with the Secret that goes.",
            FOLLOW,
            severity="warning",
        ),
    ),
    **{(_RBAC, kind): _ROLE for kind in ("ClusterRole", "Role")},
    **{(_RBAC, kind): _BINDING for kind in ("ClusterRoleBinding", "RoleBinding")},
}
"""The fields of each kind whose value decides about more than the object."""
