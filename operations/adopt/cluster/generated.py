"""The marks that generators leave on what they make."""

from collections.abc import Mapping

from observation.objects import annotations_of, labels_of
from plan.model import Manifest

_LABELS: Mapping[tuple[str, str | None], str] = {
    ("generate.kyverno.io/policy-name", None): "Kyverno",
    ("app.kubernetes.io/managed-by", "kyverno"): "Kyverno",
    ("reconcile.external-secrets.io/managed", "true"): "External Secrets",
    ("controller.cert-manager.io/fao", "true"): "cert-manager",
    ("acme.cert-manager.io/http01-solver", "true"): "cert-manager",
}
"""Labels, with their value where only that one counts, and who sets them."""
_ANNOTATIONS: Mapping[str, str] = {
    "cert-manager.io/certificate-name": "cert-manager",
    "reflector.v1.k8s.emberstack.com/reflects": "Reflector",
    "replicator.v1.mittwald.de/replicated-from-version": "the replicator",
}


def generator_of(manifest: Manifest) -> str | None:
    """The generator that made an object, by its mark."""
    labels = labels_of(manifest)
    for (label, value), generator in _LABELS.items():
        if label in labels and value in (None, labels[label]):
            return generator
    annotations = annotations_of(manifest)
    return next((generator for mark, generator in _ANNOTATIONS.items() if mark in annotations), None)
