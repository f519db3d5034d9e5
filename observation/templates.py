"""The pods that a workload makes, as its manifest has them."""

from collections.abc import Iterator

from plan.model.fields import Fields, entries, mapping, text

_TEMPLATES = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}
"""Where the template of the pods of a workload stands."""


def pod_template(manifest: Fields) -> Fields:
    """Metadata and specification of the pods of a workload, or of a pod itself; empty for what has no pods."""
    kind = text(manifest, "kind")
    if kind == "Pod":
        return manifest
    return mapping(manifest, *_TEMPLATES[kind]) if kind in _TEMPLATES else {}


def pod_spec(manifest: Fields) -> Fields:
    """The specification of the pods of a workload, or of a pod itself; empty for what has no pods."""
    return mapping(pod_template(manifest), "spec")


def containers_of(spec: Fields) -> Iterator[Fields]:
    """Containers and init containers of a pod's specification."""
    yield from entries(spec, "containers")
    yield from entries(spec, "initContainers")
