"""Where the pods of a workload may and would rather run, and how they resolve names."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from config.kubernetes import LabelKey
from config.model import Address, Model, Name, Text
from config.pod import Affinity, SpreadConstraint


def _affinity(value: dict[str, Any]) -> dict[str, Any]:
    Affinity.model_validate(value)
    return value


def _spread(value: dict[str, Any]) -> dict[str, Any]:
    SpreadConstraint.model_validate(value)
    return value


class StatedToleration(Model):
    """A taint that pods tolerate."""

    key: LabelKey | None = None
    """Left out, every taint."""
    operator: Literal["Exists", "Equal"] = "Exists"
    value: str | None = None
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Left out, whatever effect it has."""


class Dns(Model):
    """How names are resolved in the pods."""

    policy: Literal["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"] | None = None
    nameservers: tuple[Address, ...] = ()
    searches: tuple[Text, ...] = ()
    options: dict[Text, str | None] = {}


class Placement(Model):
    """Where pods may and prefer to run, in addition to `node_selector`."""

    affinity: Annotated[
        dict[str, Any], AfterValidator(_affinity), WithJsonSchema({"type": "object", "additionalProperties": True})
    ] = {}
    """As in a manifest; in place of the convention for replicas."""
    spread: tuple[
        Annotated[
            dict[str, Any], AfterValidator(_spread), WithJsonSchema({"type": "object", "additionalProperties": True})
        ],
        ...,
    ] = ()
    """`topologySpreadConstraints` as in a manifest; in place of the convention for replicas."""
    tolerations: tuple[StatedToleration, ...] = ()
    runtime_class: Name | None = None
    """The runtime class; its overhead is not counted."""
    dns: Dns = Dns()
    host_names: dict[Text, Annotated[tuple[Text, ...], Field(min_length=1)]] = {}
    """Names in `/etc/hosts`, by address."""
