"""The values that the API server fills in where nothing is stated, by kind and field."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from operations.adopt.cluster.objects import is_fields, is_list

Pattern = tuple[str, ...]
"""The way to a field; `*` stands for every element of a list."""


class Default(NamedTuple):
    """A field, and what it is where nobody says otherwise."""

    path: Pattern
    value: Any


def _defaults(*entries: tuple[str, Any]) -> tuple[Default, ...]:
    return tuple(Default(tuple(path.split(".")), value) for path, value in entries)


_PROBE = _defaults(
    ("httpGet.scheme", "HTTP"),
    ("grpc.service", ""),
    ("timeoutSeconds", 1),
    ("periodSeconds", 10),
    ("successThreshold", 1),
    ("failureThreshold", 3),
    ("initialDelaySeconds", 0),
)
_CONTAINER = (
    *_defaults(
        ("terminationMessagePath", "/dev/termination-log"),
        ("terminationMessagePolicy", "File"),
        ("resources", {}),
        ("volumeMounts.*.mountPropagation", "None"),
        ("ports.*.protocol", "TCP"),
        ("env.*.valueFrom.fieldRef.apiVersion", "v1"),
        ("env.*.valueFrom.resourceFieldRef.divisor", "0"),
        ("lifecycle.postStart.httpGet.scheme", "HTTP"),
        ("lifecycle.preStop.httpGet.scheme", "HTTP"),
    ),
    *(
        Default((probe, *default.path), default.value)
        for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        for default in _PROBE
    ),
)
_POD = (
    *(
        Default((group, "*", *default.path), default.value)
        for group in ("containers", "initContainers")
        for default in _CONTAINER
    ),
    *_defaults(
        ("volumes.*.secret.defaultMode", 420),
        ("volumes.*.configMap.defaultMode", 420),
        ("volumes.*.downwardAPI.defaultMode", 420),
        ("volumes.*.downwardAPI.items.*.fieldRef.apiVersion", "v1"),
        ("volumes.*.projected.defaultMode", 420),
        ("volumes.*.projected.sources.*.downwardAPI.items.*.fieldRef.apiVersion", "v1"),
        ("volumes.*.projected.sources.*.serviceAccountToken.expirationSeconds", 3600),
        ("volumes.*.hostPath.type", ""),
        ("volumes.*.ephemeral.volumeClaimTemplate.spec.volumeMode", "Filesystem"),
        ("terminationGracePeriodSeconds", 30),
        ("dnsPolicy", "ClusterFirst"),
        ("securityContext", {}),
        ("schedulerName", "default-scheduler"),
        ("enableServiceLinks", True),
        ("hostNetwork", False),
        ("hostPID", False),
        ("hostIPC", False),
        ("hostUsers", True),
        ("shareProcessNamespace", False),
    ),
)
_ALWAYS = _defaults(("restartPolicy", "Always"))
"""Jobs have to say when their pods start again."""
_JOB = _defaults(
    ("backoffLimit", 6),
    ("completionMode", "NonIndexed"),
    ("suspend", False),
    ("podReplacementPolicy", "TerminatingOrFailed"),
    ("manualSelector", False),
    ("completions", 1),
    ("parallelism", 1),
)


def _below(prefix: str, defaults: tuple[Default, ...]) -> tuple[Default, ...]:
    return tuple(Default((*prefix.split("."), *default.path), default.value) for default in defaults)


DEFAULTS: Mapping[str, tuple[Default, ...]] = {
    "Deployment": (
        *_below("spec.template.spec", _POD + _ALWAYS),
        *_defaults(
            ("spec.replicas", 1),
            ("spec.revisionHistoryLimit", 10),
            ("spec.progressDeadlineSeconds", 600),
            ("spec.strategy.rollingUpdate", {"maxUnavailable": "25%", "maxSurge": "25%"}),
            ("spec.strategy", {"type": "RollingUpdate"}),
        ),
    ),
    "StatefulSet": (
        *_below("spec.template.spec", _POD + _ALWAYS),
        *_defaults(
            ("spec.replicas", 1),
            ("spec.revisionHistoryLimit", 10),
            ("spec.podManagementPolicy", "OrderedReady"),
            ("spec.updateStrategy.rollingUpdate", {"partition": 0}),
            ("spec.updateStrategy", {"type": "RollingUpdate"}),
            ("spec.persistentVolumeClaimRetentionPolicy", {"whenDeleted": "Retain", "whenScaled": "Retain"}),
            ("spec.volumeClaimTemplates.*.apiVersion", "v1"),
            ("spec.volumeClaimTemplates.*.kind", "PersistentVolumeClaim"),
            ("spec.volumeClaimTemplates.*.spec.volumeMode", "Filesystem"),
            ("spec.volumeClaimTemplates.*.status", {"phase": "Pending"}),
        ),
    ),
    "DaemonSet": (
        *_below("spec.template.spec", _POD + _ALWAYS),
        *_defaults(
            ("spec.revisionHistoryLimit", 10),
            ("spec.updateStrategy.rollingUpdate.maxSurge", 0),
            ("spec.updateStrategy.rollingUpdate", {"maxUnavailable": 1}),
            ("spec.updateStrategy", {"type": "RollingUpdate"}),
        ),
    ),
    "CronJob": (
        *_below("spec.jobTemplate.spec.template.spec", _POD),
        *_below("spec.jobTemplate.spec", _JOB),
        *_defaults(
            ("spec.concurrencyPolicy", "Allow"),
            ("spec.suspend", False),
            ("spec.successfulJobsHistoryLimit", 3),
            ("spec.failedJobsHistoryLimit", 1),
        ),
    ),
    "Job": (*_below("spec.template.spec", _POD), *_below("spec", _JOB)),
    "Pod": (*_below("spec", _POD + _ALWAYS), *_defaults(("spec.preemptionPolicy", "PreemptLowerPriority"))),
    "Service": _defaults(
        ("spec.type", "ClusterIP"),
        ("spec.sessionAffinity", "None"),
        ("spec.sessionAffinityConfig", {"clientIP": {"timeoutSeconds": 10800}}),
        ("spec.internalTrafficPolicy", "Cluster"),
        ("spec.externalTrafficPolicy", "Cluster"),
        ("spec.allocateLoadBalancerNodePorts", True),
        ("spec.ports.*.protocol", "TCP"),
    ),
    "PersistentVolumeClaim": _defaults(("spec.volumeMode", "Filesystem")),
    "PersistentVolume": _defaults(
        ("spec.volumeMode", "Filesystem"), ("spec.hostPath.type", ""), ("spec.persistentVolumeReclaimPolicy", "Retain")
    ),
    "StorageClass": _defaults(("reclaimPolicy", "Delete"), ("volumeBindingMode", "Immediate")),
    "HTTPRoute": _defaults(
        ("spec.parentRefs.*.group", "gateway.networking.k8s.io"),
        ("spec.parentRefs.*.kind", "Gateway"),
        ("spec.rules.*.backendRefs.*.group", ""),
        ("spec.rules.*.backendRefs.*.kind", "Service"),
        ("spec.rules.*.backendRefs.*.weight", 1),
        ("spec.rules.*.matches", [{"path": {"type": "PathPrefix", "value": "/"}}]),
    ),
    "GRPCRoute": _defaults(
        ("spec.parentRefs.*.group", "gateway.networking.k8s.io"),
        ("spec.parentRefs.*.kind", "Gateway"),
        ("spec.rules.*.backendRefs.*.group", ""),
        ("spec.rules.*.backendRefs.*.kind", "Service"),
        ("spec.rules.*.backendRefs.*.weight", 1),
    ),
    "ExternalSecret": (
        *_defaults(
            ("spec.target.creationPolicy", "Owner"),
            ("spec.target.deletionPolicy", "Retain"),
            ("spec.target.template.engineVersion", "v2"),
            ("spec.target.template.mergePolicy", "Replace"),
            ("spec.refreshPolicy", "Periodic"),
            ("spec.refreshInterval", "1h"),
            ("spec.refreshInterval", "1h0m0s"),
            ("spec.secretStoreRef.kind", "SecretStore"),
        ),
        *(
            Default((*place, *field), value)
            for place in (("spec", "data", "*", "remoteRef"), ("spec", "dataFrom", "*", "extract"))
            for field, value in (
                (("conversionStrategy",), "Default"),
                (("decodingStrategy",), "None"),
                (("metadataPolicy",), "None"),
                (("nullBytePolicy",), "Ignore"),
            )
        ),
    ),
    "PriorityClass": _defaults(("preemptionPolicy", "PreemptLowerPriority"), ("globalDefault", False)),
}
"""By kind; a mapping stands after what is in it, so that it goes once nothing else is left."""


def drop_defaults(kind: str, manifest: dict[str, Any]) -> None:
    """Remove from an object what it would be without being stated. Changes the object."""
    for default in DEFAULTS.get(kind, ()):
        for holder in list(_holders(manifest, default.path[:-1])):
            if holder.get(default.path[-1], _ABSENT) == default.value:
                del holder[default.path[-1]]


_ABSENT = object()


def _holders(value: Any, path: Pattern) -> Iterator[dict[str, Any]]:
    """The mappings at a path."""
    if not path:
        if is_fields(value):
            yield value
    elif path[0] == "*":
        if is_list(value):
            for each in value:
                yield from _holders(each, path[1:])
    elif is_fields(value) and path[0] in value:
        yield from _holders(value[path[0]], path[1:])
