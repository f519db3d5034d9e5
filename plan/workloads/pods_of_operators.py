"""Custom kinds, and whether an operator makes pods of their objects.

By the operators' own reference of each kind. Pods that run for some minutes only (a backup, a check) do not count.
"""

from collections.abc import Mapping

from plan.model.metadata import is_custom

GROUPS_WITHOUT_PODS = frozenset(
    {
        "bitnami.com",
        "cert-manager.io",
        "cilium.io",
        "crd.projectcalico.org",
        "external-secrets.io",
        "gateway.envoyproxy.io",
        "gateway.networking.k8s.io",
        "generators.external-secrets.io",
        "k8s.cni.cncf.io",
        "keda.sh",
        "kyverno.io",
        "metallb.io",
        "monitoring.coreos.com",
        "nfd.k8s-sigs.io",
        "notification.toolkit.fluxcd.io",
        "policies.kyverno.io",
        "snapshot.storage.k8s.io",
        "source.toolkit.fluxcd.io",
        "traefik.io",
        "trust.cert-manager.io",
    }
)
"""API groups of which no kind makes pods but those of `_WITH_PODS`."""

_WITH_PODS: Mapping[str, frozenset[str]] = {
    "gateway.envoyproxy.io": frozenset({"EnvoyProxy"}),
    "monitoring.coreos.com": frozenset({"Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"}),
}

_WITHOUT_PODS: Mapping[str, frozenset[str]] = {
    "ceph.rook.io": frozenset(
        {"CephBlockPool", "CephClient", "CephFilesystemSubVolumeGroup", "CephObjectStoreUser", "CephObjectRealm"}
    ),
    "grafana.integreatly.org": frozenset(
        {
            "GrafanaAlertRuleGroup",
            "GrafanaContactPoint",
            "GrafanaDashboard",
            "GrafanaDatasource",
            "GrafanaFolder",
            "GrafanaMuteTiming",
            "GrafanaNotificationPolicy",
        }
    ),
    "k8s.mariadb.com": frozenset({"Connection", "Database", "Grant", "User"}),
    "kafka.strimzi.io": frozenset({"KafkaConnector", "KafkaRebalance", "KafkaTopic", "KafkaUser"}),
    "longhorn.io": frozenset({"BackingImage", "BackupTarget", "Node", "Setting", "Volume"}),
    "postgresql.cnpg.io": frozenset(
        {
            "Backup",
            "ClusterImageCatalog",
            "Database",
            "ImageCatalog",
            "Publication",
            "ScheduledBackup",
            "Subscription",
        }
    ),
    "tailscale.com": frozenset({"ProxyClass"}),
    "velero.io": frozenset({"Backup", "BackupStorageLocation", "Restore", "Schedule", "VolumeSnapshotLocation"}),
}
"""Kinds without pods in groups of which others make some."""


def may_make_pods(group: str, kind: str) -> bool:
    """Whether an operator makes pods of such an object, or this is not known."""
    if group in GROUPS_WITHOUT_PODS:
        return kind in _WITH_PODS.get(group, frozenset())
    return is_custom(group) and kind not in _WITHOUT_PODS.get(group, frozenset())
