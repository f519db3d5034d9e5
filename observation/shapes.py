"""Shapes of live objects: the API server keeps no field of another type, but a dump may have been written by hand."""

from typing import Any, cast

from plan.model import Manifest
from plan.model.fields import Fields

_KINDS = frozenset(
    (
        *("Pod", "Node", "Namespace", "PersistentVolume", "PersistentVolumeClaim", "ResourceQuota", "LimitRange"),
        *("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job", "CronJob"),
        *("Service", "Endpoints", "EndpointSlice", "Ingress", "IngressClass", "NetworkPolicy", "ServiceAccount"),
        *("StorageClass", "PriorityClass", "HorizontalPodAutoscaler", "PodDisruptionBudget", "VolumeAttachment"),
        *("CSINode", "CSIDriver", "ConfigMap", "Secret"),
    )
)
"""Kinds of Kubernetes of which every field below is of one type wherever it stands."""
_MAPPINGS = frozenset(
    (
        *(
            "affinity",
            "backend",
            "capabilities",
            "claimRef",
            "configMap",
            "csi",
            "dnsConfig",
            "downwardAPI",
            "emptyDir",
        ),
        *("exec", "fieldRef", "hostPath", "http", "httpGet", "jobTemplate", "labelSelector", "lastState"),
        *(
            "lifecycle",
            "livenessProbe",
            "loadBalancer",
            "metadata",
            "nfs",
            "nodeAffinity",
            "nodeInfo",
            "persistentVolumeClaim",
        ),
        *("podAffinity", "podAntiAffinity", "projected", "readinessProbe", "required", "resources", "rollingUpdate"),
        *("running", "scaleTargetRef", "secret", "secretKeyRef", "securityContext", "selector", "service", "source"),
        *("spec", "startupProbe", "state", "strategy", "target", "targetRef", "tcpSocket", "template", "terminated"),
        *("updateStrategy", "valueFrom", "waiting"),
        *("allocatable", "capacity", "default", "defaultRequest", "hard", "requests", "used"),
    )
)
_OF_TEXTS = frozenset(("annotations", "labels", "matchLabels", "nodeSelector", "parameters", "volumeAttributes"))
"""Mappings whose values are texts."""
_CONTENTS = frozenset(("binaryData", "data", "stringData"))
"""Mappings whose values are texts, or null where a dump leaves out those of a Secret."""
_LISTS = frozenset(
    (
        *("containerStatuses", "containers", "currentMetrics", "drivers", "env", "envFrom", "imagePullSecrets"),
        *("initContainerStatuses", "initContainers", "matchExpressions", "matchFields", "metrics", "nodeSelectorTerms"),
        *("ownerReferences", "paths", "podIPs", "rules", "subsets", "taints", "tls", "tolerations"),
        *("topologySpreadConstraints", "volumeClaimTemplates", "volumeMounts", "volumes", "volumesAttached"),
        *("endpoints", "items", "ports", "sources"),
    )
)
"""Lists of mappings."""
_LISTS_OF_TEXTS = frozenset(
    (
        *("accessModes", "args", "clusterIPs", "command", "finalizers", "hostnames", "mountOptions", "nameservers"),
        *("podCIDRs", "topologyKeys", "values"),
    )
)
_TEXTS = frozenset(
    (
        *("address", "apiGroup", "apiVersion", "attacher", "claimName", "clusterIP", "concurrencyPolicy", "dnsPolicy"),
        *("creationTimestamp", "driver", "effect", "externalTrafficPolicy", "fieldPath", "generateName", "host"),
        *("hostIP", "image", "imagePullPolicy", "ingressClassName", "key", "kind", "medium", "mountPath", "name"),
        *("namespace", "nodeName", "operator", "path", "pathType", "persistentVolumeName", "phase", "podIP"),
        *("persistentVolumeReclaimPolicy", "priorityClassName", "protocol", "provisioner", "qosClass", "reason"),
        *("reclaimPolicy", "restartPolicy", "runtimeClassName", "schedule", "schedulerName", "secretName", "server"),
        *("serviceAccountName", "serviceName", "startTime", "storageClassName", "subPath", "topologyKey", "type"),
        *("uid", "volumeBindingMode", "volumeHandle", "volumeMode", "volumeName", "whenUnsatisfiable"),
    )
)
_WHOLE_NUMBERS = frozenset(
    (
        *("availableReplicas", "backoffLimit", "completions", "containerPort", "currentHealthy", "defaultMode"),
        *("desiredHealthy", "desiredReplicas", "disruptionsAllowed", "expectedPods", "failureThreshold", "fsGroup"),
        *("generation", "hostPort", "initialDelaySeconds", "maxReplicas", "minReplicas", "nodePort", "number"),
        *("observedGeneration", "parallelism", "periodSeconds", "priority", "readyReplicas", "replicas"),
        *("restartCount", "revisionHistoryLimit", "runAsUser", "succeeded", "terminationGracePeriodSeconds"),
        *("timeoutSeconds", "tolerationSeconds", "updatedReplicas"),
    )
)


def has_usual_shape(item: Manifest) -> bool:
    """Whether the fields of an object have the types that Kubernetes gives them. Of a kind of somebody else, only its
    metadata is known. A field that is null counts as left out."""
    known = item if item.get("kind") in _KINDS else {"metadata": item.get("metadata")}
    left: list[tuple[str, Any]] = [(key, each) for key, each in known.items() if key != "status"]
    status = known.get("status")
    if isinstance(status, dict):
        left += cast(Fields, status).items()
    while left:
        key, each = left.pop()
        if each is None or key == "managedFields":
            continue
        if not _is_of_type(key, each):
            return False
        if isinstance(each, dict) and key not in _OF_TEXTS:
            left += cast(Fields, each).items()
        elif isinstance(each, list):
            left += [
                pair for one in cast(list[Any], each) if isinstance(one, dict) for pair in cast(Fields, one).items()
            ]
    return known.get("status") is None or isinstance(known.get("status"), dict)


def _is_of_type(key: str, each: Any) -> bool:
    if key in _MAPPINGS:
        return isinstance(each, dict)
    if key in _OF_TEXTS:
        return isinstance(each, dict) and all(isinstance(one, str) for one in cast(Fields, each).values())
    if key in _CONTENTS:
        return isinstance(each, dict) and all(
            one is None or isinstance(one, str) for one in cast(Fields, each).values()
        )
    if key in _LISTS:
        return isinstance(each, list) and all(isinstance(one, dict) for one in cast(list[Any], each))
    if key in _LISTS_OF_TEXTS:
        return isinstance(each, list) and all(isinstance(one, str) for one in cast(list[Any], each))
    if key in _TEXTS:
        return isinstance(each, str)
    if key in _WHOLE_NUMBERS:
        return isinstance(each, int) and not isinstance(each, bool) and abs(each) < 2**63
    return True
