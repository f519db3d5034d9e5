"""Where the pods of a workload may and would rather run, and how they resolve names."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, WithJsonSchema, model_validator

from config.kubernetes import LabelKey, NodeName
from config.model import Address, Model, Name, Text, shown
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
    """`Equal` compares the value as well."""
    value: str | None = None
    """Of `operator: Equal`."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """Left out, whatever effect it has."""
    seconds: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None
    """Of `effect: NoExecute`: how long a pod stays on a node that gets the taint; left out, for good."""

    @model_validator(mode="after")
    def _has_its_operator(self) -> Self:
        if self.value and self.operator == "Exists":
            raise ValueError(f"with value {shown(self.value)}, operator is Equal: write operator: Equal")
        if self.key is None and self.operator == "Equal":
            raise ValueError("without a key, every taint is tolerated: leave operator out, or name the key")
        if self.seconds is not None and self.effect != "NoExecute":
            raise ValueError(
                "seconds is for pods that are evicted by a taint: write effect: NoExecute, or leave it out"
            )
        return self


class Dns(Model):
    """How names are resolved in the pods."""

    policy: Literal["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"] | None = None
    """Who is asked for names; left out, the cluster, which asks the node's servers for others."""
    nameservers: Annotated[tuple[Address, ...], Field(max_length=3)] = ()
    """Name servers beside those of the policy."""
    searches: Annotated[tuple[Text, ...], Field(max_length=32)] = ()
    """Domains in which short names are looked up."""
    options: dict[Text, str | None] = {}
    """Options of resolv.conf, as `{ndots: "1"}`."""

    @model_validator(mode="after")
    def _has_a_server(self) -> Self:
        if self.policy == "None" and not self.nameservers:
            raise ValueError("policy None needs nameservers: the pods have no others")
        return self


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
    """Taints that its pods tolerate."""
    node: NodeName | None = None
    """The node that its pods are bound to, past the scheduler (`nodeName`)."""
    runtime_class: Name | None = None
    """The runtime class; its overhead is not counted."""
    dns: Dns = Dns()
    """How its pods resolve names."""
    hostname: Name | None = None
    """The host name that a pod sees as its own; left out, the pod's name."""
    subdomain: Name | None = None
    """The headless Kubernetes Service below whose name a pod's host name is found in DNS."""
    host_names: dict[Text, Annotated[tuple[Text, ...], Field(min_length=1)]] = {}
    """Names in `/etc/hosts`, by address."""
