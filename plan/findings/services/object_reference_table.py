"""Which fields of which kinds name another object, as the documentation of their projects says."""

from collections.abc import Mapping
from typing import NamedTuple

from config.pod import POD_TEMPLATES

CLUSTER_WIDE = frozenset(
    {"ClusterIssuer", "ClusterSecretStore", "ClusterRole", "VolumeSnapshotClass", "GatewayClass", "StorageClass"}
)
"""Kinds that belong to no namespace."""


class Reference(NamedTuple):
    """A field that names an object."""

    path: tuple[str, ...]
    """Of the reference: `name`, and often `kind`, `group` and `namespace`. A part that ends in `[]` is a list."""
    kinds: tuple[str, ...]
    """That it may name, the default first. Of any other kind nothing is said."""
    meets: str
    """The effect while the other is not there."""
    groups: tuple[str, ...] = ()
    """API groups of these kinds, where a reference states one."""

    @property
    def field(self) -> str:
        """The path as its owner writes it."""
        return ".".join(each.removesuffix("[]") for each in self.path)


_ISSUER = Reference(
    ("spec", "issuerRef"),
    ("Issuer", "ClusterIssuer"),
    "the certificate is never issued, and what mounts its secret does not start",
    ("cert-manager.io",),
)
_STORE = Reference(
    ("spec", "secretStoreRef"),
    ("SecretStore", "ClusterSecretStore"),
    "the secret is never written, and what reads it does not start",
)
_CLUSTER = Reference(
    ("spec", "cluster"), ("Cluster",), "the operator waits for it, and nothing is done", ("postgresql.cnpg.io",)
)
_GATEWAY = Reference(
    ("spec", "parentRefs[]"),
    ("Gateway",),
    "no Gateway takes the route, and nobody reaches its host",
    ("gateway.networking.k8s.io",),
)
_ROLE = Reference(("roleRef",), ("Role", "ClusterRole"), "its subjects have no rights", ("rbac.authorization.k8s.io",))
_SNAPSHOT = Reference(("spec", "volumeSnapshotClassName"), ("VolumeSnapshotClass",), "no snapshot is made")
_SCALED = ("Deployment", "StatefulSet")
_POOL = Reference(("spec", "ipAddressPools[]"), ("IPAddressPool",), "addresses of that pool are never announced")

REFERENCES: Mapping[tuple[str, str], tuple[Reference, ...]] = {
    ("cert-manager.io", "Certificate"): (_ISSUER,),
    ("cert-manager.io", "CertificateRequest"): (_ISSUER,),
    ("external-secrets.io", "ExternalSecret"): (_STORE,),
    ("external-secrets.io", "PushSecret"): (_STORE._replace(path=("spec", "secretStoreRefs[]")),),
    ("postgresql.cnpg.io", "Cluster"): (
        Reference(
            ("spec", "plugins[]", "parameters", "barmanObjectName"),
            ("ObjectStore",),
            "no log is archived, no backup is made, and the log fills the volume",
        ),
        _SNAPSHOT._replace(path=("spec", "backup", "volumeSnapshot", "className"), meets="every backup fails"),
    ),
    ("postgresql.cnpg.io", "Backup"): (_CLUSTER,),
    ("postgresql.cnpg.io", "Database"): (_CLUSTER,),
    ("postgresql.cnpg.io", "Pooler"): (_CLUSTER,),
    ("postgresql.cnpg.io", "ScheduledBackup"): (_CLUSTER,),
    **{
        ("gateway.networking.k8s.io", kind): (_GATEWAY,)
        for kind in ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
    },
    ("metallb.io", "BGPAdvertisement"): (_POOL,),
    ("metallb.io", "L2Advertisement"): (_POOL,),
    ("traefik.io", "Middleware"): (
        Reference(
            ("spec", "chain", "middlewares[]"),
            ("Middleware",),
            "Traefik leaves every route with it out, and answers with 404",
        ),
    ),
    ("traefik.io", "IngressRoute"): (
        Reference(
            ("spec", "routes[]", "middlewares[]"),
            ("Middleware",),
            "Traefik leaves the route out, and answers with 404",
        ),
        Reference(("spec", "tls", "options"), ("TLSOption",), "Traefik leaves the route out, and answers with 404"),
    ),
    ("volsync.backube", "ReplicationSource"): (
        Reference(("spec", "sourcePVC"), ("PersistentVolumeClaim",), "nothing is ever copied"),
        *(
            _SNAPSHOT._replace(path=("spec", mover, "volumeSnapshotClassName"), meets="nothing is ever copied")
            for mover in ("restic", "rclone", "rsyncTLS")
        ),
    ),
    ("snapshot.storage.k8s.io", "VolumeSnapshot"): (
        Reference(("spec", "source", "persistentVolumeClaimName"), ("PersistentVolumeClaim",), "no snapshot is made"),
        _SNAPSHOT,
    ),
    ("autoscaling", "HorizontalPodAutoscaler"): (
        Reference(("spec", "scaleTargetRef"), _SCALED, "nothing is ever scaled", ("apps",)),
    ),
    ("autoscaling.k8s.io", "VerticalPodAutoscaler"): (
        Reference(("spec", "targetRef"), (*_SCALED, "DaemonSet"), "nothing is ever recommended", ("apps",)),
    ),
    ("keda.sh", "ScaledObject"): (Reference(("spec", "scaleTargetRef"), _SCALED, "nothing is ever scaled", ("apps",)),),
    ("rbac.authorization.k8s.io", "RoleBinding"): (_ROLE,),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (_ROLE,),
}
"""By API group and kind."""

