"""Fields of each kind whose change does nothing to what runs, or what the guard says of it elsewhere, as plain data.

A field that is neither here nor in a rule is not known: the guard says so instead of "updated in place".
"""

from collections.abc import Mapping

from plan.changes.kind_rule import Kind

OF_EVERY_KIND = ("metadata.annotations", "metadata.labels")
_CONTROLLER = ("spec.minReadySeconds", "spec.replicas", "spec.revisionHistoryLimit", "spec.template")
_JOB = (
    *("spec.activeDeadlineSeconds", "spec.backoffLimit", "spec.parallelism", "spec.suspend"),
    "spec.ttlSecondsAfterFinished",
)
_ROUTE = ("spec.hostnames", "spec.parentRefs", "spec.rules")
_WATCHING = ("PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor")

KNOWN_FIELDS: Mapping[Kind, tuple[str, ...]] = {
    ("", "ConfigMap"): ("binaryData", "data", "immutable"),
    ("", "LimitRange"): ("spec",),
    ("", "Namespace"): ("spec.finalizers",),
    ("", "PersistentVolume"): (
        *("spec.capacity", "spec.claimRef", "spec.mountOptions", "spec.persistentVolumeReclaimPolicy"),
        "spec.storageClassName",
    ),
    ("", "PersistentVolumeClaim"): ("spec.resources.requests", "spec.volumeAttributesClassName"),
    ("", "ResourceQuota"): ("spec.hard",),
    ("", "Secret"): ("data", "immutable", "stringData"),
    ("", "Service"): (
        *("spec.allocateLoadBalancerNodePorts", "spec.externalIPs", "spec.externalName", "spec.externalTrafficPolicy"),
        *("spec.healthCheckNodePort", "spec.internalTrafficPolicy", "spec.ipFamilies", "spec.ipFamilyPolicy"),
        *("spec.loadBalancerIP", "spec.loadBalancerSourceRanges", "spec.ports", "spec.publishNotReadyAddresses"),
        *("spec.selector", "spec.sessionAffinity", "spec.sessionAffinityConfig", "spec.trafficDistribution"),
        "spec.type",
    ),
    ("", "ServiceAccount"): ("automountServiceAccountToken", "imagePullSecrets", "secrets"),
    ("apps", "DaemonSet"): (*_CONTROLLER, "spec.updateStrategy"),
    ("apps", "Deployment"): (*_CONTROLLER, "spec.paused", "spec.progressDeadlineSeconds", "spec.strategy"),
    ("apps", "StatefulSet"): (
        *(*_CONTROLLER, "spec.ordinals", "spec.persistentVolumeClaimRetentionPolicy"),
        "spec.updateStrategy",
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        *("spec.behavior", "spec.maxReplicas", "spec.metrics", "spec.minReplicas", "spec.scaleTargetRef"),
        "spec.targetCPUUtilizationPercentage",
    ),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): (
        *("spec.recommenders", "spec.resourcePolicy", "spec.targetRef", "spec.updatePolicy"),
    ),
    ("batch", "CronJob"): (
        *("spec.concurrencyPolicy", "spec.failedJobsHistoryLimit", "spec.jobTemplate", "spec.schedule"),
        *("spec.startingDeadlineSeconds", "spec.successfulJobsHistoryLimit", "spec.suspend", "spec.timeZone"),
    ),
    ("batch", "Job"): _JOB,
    ("cert-manager.io", "Certificate"): (
        *("spec.dnsNames", "spec.duration", "spec.ipAddresses", "spec.privateKey.rotationPolicy"),
        *("spec.renewBefore", "spec.renewBeforePercentage", "spec.revisionHistoryLimit", "spec.secretTemplate"),
    ),
    ("discovery.k8s.io", "EndpointSlice"): ("endpoints", "ports"),
    ("external-secrets.io", "ExternalSecret"): (
        *("spec.data", "spec.dataFrom", "spec.refreshInterval", "spec.refreshPolicy", "spec.secretStoreRef"),
        *("spec.target.creationPolicy", "spec.target.deletionPolicy", "spec.target.template"),
    ),
    ("external-secrets.io", "ClusterSecretStore"): ("spec.refreshInterval", "spec.retrySettings"),
    ("external-secrets.io", "SecretStore"): ("spec.refreshInterval", "spec.retrySettings"),
    **{("gateway.networking.k8s.io", f"{kind}Route"): _ROUTE for kind in ("GRPC", "HTTP", "TCP", "TLS", "UDP")},
    ("gateway.networking.k8s.io", "Gateway"): ("spec.addresses", "spec.listeners"),
    ("gateway.networking.k8s.io", "GatewayClass"): ("spec.description",),
    ("metallb.io", "IPAddressPool"): ("spec.addresses", "spec.serviceAllocation"),
    **{("monitoring.coreos.com", kind): ("spec",) for kind in _WATCHING},
    ("networking.k8s.io", "Ingress"): ("spec.rules", "spec.tls"),
    ("nfd.k8s-sigs.io", "NodeFeatureRule"): ("spec.rules",),
    ("policies.kyverno.io", "GeneratingPolicy"): ("spec",),
    ("policies.kyverno.io", "ValidatingPolicy"): ("spec.failurePolicy", "spec.validationActions"),
    ("policy", "PodDisruptionBudget"): ("spec.maxUnavailable", "spec.minAvailable", "spec.unhealthyPodEvictionPolicy"),
    ("postgresql.cnpg.io", "Cluster"): (
        *("spec.affinity", "spec.backup", "spec.description", "spec.imageCatalogRef", "spec.imageName"),
        *("spec.instances", "spec.logLevel", "spec.managed", "spec.monitoring", "spec.nodeMaintenanceWindow"),
        *("spec.postgresql.parameters", "spec.postgresql.pg_hba", "spec.postgresql.shared_preload_libraries"),
        *("spec.primaryUpdateMethod", "spec.primaryUpdateStrategy", "spec.resources", "spec.startDelay"),
        *("spec.stopDelay", "spec.storage.size", "spec.tolerations", "spec.walStorage.size"),
    ),
    ("postgresql.cnpg.io", "Database"): (
        *("spec.connectionLimit", "spec.databaseReclaimPolicy", "spec.ensure", "spec.extensions", "spec.owner"),
        "spec.schemas",
    ),
    ("postgresql.cnpg.io", "Pooler"): ("spec.instances", "spec.monitoring", "spec.template"),
    ("postgresql.cnpg.io", "ScheduledBackup"): ("spec.schedule", "spec.suspend"),
    **{("rbac.authorization.k8s.io", f"{scope}Role"): ("rules",) for scope in ("", "Cluster")},
    **{("rbac.authorization.k8s.io", f"{scope}RoleBinding"): ("subjects",) for scope in ("", "Cluster")},
    ("scheduling.k8s.io", "PriorityClass"): ("description", "globalDefault"),
    ("storage.k8s.io", "StorageClass"): ("allowVolumeExpansion", "mountOptions"),
    ("traefik.io", "IngressRoute"): ("spec.entryPoints", "spec.routes"),
    ("traefik.io", "IngressRouteTCP"): ("spec.entryPoints", "spec.routes"),
    ("traefik.io", "IngressRouteUDP"): ("spec.entryPoints", "spec.routes"),
    ("traefik.io", "Middleware"): (
        *("spec.buffering", "spec.compress", "spec.contentType", "spec.headers", "spec.inFlightReq"),
        *("spec.rateLimit", "spec.retry"),
    ),
}
"""By kind, without those of every kind. Where a rule meets the values of such a field, it decides."""
