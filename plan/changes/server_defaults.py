"""Values that the API server and its controllers fill into an object that does not state them, as plain data.

Read from kubernetes v1.34 (`pkg/apis/*/v1/defaults.go`, `pkg/registry/core/service`), and seen in previews of the real
engine that import objects of 19 kinds.
"""

from collections.abc import Mapping

BOOKKEEPING = ("metadata.annotations", "metadata.finalizers", "metadata.labels", "status")
"""Notes of controllers and people on an object. Nothing restarts because of them, except in a pod template."""

FILLED_IN = frozenset(
    {
        "clusterIP",
        "clusterIPs",
        "conversion",
        "ipFamilies",
        "ipFamilyPolicy",
        "nodePort",
        "spec.claimRef",
        "spec.finalizers",
        "spec.healthCheckNodePort",
        "spec.volumeName",
        "uid",
    }
)
"""Fields that the cluster chooses, whatever their value."""

DEFAULTS: Mapping[str, tuple[object, ...]] = {
    "allowVolumeExpansion": (False,),
    "allocateLoadBalancerNodePorts": (True,),
    "apiVersion": ("v1",),
    "backoffLimit": (6,),
    "completionMode": ("NonIndexed",),
    "completions": (1,),
    "concurrencyPolicy": ("Allow",),
    "defaultMode": (420,),
    "deprecatedServiceAccount": ("default",),
    "dnsPolicy": ("ClusterFirst",),
    "externalTrafficPolicy": ("Cluster",),
    "failedJobsHistoryLimit": (1,),
    "failureThreshold": (3,),
    "imagePullPolicy": ("Always", "IfNotPresent"),
    "internalTrafficPolicy": ("Cluster",),
    "kind": ("PersistentVolumeClaim",),
    "manualSelector": (False,),
    "maxSurge": ("25%", 0, 1),
    "maxUnavailable": ("25%", 1),
    "parallelism": (1,),
    "partition": (0,),
    "pathType": ("ImplementationSpecific",),
    "periodSeconds": (10,),
    "podManagementPolicy": ("OrderedReady",),
    "podReplacementPolicy": ("TerminatingOrFailed",),
    "preemptionPolicy": ("PreemptLowerPriority",),
    "progressDeadlineSeconds": (600,),
    "protocol": ("TCP",),
    "publishNotReadyAddresses": (False,),
    "reclaimPolicy": ("Delete",),
    "replicas": (1,),
    "restartPolicy": ("Always",),
    "revisionHistoryLimit": (10,),
    "scheme": ("HTTP",),
    "schedulerName": ("default-scheduler",),
    "scope": ("Namespaced",),
    "serviceAccount": ("default",),
    "sessionAffinity": ("None",),
    "successThreshold": (1,),
    "successfulJobsHistoryLimit": (3,),
    "suspend": (False,),
    "terminationGracePeriodSeconds": (30,),
    "terminationMessagePath": ("/dev/termination-log",),
    "terminationMessagePolicy": ("File",),
    "timeoutSeconds": (1,),
    "type": ("ClusterIP", "RollingUpdate", "Opaque"),
    "volumeBindingMode": ("Immediate",),
    "volumeMode": ("Filesystem",),
    "whenDeleted": ("Retain",),
    "whenScaled": ("Retain",),
}
"""Values of fields, by the last part of their path."""
