"""Names, labels and annotations of Kubernetes objects."""

from collections.abc import Collection, Mapping
from typing import Any

from plan.model import Manifest
from plan.model.fields import text

TIER_LABEL = "tier"
"""On every pod of a tier. The policies match that of its namespace, which may be called otherwise (`tier_label`)."""

SERVICE_LABEL = "homelab/service"
MANAGED_BY_LABEL = "app.kubernetes.io/managed-by"
EXCEPTION_LABEL = "homelab/exception."
"""Followed by the name of a convention that the object departs from."""

ENFORCE_LABEL = "pod-security.kubernetes.io/enforce"
"""Of a namespace: the API server refuses pods that break this Pod Security Standard."""

WITHOUT_LABEL = frozenset({"root-user", "capabilities", "writable-root", "unconfined", "cluster-rights", "no-sign-in"})
"""Exceptions of which no policy asks: the label of the namespace excuses from a Pod Security Standard."""

LIMIT_RANGE_LABEL = "homelab/limit-range"
QUOTA_LABEL = "homelab/quota"
OPT_OUT = "none"
"""Value of the two labels above with which a namespace opts out."""


NOT_AWAITED = {"pulumi.com/skipAwait": "true"}
"""Annotation of an object that never reports to be ready, so that an `up` does not wait for it until it fails."""


def manifest(
    api_version: str,
    kind: str,
    name: str,
    namespace: str | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
    marked: bool = True,
    **content: Any,
) -> Manifest:
    """A Kubernetes object, `marked` with who manages it; `content` holds its top-level fields other than metadata."""
    metadata: dict[str, Any] = {"name": name}
    if namespace:
        metadata["namespace"] = namespace
    mark = {MANAGED_BY_LABEL: "pulumi"} if marked else {}
    stated = dict(labels or {}) | {label: value for label, value in mark.items() if label not in (labels or {})}
    if stated:
        metadata["labels"] = stated
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}


def is_custom(group: str) -> bool:
    """Whether an API group is of an operator, and not of Kubernetes or one of its projects."""
    return "." in group and not group.endswith(".k8s.io")


def is_installed(group: str) -> bool:
    """Whether a chart or a file has to define the kinds of an API group. Those of Kubernetes' projects count as there,
    but for the vertical autoscaler's."""
    return is_custom(group) or group == "autoscaling.k8s.io"


def service_labels(service: str, tier: str, workload: str | None = None) -> dict[str, str]:
    """Labels of an object that belongs to a service, or to one workload of it."""
    return {
        "app.kubernetes.io/name": workload or service,
        SERVICE_LABEL: service,
        TIER_LABEL: tier,
    }


def selector(workload: str) -> dict[str, str]:
    """Labels that select the pods of a workload. They are immutable in a controller, so only the name is in them."""
    return {"app.kubernetes.io/name": workload}


def exception_labels(exceptions: Collection[str]) -> dict[str, str]:
    """Labels that excuse an object from policies."""
    return {f"{EXCEPTION_LABEL}{exception}": "true" for exception in sorted({*exceptions} - WITHOUT_LABEL)}


def api_group(manifest: Manifest) -> str:
    """The API group of an object; empty for the core group."""
    return text(manifest, "apiVersion").rpartition("/")[0]
