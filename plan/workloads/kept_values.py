"""Values that run and that no file holds: the parts of an object that the state keeps encrypted because of them."""

from itertools import chain

from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping
from plan.model.metadata import MANAGED_BY_LABEL

_METADATA = "metadata"
"""kubectl repeats an applied object in an annotation."""
_PODS = (("spec",), ("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec"))


def secret_outputs(manifest: Manifest) -> tuple[str, ...]:
    """Top-level fields of an object as it runs that may hold a secret which is not stated: a variable without a value
    keeps the one that runs, and a ConfigMap that was found keeps entries that look like secrets."""
    found = mapping(manifest, "metadata", "labels").get(MANAGED_BY_LABEL) != "pulumi"
    if manifest["kind"] == "ConfigMap":
        return ("data", _METADATA) if found else ()
    pods = (mapping(manifest, *path) for path in _PODS)
    containers = chain.from_iterable(entries(pod, key) for pod in pods for key in ("containers", "initContainers"))
    keeps = any(_keeps(variable) for each in containers for variable in entries(each, "env"))
    return ("spec", _METADATA) if keeps else ()


def _keeps(variable: Fields) -> bool:
    return set(variable) == {"name"}
