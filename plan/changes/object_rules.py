"""Effects of deleting, replacing or updating a Kubernetes object, as plain data: one row a kind.

Fields that replace are those of `forceNew` in pulumi-kubernetes v4 (`provider/pkg/provider/diff.go`). Fields that are
refused are those of the functions `Validate...Update` in kubernetes v1.34.2 (`pkg/apis/*/validation/validation.go`) and
of apiextensions-apiserver (`pkg/apis/apiextensions/validation/validation.go`). Losses are from the operators' API
references: CloudNativePG 1.27 (`api/v1/database_types.go`; `internal/webhook/v1/cluster_webhook.go`,
validateClusterChanges), Kyverno 1.19, External Secrets 0.20, Longhorn (`webhook/resources/node/validator.go`, Delete),
MetalLB 0.15 (`internal/allocator/allocator.go`, SetPools), Traefik 3.7 (`pkg/server/router/router.go`: a router whose
middleware does not exist is left out), Node Feature Discovery 0.19 (`pkg/nfd-master/nfd-api-controller.go`), VPA 1.7
(`pkg/recommender/input/cluster_feeder.go`, GarbageCollectCheckpoints), Rook 1.20 (`pkg/operator/ceph/`:
`pool/controller.go`, handleDeletionBlocked; `file/controller.go` and `cluster/controller.go`, reconcileDelete). Name
and namespace are not here: with another of these it is another object. A kind without a row is not known.
"""

from collections.abc import Mapping

from plan.changes.gateway_rules import GATEWAY_KINDS
from plan.changes.kind_rule import Kind, KindRule, Loss, holds, serves
from plan.changes.watching_rules import WATCHING_KINDS

NOTHING = Loss("info", "")

