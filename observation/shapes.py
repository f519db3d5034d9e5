"""Shapes of live objects: the API server keeps no field of another type, but a dump may have been written by hand."""

import re
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
"""Kinds of Kubernetes of which every field below is of one type, but for the exceptions."""
_MAPPINGS = frozenset(
    (
        *("affinity", "backend", "capabilities", "claimRef", "configMap", "csi", "dnsConfig", "downwardAPI"),
        *("emptyDir", "exec", "fieldRef", "hostPath", "http", "httpGet", "jobTemplate", "labelSelector", "lastState"),
        *("lifecycle", "livenessProbe", "loadBalancer", "metadata", "nfs", "nodeAffinity", "nodeInfo"),
        *("persistentVolumeClaim", "podAffinity", "podAntiAffinity", "projected", "readinessProbe", "required"),
        *("resources", "rollingUpdate", "running", "scaleTargetRef", "secret", "secretKeyRef", "securityContext"),
        *("selector", "service", "source", "spec", "startupProbe", "state", "strategy", "target", "targetRef"),
        *("tcpSocket", "template", "terminated", "updateStrategy", "valueFrom", "waiting", "allocatable", "capacity"),
        *("default", "defaultRequest", "hard", "requests", "used"),
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
_NAMED = frozenset(("containerStatuses", "containers", "env", "initContainerStatuses", "initContainers", "volumes"))
"""Lists of mappings that each have a name."""
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


_OTHERWISE = frozenset(
    (
        *(("allocatedResourcesStatus", "resources"), ("glusterfs", "endpoints"), ("grpc", "service")),
        *(("exitCodes", "values"), ("linux", "uid"), ("onExitCodes", "values")),
        *(("swap", "capacity"), ("uncountedTerminatedPods", "succeeded"), ("volumes", "image")),
    )
)
"""Fields that are of another type here, with the field around them: in the schemas of the API server, all of them."""
_KEYED = frozenset(
    (
        *("allocatable", "allocatedResources", "allocatedResourceStatuses", "attachmentMetadata", "capacity"),
        *("default", "defaultRequest", "deprecatedTopology", "disruptedPods", "hard", "limits", "max"),
        *("maxLimitRequestRatio", "min", "options", "overhead", "requests", "used"),
    )
)
"""Mappings by names of resources, pods and places."""
_SELECT_BY_LABELS = frozenset({"Service", "ReplicationController"})
"""Kinds whose selector is a mapping of labels alone."""
_OTHERWISE_OF_KIND = frozenset({("IngressClass", "spec", "parameters")})
_PORTS = frozenset(("port", "targetPort"))
"""Numbers or names of ports; that of a Service behind an Ingress is a mapping of one of them."""
_SHARES = frozenset(("maxSurge", "maxUnavailable", "minAvailable"))
"""Pods, or a share of them: `1` or `25%`."""
_WHOLE_NUMBERS_OF_KIND = frozenset({("PriorityClass", "", "value")})


def has_usual_shape(item: Manifest) -> bool:
    """Whether the fields of an object have the types that Kubernetes gives them. Of a kind of somebody else, only its
    metadata is known. A field that is null counts as left out."""
    kind = item.get("kind")
    known = item if kind in _KINDS else {"metadata": item.get("metadata")}
    left: list[tuple[str, str, Any]] = [("", key, each) for key, each in known.items() if key != "status"]
    status = known.get("status")
    if isinstance(status, dict):
        left += (("status", key, each) for key, each in cast(Fields, status).items())
    while left:
        around, key, each = left.pop()
        if each is None or key == "managedFields":
            continue
        if key == "selector" and kind in _SELECT_BY_LABELS and around == "spec" and not _is_label_selector(each):
            key = "labels"
        is_other = (around, key) in _OTHERWISE or (kind, around, key) in _OTHERWISE_OF_KIND
        if not is_other and not _is_of_type(key, each):
            return False
        if (kind, around, key) in _WHOLE_NUMBERS_OF_KIND and not _is_whole_number(each):
            return False
        if key in _PORTS and around != "service" and not (_is_whole_number(each) or isinstance(each, str)):
            return False
        if key in _OF_TEXTS or key in _CONTENTS or (key in _KEYED and isinstance(each, dict)):
            continue  # its keys are names, and no fields
        if isinstance(each, dict):
            left += ((key, *pair) for pair in cast(Fields, each).items())
        elif isinstance(each, list):
            found = [cast(Fields, one) for one in cast(list[Any], each) if isinstance(one, dict)]
            left += ((key, *pair) for one in found for pair in one.items())
    return known.get("status") is None or isinstance(known.get("status"), dict)


def _is_label_selector(each: Any) -> bool:
    return isinstance(each, dict) and not {"matchLabels", "matchExpressions"}.isdisjoint(cast(Fields, each))


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
        return isinstance(each, list) and all(
            isinstance(one, dict) and (key not in _NAMED or isinstance(cast(Fields, one).get("name"), str))
            for one in cast(list[Any], each)
        )
    if key in _LISTS_OF_TEXTS:
        return isinstance(each, list) and all(isinstance(one, str) for one in cast(list[Any], each))
    if key in _TEXTS:
        return isinstance(each, str)
    if key in _WHOLE_NUMBERS:
        return _is_whole_number(each)
    if key in _SHARES:
        return _is_whole_number(each) or (isinstance(each, str) and re.fullmatch(r"[0-9]{1,5}%?", each) is not None)
    return True


def _is_whole_number(each: Any) -> bool:
    return isinstance(each, int) and not isinstance(each, bool) and abs(each) < 2**63
