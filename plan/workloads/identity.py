"""Names of a workload and of what belongs to it: by convention, or as they were before."""

from collections.abc import Mapping
from typing import NamedTuple

from config.service.container import Workload as WorkloadConfig
from plan.model.metadata import selector


class Identity(NamedTuple):
    """Names of a workload and its parts."""

    name: str
    """Of its controller."""
    container: str
    """Of its main container."""
    service: str
    """Of its Kubernetes Service."""
    selector: Mapping[str, str]
    """Labels that know its pods."""


def identity(name: str, config: WorkloadConfig) -> Identity:
    """Names of a workload whose controller has a name."""
    adopted = config.adopt
    return Identity(
        name=name,
        container=adopted.container or name,
        service=adopted.service or name,
        selector=adopted.selector or selector(name),
    )
