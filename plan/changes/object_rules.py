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
from typing import NamedTuple

from plan.model import Severity

Kind = tuple[str, str]
"""API group, empty for the core's, and kind."""


class Loss(NamedTuple):
    """Loss that comes with an object that is deleted or replaced."""

    severity: Severity
    """An error where the object holds more than itself: applying the old program again does not bring that back."""
    sentence: str


class KindRule(NamedTuple):
    """Known effects of changes to a kind."""

    loss: Loss
    replaced_by: tuple[str, ...] = ()
    """Fields for which the provider deletes and recreates the object. In an update they are refused."""
    refused: tuple[str, ...] = ()
    """Fields that the API server refuses to change, and the provider tries to: the `up` ends half-way."""
    knows_updates: bool = True
    """Whether somebody has read what an update does."""


def _holds(sentence: str) -> Loss:
    return Loss("error", sentence)


def _serves(sentence: str) -> Loss:
    return Loss("warning", sentence)


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
    ("", "ConfigMap"): KindRule(_serves("A pod that starts while it is away waits for it.")),
    ("", "LimitRange"): KindRule(_serves("New containers get no limits until it is back.")),
    ("", "Namespace"): KindRule(_holds("Everything in the namespace goes with it, volumes and databases too.")),
    ("", "PersistentVolume"): KindRule(
        _holds("The data on the volume can go with it."),
        replaced_by=VOLUME_SOURCES,
        refused=("spec.nodeAffinity", "spec.volumeMode"),
    ),
    ("", "PersistentVolumeClaim"): KindRule(
        _holds(
            "No pod finds its volume any more: where the volume's reclaim policy is Delete, the data is gone; where it "
            "is Retain, the disk stays, released, until somebody binds it again by hand."
        ),
        replaced_by=("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"),
        refused=("spec.dataSource", "spec.dataSourceRef", "spec.resources.limits", "spec.volumeMode"),
    ),
    ("", "Pod"): KindRule(_serves("It stops, and nothing recreates it."), replaced_by=("spec",)),
    ("", "ResourceQuota"): KindRule(_serves("The namespace has no quota until it is back."), ("spec.scopes",)),
    ("", "Secret"): KindRule(
        _holds("No pod that uses it starts any more; what it held is nowhere else unless a vault has it."),
        replaced_by=("type",),
    ),
    ("", "Service"): KindRule(
        _serves("Nothing reaches the pods through it."), replaced_by=("spec.clusterIP",), refused=("spec.clusterIPs",)
    ),
    ("", "ServiceAccount"): KindRule(_serves("No pod that uses it is made while it is away.")),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): KindRule(_serves("It changes nothing.")),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): KindRule(_serves("It refuses nothing.")),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): KindRule(
        _holds("All objects of its kind are deleted with it, in every namespace."),
        refused=("spec.group", "spec.names.kind", "spec.names.plural", "spec.scope"),
    ),
    ("apps", "DaemonSet"): KindRule(
        _holds("Its pods stop on every node, with what nodes have by them: network, volumes, devices."),
        replaced_by=("spec.selector",),
    ),
    ("apps", "Deployment"): KindRule(_serves(STOPS_PODS), replaced_by=("spec.selector",)),
    ("apps", "StatefulSet"): KindRule(
        _holds("All its pods stop at once. Its claims stay, unless persistentVolumeClaimRetentionPolicy is Delete."),
        replaced_by=(
            "spec.podManagementPolicy",
            "spec.revisionHistoryLimit",
            "spec.selector",
            "spec.serviceName",
            "spec.volumeClaimTemplates",
        ),
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): KindRule(_serves("Nothing scales its pods any more.")),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): KindRule(_serves("The usage history of its pods goes with it.")),
    ("batch", "CronJob"): KindRule(
        _holds("It no longer runs, and the jobs that it started go with it: where it is a backup, no more are made.")
    ),
    ("batch", "Job"): KindRule(
        _serves("Its pods stop, and where it is recreated, it runs again."),
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
        _holds(
            "Rook keeps a pool that has volumes, and the `up` ends half-way; with the annotation "
            "rook.io/force-deletion they go with it."
        ),
        knows_updates=False,
    ),
    ("ceph.rook.io", "CephCluster"): KindRule(
        _holds(
            "Rook keeps it while it has pools or file systems, and the `up` ends half-way. Without any, its daemons "
            "stop, and its disks are wiped where its cleanupPolicy is confirmed."
        ),
        knows_updates=False,
    ),
    ("ceph.rook.io", "CephFilesystem"): KindRule(
        _holds("All its files go with it, unless it has preserveFilesystemOnDelete."), knows_updates=False
    ),
    ("external-secrets.io", "ClusterSecretStore"): KindRule(_serves("No secret that comes through it is renewed.")),
    ("external-secrets.io", "ExternalSecret"): KindRule(
        _holds("The Secret that it made goes with it where its creationPolicy is Owner, which is the default.")
    ),
    ("external-secrets.io", "SecretStore"): KindRule(_serves("No secret that comes through it is renewed.")),
    ("helm.sh", "Release"): KindRule(_holds("The chart is uninstalled, with all that it made.")),
    ("longhorn.io", "Backup"): KindRule(_holds("The backup is deleted in its store."), knows_updates=False),
    ("longhorn.io", "Node"): KindRule(
        _holds("Longhorn refuses it as long as the node is there: the `up` ends half-way."), knows_updates=False
    ),
    ("longhorn.io", "Snapshot"): KindRule(_holds("The snapshot is deleted."), knows_updates=False),
    ("longhorn.io", "Volume"): KindRule(_holds("The volume goes with its data."), knows_updates=False),
    ("metallb.io", "IPAddressPool"): KindRule(_holds("Every load balancer with an address of the pool loses it.")),
    ("metallb.io", "L2Advertisement"): KindRule(_holds("Nobody in the network finds the load balancers' addresses.")),
    ("networking.k8s.io", "Ingress"): KindRule(_serves("Nothing reaches the service by its host names.")),
    ("networking.k8s.io", "IngressClass"): KindRule(
        _serves("Ingresses of the class are no longer served."), refused=("spec.controller",)
    ),
    ("networking.k8s.io", "NetworkPolicy"): KindRule(_serves("Traffic that it kept from its pods reaches them.")),
    ("nfd.k8s-sigs.io", "NodeFeatureRule"): KindRule(
        _serves("Nodes lose the labels and extended resources that it gave; new pods that need them find no place.")
    ),
    ("node.k8s.io", "RuntimeClass"): KindRule(_serves("No pod of the class is made."), refused=("handler",)),
    ("policies.kyverno.io", "GeneratingPolicy"): KindRule(
        _holds(
            "The objects that it generated go with it where it synchronizes: for a moment every namespace is without "
            "limits and quota, and new ones get none."
        )
    ),
    ("policies.kyverno.io", "MutatingPolicy"): KindRule(_serves("New objects no longer get its changes.")),
    ("policies.kyverno.io", "ValidatingPolicy"): KindRule(_serves("Objects that it refused are admitted.")),
    ("policy", "PodDisruptionBudget"): KindRule(_serves("A drain may stop all its pods at once.")),
    ("postgresql.cnpg.io", "Cluster"): KindRule(
        _holds("The database goes with it, with its volumes."), refused=("spec.postgresGID", "spec.postgresUID")
    ),
    ("postgresql.cnpg.io", "Database"): KindRule(
        _holds("The database stays in its cluster, unless its databaseReclaimPolicy is delete: then it is dropped."),
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
    ("postgresql.cnpg.io", "Pooler"): KindRule(_serves("Nothing reaches the database through it.")),
    ("postgresql.cnpg.io", "ScheduledBackup"): KindRule(_holds("It makes no more backups.")),
    ("rbac.authorization.k8s.io", "ClusterRole"): KindRule(_serves("Accounts that have it lose its permissions.")),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): KindRule(
        _serves("Accounts that have a role by this lose its permissions."), replaced_by=("roleRef",)
    ),
    ("rbac.authorization.k8s.io", "Role"): KindRule(_serves("Accounts that have it lose its permissions.")),
    ("rbac.authorization.k8s.io", "RoleBinding"): KindRule(
        _serves("Accounts that have a role by this lose its permissions."), replaced_by=("roleRef",)
    ),
    ("scheduling.k8s.io", "PriorityClass"): KindRule(
        _serves("No pod of the class is made any more; those that run go on."), refused=("value", "preemptionPolicy")
    ),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"): KindRule(
        _holds("The snapshot is deleted where its class says Delete."), knows_updates=False
    ),
    ("snapshot.storage.k8s.io", "VolumeSnapshotContent"): KindRule(
        _holds("The snapshot is deleted where it says Delete."), knows_updates=False
    ),
    ("storage.k8s.io", "CSIDriver"): KindRule(
        _holds("No volume of the driver is attached or mounted any more."),
        refused=("spec.attachRequired", "spec.volumeLifecycleModes"),
    ),
    ("storage.k8s.io", "StorageClass"): KindRule(
        _serves("No volume of the class is made any more; those that exist stay."),
        replaced_by=("parameters", "provisioner"),
        refused=("reclaimPolicy", "volumeBindingMode"),
    ),
    ("traefik.io", "IngressRoute"): KindRule(_serves("Nothing reaches the service by its host names.")),
    ("traefik.io", "Middleware"): KindRule(_serves("Traefik no longer serves the routes that name it.")),
}
"""Rules for each kind that the program writes, and for those that most labs have as well."""

