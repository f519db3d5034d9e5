"""Effects of annotations and labels that mean the same on objects of every kind, as plain data.

Sources: Helm 3 (`pkg/kube/resource_policy.go`); pulumi-kubernetes v4 (`provider/pkg/metadata/annotations.go`); Argo CD
3 ("Sync Options"); Flux 2 (Kustomization, "Controlling the apply behavior of resources"); Velero 1.17 ("Resource
filtering", "File System Backup"); K8up 2 ("Annotations"); Longhorn 1.10 ("Recurring Snapshots and Backups");
ExternalDNS 0.19 ("Annotations"); cert-manager 1.19 ("Annotated Ingress resource"); reflector 9 ("Usage").
"""

from plan.changes.field_rule import FOLLOW, RETAIN, UNLESS_INTENDED, FieldRule

_KEPT = "Nothing is lost now. When it leaves what made it, it is deleted instead of kept."
_UNSAVED = "Nothing is lost now. The volume is backed up no more."
_NO_RECORD = "The name that goes leads nowhere from then on."
_UNRENEWED = "cert-manager takes another issuer for its certificate, or renews it no more."
_COPIES = "Copies of it in other namespaces go, or stay as they are."


def _annotation(name: str) -> str:
    return f"metadata.annotations.{name}"


COMMON_FIELDS: tuple[FieldRule, ...] = (
    *(
        FieldRule(_annotation(name), "leaves", "UNPROTECT", _KEPT, RETAIN, values)
        for name, values in (
            ("argocd.argoproj.io/sync-options", ("Delete=false", "Prune=false", "Prune=false,Delete=false")),
            ("helm.sh/resource-policy", ("keep",)),
            ("kustomize.toolkit.fluxcd.io/prune", ("disabled",)),
            ("pulumi.com/deletionPropagationPolicy", ("orphan",)),
        )
    ),
    FieldRule(
        _annotation("pulumi.com/replaceUnready"),
        "becomes",
        "UNPROTECT",
        "Nothing is lost now. An `up` that meets it when it is not ready deletes it and makes it anew.",
        UNLESS_INTENDED,
        ("true",),
        severity="warning",
    ),
    FieldRule(
        _annotation("pulumi.com/patchForce"),
        "becomes",
        "UPDATE",
        "Values that others wrote into it are overwritten, by hand or by an autoscaler.",
        UNLESS_INTENDED,
        ("true",),
        severity="warning",
    ),
    *(
        FieldRule(f"metadata.labels.{name}", "becomes", "UNPROTECT", _UNSAVED, UNLESS_INTENDED, ("true",))
        for name in ("velero.io/exclude-from-backup",)
    ),
    *(
        FieldRule(field, "goes", "UNPROTECT", _UNSAVED, UNLESS_INTENDED)
        for field in (
            _annotation("backup.velero.io/backup-volumes"),
            "spec.template.metadata.annotations.backup.velero.io/backup-volumes",
            _annotation("k8up.io/backupcommand"),
            "spec.template.metadata.annotations.k8up.io/backupcommand",
            "metadata.labels.recurring-job.longhorn.io/source",
            "metadata.labels.recurring-job-group.longhorn.io/default",
        )
    ),
    FieldRule(
        _annotation("k8up.io/backup"), "becomes", "UNPROTECT", _UNSAVED, UNLESS_INTENDED, ("false",), default="true"
    ),
    *(
        FieldRule(
            _annotation(f"external-dns.alpha.kubernetes.io/{name}"),
            "goes",
            "DISCONNECT",
            _NO_RECORD,
            FOLLOW,
            severity="warning",
        )
        for name in ("hostname", "internal-hostname", "target")
    ),
    *(
        FieldRule(_annotation(f"cert-manager.io/{name}"), "goes", "UPDATE", _UNRENEWED, FOLLOW, severity="warning")
        for name in ("cluster-issuer", "issuer")
    ),
    *(
        FieldRule(_annotation(name), "goes", "UPDATE", _COPIES, FOLLOW, severity="warning")
        for name in (
            "reflector.v1.k8s.emberstack.com/reflection-allowed",
            "reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
            "reflector.v1.k8s.emberstack.com/reflection-auto-namespaces",
            "replicator.v1.mittwald.de/replicate-to",
            "replicator.v1.mittwald.de/replicate-to-matching",
        )
    ),
)
"""Rules for fields that any object may have."""