STOPS_PODS = "Its pods stop."
VOLUME_SOURCES = tuple(
    f"spec.{driver}"
    for driver in (
        *("awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"),
        *("gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk"),
        *("portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
    )
)
"""Fields of a PersistentVolume that say where its data is."""

KINDS: Mapping[Kind, KindRule] = {
    **GATEWAY_KINDS,
    **WATCHING_KINDS,
    ("", "ConfigMap"): KindRule(serves("A pod that starts while it is away waits for it.")),
    ("", "LimitRange"): KindRule(serves("New containers get no limits until it is back.")),
    ("", "Namespace"): KindRule(holds("Everything in the namespace goes with it, volumes and databases too.")),
    ("", "PersistentVolume"): KindRule(
        holds("The data on the volume can go with it."),
        replaced_by=VOLUME_SOURCES,
        refused=("spec.nodeAffinity", "spec.volumeMode"),
    ),
    ("", "PersistentVolumeClaim"): KindRule(
        holds(
            "No pod finds its volume any more: where the volume's reclaim policy is Delete, the data is gone; where it "
            "is Retain, the disk stays, released, until somebody binds it again by hand."
        ),
        replaced_by=("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"),
        refused=("spec.dataSource", "spec.dataSourceRef", "spec.resources.limits", "spec.volumeMode"),
    ),
    ("", "Pod"): KindRule(serves("It stops, and nothing recreates it."), replaced_by=("spec",)),
    ("", "ResourceQuota"): KindRule(serves("The namespace has no quota until it is back."), ("spec.scopes",)),
    ("", "Secret"): KindRule(
        holds("No pod that uses it starts any more; what it held is nowhere else unless a vault has it."),
        replaced_by=("type",),
    ),
    ("", "Service"): KindRule(
        serves("Nothing reaches the pods through it."), replaced_by=("spec.clusterIP",), refused=("spec.clusterIPs",)
    ),
    ("", "ServiceAccount"): KindRule(serves("No pod that uses it is made while it is away.")),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): KindRule(serves("It changes nothing.")),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): KindRule(serves("It refuses nothing.")),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): KindRule(
        holds("All objects of its kind are deleted with it, in every namespace."),
        refused=("spec.group", "spec.names.kind", "spec.names.plural", "spec.scope"),
    ),
    ("apps", "DaemonSet"): KindRule(
        holds("Its pods stop on every node, with what nodes have by them: network, volumes, devices."),
        replaced_by=("spec.selector",),
    ),
    ("apps", "Deployment"): KindRule(serves(STOPS_PODS), replaced_by=("spec.selector",)),
    ("apps", "StatefulSet"): KindRule(
        holds("All its pods stop at once. Its claims stay, unless persistentVolumeClaimRetentionPolicy is Delete."),
        replaced_by=(
            "spec.podManagementPolicy",
            "spec.revisionHistoryLimit",
            "spec.selector",
            "spec.serviceName",
            "spec.volumeClaimTemplates",
        ),
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): KindRule(serves("Nothing scales its pods any more.")),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): KindRule(serves("The usage history of its pods goes with it.")),
    ("batch", "CronJob"): KindRule(
        holds("It no longer runs, and the jobs that it started go with it: where it is a backup, no more are made.")
    ),
    ("batch", "Job"): KindRule(
        serves("Its pods stop, and where it is recreated, it runs again."),
        replaced_by=("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
        refused=(
            "spec.backoffLimitPerIndex",
            "spec.completionMode",
            "spec.managedBy",
            "spec.podFailurePolicy",
            "spec.successPolicy",
        ),
    ),
    ("ceph.rook.io", "CephBlockPool"): KindRule(
        holds(
            "Rook keeps a pool that has volumes, and the `up` ends half-way; with the annotation "
            "rook.io/force-deletion they go with it."
        ),
        knows_updates=False,
    ),
    ("ceph.rook.io", "CephCluster"): KindRule(
        holds(
            "Rook keeps it while it has pools or file systems, and the `up` ends half-way. Without any, its daemons "
            "stop, and its disks are wiped where its cleanupPolicy is confirmed."
        ),
        knows_updates=False,
    ),
    ("ceph.rook.io", "CephFilesystem"): KindRule(
        holds("All its files go with it, unless it has preserveFilesystemOnDelete."), knows_updates=False
    ),
    ("discovery.k8s.io", "EndpointSlice"): KindRule(
        serves("Its Service reaches none of the addresses in it any more."), refused=("addressType",)
    ),
    ("external-secrets.io", "ClusterSecretStore"): KindRule(serves("No secret that comes through it is renewed.")),
    ("external-secrets.io", "ExternalSecret"): KindRule(
        holds("The Secret that it made goes with it where its creationPolicy is Owner, which is the default.")
    ),
    ("external-secrets.io", "SecretStore"): KindRule(serves("No secret that comes through it is renewed.")),
    ("helm.sh", "Release"): KindRule(holds("The chart is uninstalled, with all that it made.")),
    ("longhorn.io", "Backup"): KindRule(holds("The backup is deleted in its store."), knows_updates=False),
    ("longhorn.io", "Node"): KindRule(
        holds("Longhorn refuses it as long as the node is there: the `up` ends half-way."), knows_updates=False
    ),
    ("longhorn.io", "Snapshot"): KindRule(holds("The snapshot is deleted."), knows_updates=False),
    ("longhorn.io", "Volume"): KindRule(holds("The volume goes with its data."), knows_updates=False),
    ("metallb.io", "IPAddressPool"): KindRule(holds("Every load balancer with an address of the pool loses it.")),
    ("metallb.io", "L2Advertisement"): KindRule(holds("Nobody in the network finds the load balancers' addresses.")),
    ("networking.k8s.io", "Ingress"): KindRule(serves("Nothing reaches the service by its host names.")),
    ("networking.k8s.io", "IngressClass"): KindRule(
        serves("Ingresses of the class are no longer served."), refused=("spec.controller",)
    ),
    ("networking.k8s.io", "NetworkPolicy"): KindRule(serves("Traffic that it kept from its pods reaches them.")),
    ("nfd.k8s-sigs.io", "NodeFeatureRule"): KindRule(
        serves("Nodes lose the labels and extended resources that it gave; new pods that need them find no place.")
    ),
    ("node.k8s.io", "RuntimeClass"): KindRule(serves("No pod of the class is made."), refused=("handler",)),
    ("policies.kyverno.io", "GeneratingPolicy"): KindRule(
        holds(
            "The objects that it generated go with it where it synchronizes: for a moment every namespace is without "
            "limits and quota, and new ones get none."
        )
    ),
    ("policies.kyverno.io", "MutatingPolicy"): KindRule(serves("New objects no longer get its changes.")),
    ("policies.kyverno.io", "ValidatingPolicy"): KindRule(serves("Objects that it refused are admitted.")),
    ("policy", "PodDisruptionBudget"): KindRule(serves("A drain may stop all its pods at once.")),
    ("postgresql.cnpg.io", "Cluster"): KindRule(
        holds("The database goes with it, with its volumes."), refused=("spec.postgresGID", "spec.postgresUID")
    ),
    ("postgresql.cnpg.io", "Database"): KindRule(
        holds("The database stays in its cluster, unless its databaseReclaimPolicy is delete: then it is dropped."),
        refused=(
            "spec.builtinLocale",
            "spec.cluster",
            "spec.collationVersion",
            "spec.encoding",
            "spec.icuLocale",
            "spec.icuRules",
            "spec.locale",
            "spec.localeCType",
            "spec.localeCollate",
            "spec.localeProvider",
            "spec.name",
            "spec.template",
        ),
    ),
    ("postgresql.cnpg.io", "Pooler"): KindRule(serves("Nothing reaches the database through it.")),
    ("postgresql.cnpg.io", "ScheduledBackup"): KindRule(holds("It makes no more backups.")),
    ("rbac.authorization.k8s.io", "ClusterRole"): KindRule(serves("Accounts that have it lose its permissions.")),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): KindRule(
        serves("Accounts that have a role by this lose its permissions."), replaced_by=("roleRef",)
    ),
    ("rbac.authorization.k8s.io", "Role"): KindRule(serves("Accounts that have it lose its permissions.")),
    ("rbac.authorization.k8s.io", "RoleBinding"): KindRule(
        serves("Accounts that have a role by this lose its permissions."), replaced_by=("roleRef",)
    ),
    ("scheduling.k8s.io", "PriorityClass"): KindRule(
        serves("No pod of the class is made any more; those that run go on."), refused=("value", "preemptionPolicy")
    ),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"): KindRule(
        holds("The snapshot is deleted where its class says Delete."), knows_updates=False
    ),
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent"): KindRule(
        holds("The snapshot is deleted where it says Delete."), knows_updates=False
    ),
    ("storage.k8s.io", "CSIDriver"): KindRule(
        holds("No volume of the driver is attached or mounted any more."),
        refused=("spec.attachRequired", "spec.volumeLifecycleModes"),
    ),
    ("storage.k8s.io", "StorageClass"): KindRule(
        serves("No volume of the class is made any more; those that exist stay."),
        replaced_by=("parameters", "provisioner"),
        refused=("reclaimPolicy", "volumeBindingMode"),
    ),
    ("traefik.io", "IngressRoute"): KindRule(serves("Nothing reaches the service by its host names.")),
    ("traefik.io", "IngressRouteTCP"): KindRule(serves("Nothing reaches the service by the entry point.")),
    ("traefik.io", "IngressRouteUDP"): KindRule(serves("Nothing reaches the service by the entry point.")),
    ("traefik.io", "Middleware"): KindRule(serves("Traefik no longer serves the routes that name it.")),
    ("traefik.io", "ServersTransport"): KindRule(serves("Traefik no longer serves the routes that name it.")),
}
"""Rules for each kind that the program writes, and for those that most labs have as well."""

