"""Effects of another value in a pod template that decides where new pods run, or what they may do, as plain data.

A Deployment keeps its old pods until new ones are ready. A StatefulSet, a DaemonSet and a Deployment that recreates
stop a pod before its successor starts: where that finds no place, or is not allowed what the old one was, it is down.
Sources: kubernetes v1.34.2 (`staging/src/k8s.io/api/core/v1/types.go`, PodSpec and SecurityContext).
"""

from collections.abc import Mapping

from plan.changes.field_rule import COMPARE_FIRST, FieldRule, When
from plan.changes.kind_rule import Kind

_POD = "spec.template.spec"
_NO_PLACE = "New pods run on other nodes than before, or find none and wait."
_NOT_ALLOWED = "New pods may do less than the old ones, or not what they need."
_NO_TOKEN = "New pods have the permissions of another account."
_NO_IMAGE = "Nodes no longer pull an image for them with the Secret that goes."
_OF_THE_NODE = "New pods share ports, processes or devices with their node: two of them may not fit on one."
_NOT_OF_THE_NODE = "New pods no longer see what they shared with their node."
_ANOTHER_RUNTIME = "New pods have another runtime: devices that it brings, a GPU for instance, go with it."
_RANK = "New pods have another rank: other pods push them out, or they push others out."

_BY_FIELD: tuple[tuple[str, When, str], ...] = (
    *((each, "differs", _NO_PLACE) for each in ("affinity", "nodeName", "nodeSelector", "schedulerName")),
    ("tolerations", "goes", _NO_PLACE),
    ("topologySpreadConstraints", "differs", _NO_PLACE),
    ("runtimeClassName", "differs", _ANOTHER_RUNTIME),
    ("serviceAccountName", "differs", _NO_TOKEN),
    ("imagePullSecrets", "goes", _NO_IMAGE),
    ("priorityClassName", "differs", _RANK),
    ("containers.ports.hostPort", "differs", _OF_THE_NODE),
    ("containers.securityContext.capabilities.add", "goes", _NOT_ALLOWED),
)
_OF_NODES: tuple[tuple[str, When, bool, bool, str], ...] = (
    *((each, "becomes", True, False, _OF_THE_NODE) for each in ("hostIPC", "hostNetwork", "hostPID")),
    *((each, "leaves", True, False, _NOT_OF_THE_NODE) for each in ("hostIPC", "hostNetwork", "hostPID")),
    ("hostUsers", "becomes", True, True, "Root in new pods is root on their node."),
    ("hostUsers", "becomes", False, True, "New pods have users of their own: shares of NFS cannot be mounted so."),
)
"""Things of their node that pods have: when, the value and the one that counts where none is stated."""
_SWITCHES: tuple[tuple[str, bool], ...] = (
    ("automountServiceAccountToken", False),
    ("containers.securityContext.allowPrivilegeEscalation", False),
    ("containers.securityContext.privileged", False),
    ("containers.securityContext.readOnlyRootFilesystem", True),
    ("containers.securityContext.runAsNonRoot", True),
    ("securityContext.runAsNonRoot", True),
)
"""Switches, and the value with which a pod may do less."""

_TEMPLATE: tuple[FieldRule, ...] = (
    *(
        FieldRule(f"{_POD}.{field}", when, "UPDATE", message, COMPARE_FIRST, severity="warning")
        for field, when, message in _BY_FIELD
    ),
    *(
        FieldRule(f"{_POD}.{field}", when, "UPDATE", message, COMPARE_FIRST, (value,), usual, severity="warning")
        for field, when, value, usual, message in _OF_NODES
    ),
    *(
        FieldRule(
            f"{_POD}.{field}", "becomes", "UPDATE", _NOT_ALLOWED, COMPARE_FIRST, (value,), not value, severity="warning"
        )
        for field, value in _SWITCHES
    ),
)

TEMPLATE_FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    ("apps", "DaemonSet"): _TEMPLATE,
    ("apps", "Deployment"): _TEMPLATE,
    ("apps", "StatefulSet"): _TEMPLATE,
}
"""Rules for controllers that replace their pods when the template changes."""
