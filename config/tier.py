"""`tiers.yaml`: one row per tier. Everything that depends on a tier comes from its row."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Model, Name, Prose, Seconds
from config.quantity import CpuPool, CpuQuantity, MemoryPool, MemoryQuantity


class ContainerDefaults(Model):
    """Defaults of a container that states nothing, and the most that one may state."""

    default_memory: MemoryQuantity
    """Memory request and limit of a container that states none."""
    default_cpu_request: CpuQuantity
    """CPU request of a container that states none."""
    max_memory: MemoryQuantity
    """Largest memory limit of one container (LimitRange)."""
    max_cpu_request: CpuQuantity
    """Largest CPU request of one container. A policy, since a LimitRange maximum would force a CPU limit."""
    max_memory_ratio: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How many times its request the memory limit of one container may be (LimitRange); left out, any number."""


class Quota(Model):
    """Sum that one namespace of the tier may request."""

    cpu: CpuPool
    """Sum of the CPU requests in a namespace."""
    memory: MemoryPool
    """Sum of the memory requests in a namespace."""
    pods: Annotated[int, Field(gt=0, le=1_000_000)]
    """Number of pods in a namespace."""
    memory_limits: MemoryPool | None = None
    """Largest sum of its pods' memory limits; left out, there is none."""
    ephemeral_storage: MemoryPool | None = None
    """Most that its pods may request of the nodes' disks; left out, there is no limit."""
    priority_classes: tuple[Name, ...] = ()
    """Only pods with the priority class of these tiers count; left out, all pods do."""


class Tier(Model):
    """How important a service is, and what follows from that."""

    description: Prose
    """A sentence on the tier, for people."""
    priority: Annotated[int, Field(ge=0, lt=1_000_000_000)]
    """Value of the tier's PriorityClass. Values from 1000000000 are Kubernetes' own."""
    preempts: bool = True
    """Whether a pending pod of this tier may push out pods of lower ones."""
    memory: Literal["guaranteed", "burstable"]
    """`guaranteed`: memory request = limit. `burstable`: the request is a share of the limit."""
    memory_request_percent: Annotated[int, Field(ge=1, le=99)] = 50
    """In a burstable tier, the request as a share of the limit where a service states none."""
    container: ContainerDefaults
    """Defaults and bounds of each container."""
    quota: Quota
    """Bounds of each namespace."""
    pod_security: Literal["restricted", "baseline"] = "restricted"
    """The Pod Security Standard of its pods. `restricted`: by convention none runs as root, has capabilities or writes
    into its root file system, unless its service states an exception. `baseline`: they run as their images say."""
    network_policies: bool = False
    """Whether pods of its namespaces take and make only the connections that the lab knows. Namespaces with charts stay
    as they are: which connections the pods of a chart need is not known."""
    shutdown_grace_seconds: Seconds
    """How long pods of this tier may take when their node shuts down."""
    gpu: bool = False
    """Whether services of this tier may use a GPU."""
