"""The pods that a workload makes, as its manifest has them."""

from collections.abc import Iterator

from config.pod import POD_TEMPLATES
from plan.model.fields import Fields, entries, mapping, text


def pod_template(manifest: Fields) -> Fields:
    """Metadata and specification of the pods of a workload, or of a pod itself; empty for what has no pods."""
    path = POD_TEMPLATES.get(text(manifest, "kind"))
    return {} if path is None else mapping(manifest, *path)


def pod_spec(manifest: Fields) -> Fields:
    """The specification of the pods of a workload, or of a pod itself; empty for what has no pods."""
    return mapping(pod_template(manifest), "spec")


def containers_of(spec: Fields) -> Iterator[Fields]:
    """Containers and init containers of a pod's specification."""
    yield from entries(spec, "containers")
    yield from entries(spec, "initContainers")
