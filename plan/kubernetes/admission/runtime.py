"""Overhead that a RuntimeClass adds to a pod (plugin/pkg/admission/runtimeclass)."""

from collections.abc import Mapping
from typing import Any

from plan.model import Pod, ResourceList


class UnknownRuntimeClass(Exception):
    """The pod names a runtime class that there is not; the message is the API server's."""


def with_overhead(spec: Mapping[str, Any], pod: Pod, runtime_classes: Mapping[str, ResourceList]) -> Pod:
    """The pod with the overhead of its class; `runtime_classes` has that by the name of the class.

    Raises UnknownRuntimeClass.
    """
    name = spec.get("runtimeClassName")
    if name is None:
        return pod
    if name not in runtime_classes:
        raise UnknownRuntimeClass(f'pod rejected: RuntimeClass "{name}" not found')
    return pod._replace(overhead=runtime_classes[name])
