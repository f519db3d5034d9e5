"""A pod as it is written in somebody's manifest: the fields that the planner reads."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from config.notation import quantity_refusal

POD_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "ReplicationController": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    "Pod": (),
}
"""Path of the template of a controller's pods, by its kind. Other kinds make no pods, or an operator does."""


def _quantity(value: str | float) -> str | int | float:
    if refused := quantity_refusal(str(value)):
        raise ValueError(refused)
    return value


Quantity = Annotated[str | int | float, AfterValidator(_quantity)]
Weight = Annotated[int, Field(ge=1, le=100)]
"""Of a preference (k8s.io/kubernetes, pkg/apis/core/validation)."""


class _Fields(BaseModel):
    """A part of a manifest. Fields that are not read are allowed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", alias_generator=to_camel, defer_build=True)


class Amounts(_Fields):
    """Requests and limits of a container."""

    requests: dict[str, Quantity] | None = None
    limits: dict[str, Quantity] | None = None


class PodContainer(_Fields):
    """A container."""

    name: str
    image: str
    resources: Amounts | None = None


class Toleration(_Fields):
    """A taint that is tolerated."""

    key: str | None = None
    operator: Literal["Exists", "Equal"] | None = None


class Expression(_Fields):
    """A condition on labels."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"]
    values: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _has_its_values(self) -> Self:
        count = len(self.values or ())
        if self.operator in ("In", "NotIn") and not count:
            raise ValueError(f"{self.operator} needs at least one of values")
        if self.operator in ("Exists", "DoesNotExist") and count:
            raise ValueError(f"{self.operator} takes no values")
        if self.operator in ("Gt", "Lt") and count != 1:
            raise ValueError(f"{self.operator} takes one of values, a number")
        return self


class LabelSelector(_Fields):
    """Which pods are meant."""

    match_labels: dict[str, str] | None = None
    match_expressions: tuple[Expression, ...] | None = None


class NodeTerm(_Fields):
    """Which nodes are meant."""

    match_expressions: tuple[Expression, ...] | None = None


class NodeSelectorTerms(_Fields):
    """Nodes of which one must be."""

    node_selector_terms: tuple[NodeTerm, ...]


class WeightedNodes(_Fields):
    """Nodes that a pod would rather be on."""

    weight: Weight
    preference: NodeTerm


class NodeAffinity(_Fields):
    """Nodes that a pod must or would rather be on."""

    required: NodeSelectorTerms | None = Field(None, alias="requiredDuringSchedulingIgnoredDuringExecution")
    preferred: tuple[WeightedNodes, ...] | None = Field(None, alias="preferredDuringSchedulingIgnoredDuringExecution")


class PodTerm(_Fields):
    """Pods that a pod is near to, or apart from."""

    topology_key: str
    label_selector: LabelSelector | None = None


class WeightedTerm(_Fields):
    """The same as a preference."""

    weight: Weight
    pod_affinity_term: PodTerm


class PodAffinity(_Fields):
    """Pods that a pod must or would rather be near to, or apart from."""

    required: tuple[PodTerm, ...] | None = Field(None, alias="requiredDuringSchedulingIgnoredDuringExecution")
    preferred: tuple[WeightedTerm, ...] | None = Field(None, alias="preferredDuringSchedulingIgnoredDuringExecution")


class Affinity(_Fields):
    """Where a pod must be."""

    node_affinity: NodeAffinity | None = None
    pod_affinity: PodAffinity | None = None
    pod_anti_affinity: PodAffinity | None = None


class SpreadConstraint(_Fields):
    """How evenly pods are spread."""

    max_skew: Annotated[int, Field(ge=1, le=2**31 - 1)]
    topology_key: str
    when_unsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"]
    label_selector: LabelSelector | None = None


class EmptyDir(_Fields):
    """Space on the node that lives as long as the pod."""

    size_limit: Quantity | None = None


class PodVolume(_Fields):
    """A volume of a pod."""

    name: str
    empty_dir: EmptyDir | None = None


class ClaimRequests(_Fields):
    """How large a claim is."""

    storage: Quantity


class ClaimResources(_Fields):
    """Requests of a claim."""

    requests: ClaimRequests


class ClaimSpec(_Fields):
    """The `spec` of a claim."""

    storage_class_name: str | None = None
    resources: ClaimResources


class Claim(_Fields):
    """A PersistentVolumeClaim, or a template of one."""

    spec: ClaimSpec


class PodSpec(_Fields):
    """The `spec` of a pod."""

    containers: Annotated[tuple[PodContainer, ...], Field(min_length=1)]
    init_containers: tuple[PodContainer, ...] | None = None
    node_selector: dict[str, str] | None = None
    priority_class_name: str | None = None
    tolerations: tuple[Toleration, ...] | None = None
    affinity: Affinity | None = None
    topology_spread_constraints: tuple[SpreadConstraint, ...] | None = None
    volumes: tuple[PodVolume, ...] | None = None


class PodTemplate(_Fields):
    """A pod, or the template of a controller's pods."""

    spec: PodSpec