_CONFIG_MAP = "its pods stay in ContainerCreating or CreateContainerConfigError"
_IN_PODS: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("volumes[]", "configMap"), ("ConfigMap",), _CONFIG_MAP),
    (("containers[]", "envFrom[]", "configMapRef"), ("ConfigMap",), _CONFIG_MAP),
    (("containers[]", "env[]", "valueFrom", "configMapKeyRef"), ("ConfigMap",), _CONFIG_MAP),
    (("volumes[]", "persistentVolumeClaim", "claimName"), ("PersistentVolumeClaim",), "its pods stay Pending"),
    (("serviceAccountName",), ("ServiceAccount",), "the API server refuses its pods"),
)

_IN_CONTROLLERS: Mapping[str, tuple[Reference, ...]] = {
    "StatefulSet": (
        Reference(("spec", "serviceName"), ("Service",), "its pods have no names in DNS, and do not find each other"),
    )
}

OF_PODS_AND_ROUTES: Mapping[tuple[str, str], tuple[Reference, ...]] = {
    **{
        (group, kind): (
            *(Reference((*POD_TEMPLATES[kind], "spec", *path), kinds, meets) for path, kinds, meets in _IN_PODS),
            *_IN_CONTROLLERS.get(kind, ()),
        )
        for group, kind in (
            ("apps", "Deployment"),
            ("apps", "StatefulSet"),
            ("apps", "DaemonSet"),
            ("batch", "Job"),
            ("batch", "CronJob"),
            ("", "Pod"),
        )
    },
    ("networking.k8s.io", "Ingress"): (
        Reference(
            ("spec", "rules[]", "http", "paths[]", "backend", "service"), ("Service",), "visitors get an error page"
        ),
        Reference(("spec", "defaultBackend", "service"), ("Service",), "visitors get an error page"),
    ),
    ("rbac.authorization.k8s.io", "RoleBinding"): (
        Reference(("subjects[]",), ("ServiceAccount",), "nobody has its rights"),
    ),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): (
        Reference(("subjects[]",), ("ServiceAccount",), "nobody has its rights"),
    ),
}
"""Of objects of Kubernetes itself, in a lab that makes its cluster: where it is adopted they may exist already."""

OF_KUBERNETES = frozenset({("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")})
"""Kind and name of what each namespace has by itself."""

ROLES_OF_KUBERNETES = frozenset({"admin", "cluster-admin", "edit", "view"})
"""ClusterRoles that each cluster has, besides those whose names begin with system:."""

MADE_BY_OPERATORS = frozenset({"ConfigMap", "PersistentVolumeClaim", "Service", "ServiceAccount"})
"""Kinds of which an operator may make some for an object of its own."""

ANNOTATIONS: Mapping[str, Reference] = {
    "cert-manager.io/cluster-issuer": Reference(("cert-manager.io/cluster-issuer",), ("ClusterIssuer",), _ISSUER.meets),
    "cert-manager.io/issuer": Reference(("cert-manager.io/issuer",), ("Issuer",), _ISSUER.meets),
}
"""Of any object: cert-manager reads them from Ingresses and Gateways."""

MADE_BY_CHARTS: Mapping[str, frozenset[str]] = {
    "ClusterIssuer": frozenset({"cert-manager-issuers", "raw", "step-issuer", "trust-manager"}),
    "ClusterSecretStore": frozenset({"raw", "bitwarden-sdk-server"}),
}
"""Charts that make objects which belong to no namespace. One in a namespace may be made by any chart of it."""

MAKE_NO_CLAIMS = frozenset({"k8up.io", "longhorn.io", "velero.io", "volsync.backube"})
"""API groups of backups, whose operators make no claims that others name."""

MADE_BY_HAND = frozenset({"SecretStore"})
"""Kinds, with those for all namespaces, that are made by hand once: they hold the first secret of a cluster."""
