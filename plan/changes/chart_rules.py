"""Known effects of a change of a chart's version or values, as plain data.

A chart's templates are its author's: what another version or another value does is not known before both are rendered.
Some values mean the same in nearly every chart (the conventions of `helm create`, Bitnami's common library, and the
charts of kube-prometheus-stack, cert-manager, Kyverno, Vault and CloudNativePG): those are reported in addition.
Arguments are those of `kubernetes:helm.sh/v3:Release` (pulumi-kubernetes v4, `provider/pkg/provider/helm_release.go`).
"""

from typing import Literal, NamedTuple

from plan.changes.effects import Effect

HARMLESS_ARGUMENTS = frozenset(
    {
        "atomic",
        "cleanupOnFail",
        "compat",
        "dependencyUpdate",
        "description",
        "keyring",
        "lint",
        "maxHistory",
        "renderSubchartNotes",
        "skipAwait",
        "timeout",
        "verify",
        "waitForJobs",
    }
)
"""Arguments that say how Helm works, and not what it makes."""

MOVES = ("name", "namespace")
"""Arguments with which it is another release."""

Change = Literal["switched off", "falls", "differs"]


class ValueRule(NamedTuple):
    """Effect of a value, by its name and by the name of a field that contains it."""

    names: tuple[str, ...]
    within: tuple[str, ...]
    """One of these is above it; nothing where it may stand anywhere."""
    change: Change
    effect: Effect
    message: str


STORAGE = ("dataStorage", "persistence", "persistentVolume", "primary", "storage", "storageSpec", "volumeClaimTemplate")
VALUES: tuple[ValueRule, ...] = (
    ValueRule(
        ("enabled",),
        ("auditStorage", "dataStorage", "persistence", "persistentVolume"),
        "switched off",
        "DELETE",
        "The chart's claim goes, and its data with it where the storage class says Delete.",
    ),
    ValueRule(
        ("create", "enabled", "install", "installCRDs", "keep"),
        ("crd", "crds", "customResources", "installCRDs"),
        "switched off",
        "DELETE",
        "The chart's kinds can go, and with each of them all objects of the kind, in every namespace.",
    ),
    ValueRule(
        ("claimName", "existingClaim", "storageClass", "storageClassName", "volumeName"),
        (),
        "differs",
        "START-EMPTY",
        "The chart's pods get another volume; the data stays in the old one. A StatefulSet refuses it, half-way.",
    ),
    ValueRule(
        ("size", "storage"),
        STORAGE,
        "falls",
        "SHRINK",
        "A volume cannot become smaller: the upgrade is refused, half-way.",
    ),
    ValueRule(("replicaCount", "replicas"), (), "falls", "SCALE-DOWN", "Fewer pods run; with none the service is off."),
    ValueRule(
        ("fullnameOverride", "nameOverride"),
        (),
        "differs",
        "REPLACE",
        "All objects of the chart get other names: each is recreated, and the old ones are deleted with their claims.",
    ),
)
"""Values by which a chart loses data or stops."""
