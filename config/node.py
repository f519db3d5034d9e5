"""`nodes.yaml`: nodes of the cluster that are not machines of a Proxmox host."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from config.kubernetes import LabelKey, LabelValue, ResourceName
from config.model import Address, Model, Prose, or_text
from config.quantity import CpuQuantity, DiskSize, MachineMemory, MemoryQuantity


class Allocatable(Model):
    """How much of a node is for pods, as its kubelet reports it (`kubectl get node NAME -o yaml`). What is left out is
    computed from the lab's kubelet settings."""

    cpu: CpuQuantity | None = None
    """CPU for pods."""
    memory: MemoryQuantity | None = None
    """Memory for pods."""
    ephemeral_storage: MemoryQuantity | None = None
    """Space for images, logs and scratch space of pods."""


class Taint(Model):
    """A taint: pods that do not tolerate it stay off the node."""

    model_config = ConfigDict(json_schema_extra=or_text)

    value: LabelValue = ""
    """Its value."""
    effect: Literal["NoSchedule", "NoExecute", "PreferNoSchedule"] = "NoSchedule"
    """`NoExecute` ends pods that run there as well, and `PreferNoSchedule` keeps none off for certain."""

    @model_validator(mode="before")
    @classmethod
    def _by_value(cls, stated: Any) -> Any:
        return {"value": stated} if isinstance(stated, str) else stated


class OutsideNode(Model):
    """A node that exists: it is counted and planned with, and never touched."""

    role: Literal["control-plane", "worker"]
    """Whether it is of the control plane."""
    address: Address | None = None
    """Its address; left out, it changes."""
    cpus: Annotated[int, Field(gt=0, le=8_192)]
    """Its CPUs."""
    memory: MachineMemory
    """Its memory."""
    ephemeral_storage: DiskSize
    """Size of the file system for images, logs and scratch space."""
    allocatable: Allocatable | None = None
    """Left out, it follows from the lab's kubelet settings."""
    pods: Annotated[int, Field(gt=0, le=10_000)] | None = None
    """How many pods it takes; left out, as many as the lab's kubelet settings say."""
    extended: dict[ResourceName, Annotated[int, Field(ge=0, le=100_000_000)]] = {}
    """Extended resources, for example `nvidia.com/gpu`."""
    labels: dict[LabelKey, LabelValue] = {}
    """Its labels, beside those that every node has."""
    taints: dict[LabelKey, Taint] = {}
    """Its taints by key, as `{dedicated: media}` or `{dedicated: {value: media, effect: NoExecute}}`."""
    volume_slots: Annotated[int, Field(ge=0, le=10_000)] | None = None
    """How many block volumes it takes; left out, as many as the lab's nodes advertise."""
    description: Prose
    """A sentence on the node, for people."""