CHANGED_IN_PLACE: frozenset[Kind] = frozenset({("", "ConfigMap"), ("", "Secret")})
"""Kinds whose data the provider changes in place, as the program tells it to (`enable_config_map_mutable`,
`enable_secret_mutable`). Otherwise it recreates them."""

MAKES_PODS: Mapping[Kind, str] = {
    ("apps", "DaemonSet"): "spec.template",
    ("apps", "Deployment"): "spec.template",
    ("apps", "StatefulSet"): "spec.template",
}
"""Controllers that replace their pods when the template changes, and where that stands."""

CLAIM: Kind = ("", "PersistentVolumeClaim")
CONFIG_MAP: Kind = ("", "ConfigMap")
CRON_JOB: Kind = ("batch", "CronJob")
RELEASE: Kind = ("helm.sh", "Release")
SECRET: Kind = ("", "Secret")

POD_TEMPLATES: Mapping[Kind, str] = {**MAKES_PODS, CRON_JOB: "spec.jobTemplate.spec.template"}
"""The same, and those whose next pods follow the template."""

SCHEDULED: Mapping[Kind, bool] = {CRON_JOB: False, ("postgresql.cnpg.io", "ScheduledBackup"): True}
"""Kinds with a schedule, and whether that begins with seconds."""

CLUSTER_SETTINGS = frozenset(
    {
        ("kube-public", "cluster-info"),
        *(
            ("kube-system", name)
            for name in (
                *("cilium-config", "coredns", "coredns-custom", "extension-apiserver-authentication"),
                *("kube-proxy", "kubeadm-config", "kubelet-config"),
            )
        ),
    }
)
"""ConfigMaps that the cluster itself reads, by namespace and name."""


def touches(path: str, fields: tuple[str, ...]) -> bool:
    """Whether a path without indices is one of the fields, or within one."""
    return any(path == field or path.startswith(f"{field}.") for field in fields)


def covers(path: str, fields: tuple[str, ...]) -> bool:
    """Whether a path without indices is one of the fields, within one, or so coarse that one is within it."""
    return touches(path, fields) or any(field.startswith(f"{path}.") for field in fields)
