"""What a change of a Kubernetes object's field does, as plain data.

Read from pulumi-kubernetes v4 (`provider/pkg/provider/diff.go`, forceNew) and from the validation of updates in
kube-apiserver v1.34. Name and namespace are not here: with another of these it is another object.
"""

from collections.abc import Mapping

REPLACES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "ConfigMap"): ("binaryData", "data"),
    ("", "PersistentVolume"): ("spec.csi", "spec.nfs", "spec.hostPath", "spec.local"),
    ("", "PersistentVolumeClaim"): (
        "spec.accessModes",
        "spec.selector",
        "spec.storageClassName",
        "spec.volumeName",
    ),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Secret"): ("data", "stringData", "type"),
    ("", "Service"): ("spec.clusterIP",),
    ("apps", "DaemonSet"): ("spec.selector",),
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "StatefulSet"): (
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ),
    ("batch", "Job"): ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner"),
}
"""Fields for which the provider deletes an object and makes it anew, by API group and kind."""

REFUSED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("scheduling.k8s.io", "PriorityClass"): ("value", "preemptionPolicy"),
    ("storage.k8s.io", "StorageClass"): ("reclaimPolicy", "volumeBindingMode"),
}
"""Fields that the API server lets nobody change: the `up` ends half-way."""

MAKES_PODS = ("Deployment", "StatefulSet", "DaemonSet")
"""Controllers that replace their pods when the template changes."""


def touches(path: str, fields: tuple[str, ...]) -> bool:
    """Whether a path without indices is one of the fields, or within one."""
    return any(path == field or path.startswith(f"{field}.") for field in fields)