CHANGED_IN_PLACE: frozenset[Kind] = frozenset({("", "ConfigMap"), ("", "Secret")})
"""Kinds whose data the provider changes in place, as the program tells it to (`enable_config_map_mutable`,
`enable_secret_mutable`). Otherwise it recreates them."""

_WEBHOOK = "From then on it may refuse or change objects that others write, or all of them where it does not answer."
ACTS_ON_OTHERS: Mapping[Kind, str] = {
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): _WEBHOOK,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): _WEBHOOK,
    ("networking.k8s.io", "NetworkPolicy"): "It may cut connections that reach its pods now.",
}
"""Kinds of which a new object changes what others may do, and why that is not known."""

MAKES_PODS: Mapping[Kind, str] = {
    ("apps", "DaemonSet"): "spec.template",
    ("apps", "Deployment"): "spec.template",
    ("apps", "StatefulSet"): "spec.template",
}
"""Controllers that replace their pods when the template changes, and where that stands."""

CLAIM: Kind = ("", "PersistentVolumeClaim")
RELEASE: Kind = ("helm.sh", "Release")


def touches(path: str, fields: tuple[str, ...]) -> bool:
    """Whether a path without indices is one of the fields, or within one."""
    return any(path == field or path.startswith(f"{field}.") for field in fields)


def covers(path: str, fields: tuple[str, ...]) -> bool:
    """Whether a path without indices is one of the fields, within one, or so coarse that one is within it."""
    return touches(path, fields) or any(field.startswith(f"{path}.") for field in fields)
