"""Workloads that existed before: their names, and how their pods are replaced."""

import re
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from config.kubernetes import LabelKey, LabelValue, ObjectName
from config.model import Model, Name, shown, text_like


def _share(value: object) -> int | str:
    """One message for both forms, which a union of types would not have. Raises ValueError."""
    if type(value) is int and 0 <= value <= 100:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}%", value):
        return value
    raise ValueError(f"{shown(value)} is neither a number of pods, 0 to 100, nor a share, as 25%")


Share = Annotated[
    int | str,
    PlainValidator(_share),
    WithJsonSchema(
        {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 100}, {"type": "string", "pattern": r"^\d{1,3}%$"}]}
    ),
]


PriorityClassName = Annotated[
    str, text_like(r"^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$", "a priority class, for example system-node-critical")
]


OF_KEPT_PODS = ("priority_class", "token", "service_links")
"""Keys that only pods have which stay as they are: the others have them by convention."""


class Adopted(Model):
    """Names and labels of a workload that cannot change without recreating or restarting it. Those left out follow from
    the service, as for a new one."""

    name: ObjectName | None = None
    """Name of the controller. With a dot in it, `container` says the name of the main container."""
    container: Name | None = None
    """Name of the main container."""
    service: Name | None = None
    """Name of the Kubernetes Service."""
    selector: Annotated[dict[LabelKey, LabelValue], Field(max_length=16)] = {}
    """Labels by which the controller and the Service know its pods."""
    strategy: Literal["Recreate", "RollingUpdate", "OnDelete"] | None = None
    """How pods are replaced; left out, by what they hold."""
    surge: Share | None = None
    """Of a RollingUpdate: pods more than wanted meanwhile."""
    unavailable: Share | None = None
    """Of a RollingUpdate: pods fewer than wanted meanwhile."""
    partition: Annotated[int, Field(ge=0, le=100)] | None = None
    """Of a statefulset with RollingUpdate: only replicas with this number and higher ones get a change."""
    pod_management: Literal["OrderedReady", "Parallel"] | None = None
    """Of a statefulset: whether its pods start one after the other; left out, they do."""
    ports: Literal["named", "unnamed", "none"] = "named"
    """How its containers state the ports of `ports`: with their names, without names, or not at all."""
    target: Literal["number", "name"] | None = None
    """How its Service leads to a port: by its number or by its name; left out, by number where it stays as it is."""
    volume_order: tuple[Name, ...] = ()
    """The order of the volumes of its pods, where that is another than the program's; those left out follow."""
    volume_names: Annotated[dict[Name, Name], Field(max_length=64)] = {}
    """The names that volumes have in its pods, by their keys here: where workloads call different volumes alike."""
    priority_class: PriorityClassName | None = None
    """The priority class of its pods, where that is another than its tier's, for example system-node-critical."""
    token: bool | None = None
    """Whether its pods say that they get a token (`automountServiceAccountToken`); left out, they say nothing."""
    service_links: bool | None = None
    """Whether its pods say that variables name the Kubernetes Services (`enableServiceLinks`)."""
    device_requests: bool = False
    """Whether containers that stay as they are state their devices as requests too; the limits say the same."""
    history: Annotated[int, Field(ge=0, le=100)] | None = None
    """Former versions that its controller keeps (`revisionHistoryLimit`)."""
    unnamed_port: bool = False
    """The port of its Service has no name; only one that is alone can have none."""
    as_it_is: bool = False
    """Write into its pods what is stated here and nothing else: no probes, labels, security settings or DNS options by
    convention, no labels onto their controller, and no disruption budget. Then the first `up` writes nothing and
    restarts none of them. They are less safe than others, which the plan says."""
