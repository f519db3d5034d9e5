"""The resources that are read, under the names of their files in a dump, and the kind that each holds."""

RESOURCES = {
    "namespaces": "Namespace",
    "nodes": "Node",
    "pods": "Pod",
    "events": "Event",
    "services": "Service",
    "endpointslices.discovery.k8s.io": "EndpointSlice",
    "configmaps": "ConfigMap",
    "secrets": "Secret",
    "serviceaccounts": "ServiceAccount",
    "limitranges": "LimitRange",
    "resourcequotas": "ResourceQuota",
    "persistentvolumes": "PersistentVolume",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "replicationcontrollers": "ReplicationController",
    "deployments": "Deployment",
    "replicasets": "ReplicaSet",
    "statefulsets": "StatefulSet",
    "daemonsets": "DaemonSet",
    "controllerrevisions": "ControllerRevision",
    "cronjobs": "CronJob",
    "jobs": "Job",
    "ingresses.networking.k8s.io": "Ingress",
    "ingressclasses.networking.k8s.io": "IngressClass",
    "networkpolicies.networking.k8s.io": "NetworkPolicy",
    "storageclasses.storage.k8s.io": "StorageClass",
    "volumeattachments.storage.k8s.io": "VolumeAttachment",
    "csinodes.storage.k8s.io": "CSINode",
    "csidrivers.storage.k8s.io": "CSIDriver",
    "priorityclasses.scheduling.k8s.io": "PriorityClass",
    "runtimeclasses.node.k8s.io": "RuntimeClass",
    "poddisruptionbudgets.policy": "PodDisruptionBudget",
    "horizontalpodautoscalers.autoscaling": "HorizontalPodAutoscaler",
    "leases.coordination.k8s.io": "Lease",
    "apiservices.apiregistration.k8s.io": "APIService",
    "customresourcedefinitions.apiextensions.k8s.io": "CustomResourceDefinition",
    "validatingwebhookconfigurations.admissionregistration.k8s.io": "ValidatingWebhookConfiguration",
    "mutatingwebhookconfigurations.admissionregistration.k8s.io": "MutatingWebhookConfiguration",
    "certificatesigningrequests.certificates.k8s.io": "CertificateSigningRequest",
    "clusterrolebindings.rbac.authorization.k8s.io": "ClusterRoleBinding",
    "rolebindings.rbac.authorization.k8s.io": "RoleBinding",
    "clusterroles.rbac.authorization.k8s.io": "ClusterRole",
    "roles.rbac.authorization.k8s.io": "Role",
}
"""Kinds of Kubernetes itself. Custom kinds are found by discovery."""

RESOURCE_OF = {kind: resource for resource, kind in RESOURCES.items()}
GROUPLESS = ("", "apps", "batch")
"""API groups that the name of a file leaves out."""


def file_stem(plural: str, group: str) -> str:
    """The name of a resource's file in a dump, without its suffix."""
    return plural if group in GROUPLESS else f"{plural}.{group}"
