"""What each finding means. The codes are stable; programs and people refer to them."""

from collections.abc import Mapping
from typing import NamedTuple


class Page(NamedTuple):
    """The explanation of a finding."""

    title: str
    meaning: str
    remedy: str


CATALOGUE: Mapping[str, Page] = {
    "BLOCK-VOLUME-SHARED": Page(
        "Replicas share a block volume",
        "A block volume is attached to one node at a time. Replicas on other nodes stay in ContainerCreating "
        "with FailedAttachVolume: Multi-Attach error.",
        "Use runs_as: statefulset, which gives each replica a volume of its own; or an NFS storage class; or "
        "one replica.",
    ),
    "CPU-ABOVE-CAP": Page(
        "A container requests more CPU than its tier allows",
        "Each tier caps the CPU request of one container, by a Kyverno policy. A LimitRange maximum is not "
        "used for it: the API server would turn it into a CPU limit of every container.",
        "Request less, or state exceptions.cpu-above-cap with the reason.",
    ),
    "DOES-NOT-FIT": Page(
        "Pods would stay Pending",
        "No node that the pod may run on has enough left. The nodes are filled by an estimate: highest "
        "priority first, each pod on the emptiest node. Affinity and preemption are not modelled.",
        "Request less, run fewer replicas, or add a worker.",
    ),
    "EXCEPTION-UNUSED": Page(
        "An exception without effect",
        "The service states that it departs from a convention, but it does not. Left in place it would hide "
        "the day on which it does.",
        "Remove the exception.",
    ),
    "GPU-TIGHT": Page(
        "Little is left of a GPU",
        "Time slices or video memory of a card are nearly all promised. Video memory is a budget: "
        "time-slicing does not stop a pod from taking more than its share, and then others fail.",
        "Switch a GPU service off (replicas: 0) before another is switched on, or budget less where it is not used.",
    ),
    "HOST-CPU-OVERCOMMITTED": Page(
        "Many vCPUs on few threads",
        "The machines of a host have more vCPUs for each hardware thread than the lab's policy says. CPU is "
        "compressible: nothing fails, everything waits.",
        "Give machines fewer vCPUs, or change overcommit.vcpus_per_thread of the host.",
    ),
    "HOST-MEMORY-OVERCOMMITTED": Page(
        "Machines are promised more memory than is installed",
        "Memory is not compressible. The hypervisor gets by as long as machines do not use all they have; "
        "then it swaps, or the kernel kills a machine. Memory of a machine with a passed-through device is "
        "pinned whole.",
        "Make a machine smaller. It is an error beyond overcommit.memory_percent of the host.",
    ),
    "HOST-RESERVE-UNCHECKED": Page(
        "What the hypervisor needs is not stated",
        "ZFS cache, daemons and the overhead of each machine take memory that machines cannot have. Without "
        "the figure the sum over the machines is optimistic.",
        "Write reserved_memory of the host in site.yaml.",
    ),
    "IMAGE-FLOATING": Page(
        "An image tag that changes",
        "With `latest` or no tag, a pod that moves to another node may come back as another version, and "
        "going back is not possible.",
        "Pin a version, or a digest with @sha256:.",
    ),
    "KIND-NOT-PROVIDED": Page(
        "A kind that the cluster will not know",
        "The service uses a custom resource, and no service of the lab says that its chart installs that kind.",
        "Add the service that does, or name the API group in its `provides`.",
    ),
    "LIMIT-ABOVE-MAXIMUM": Page(
        "A memory limit above the tier's maximum",
        "The LimitRange of the namespace refuses the pod: the controller reports FailedCreate, and the "
        "service is down.",
        "Lower the limit, or state exceptions.no-limit-range with the reason: then the namespace gets no LimitRange.",
    ),
    "MEMORY-NOT-BURSTABLE": Page(
        "All of the limit is requested in a burstable tier",
        "In these tiers the request stays below the limit, so that more pods fit on a node; they are evicted "
        "first when memory runs out.",
        "Leave memory_request out, or state exceptions.guaranteed-memory with the reason.",
    ),
    "MEMORY-NOT-GUARANTEED": Page(
        "Less than the limit is requested in a memory-guaranteed tier",
        "In these tiers memory request = limit, so that a pod always has what it may use and is not evicted "
        "for using it. (Kubernetes still calls such a pod Burstable: Guaranteed takes CPU limits as well.)",
        "Leave memory_request out, or state exceptions.burstable-memory with the reason.",
    ),
    "MEMORY-OVERCOMMITTED": Page(
        "Memory limits exceed what the nodes have",
        "Limits may add up to more than a node can allocate, since pods rarely use all they may at once. How "
        "far is the owner's policy; beyond it the day comes nearer on which the kubelet evicts or the kernel "
        "kills.",
        "Lower the largest limits, or add a worker. Who goes first: `homelab plan --service NAME`.",
    ),
    "NAMED-TWICE": Page(
        "Two services make the same object",
        "Names of objects follow from those of services, volumes and host names, and here two of them "
        "meet: service a with volume b-c and service a-b with volume c, for example. Each `up` would "
        "overwrite what the other made.",
        "Give one of the services, its volume or its path another name.",
    ),
    "NODES-FULL": Page(
        "Requests fill a group of nodes",
        "More than 90 % of what these nodes can allocate is requested: the next service, or the pods of a "
        "lost node, will find no place.",
        "Add a worker, or right-size what requests most.",
    ),
    "PCI-MAPPING-INCOMPLETE": Page(
        "A PCI mapping without all of its details",
        "Proxmox compares the IOMMU group and subsystem id of a mapping with the hardware at every start of "
        "the machine, and refuses to start it when they differ.",
        "Read them with `pvesh get /nodes/NODE/hardware/pci` and write them in site.yaml.",
    ),
    "QUOTA-EXCEEDED": Page(
        "A namespace asks for more than its quota",
        "The API server refuses the pods that exceed it, and they never appear: the controller reports FailedCreate.",
        "Request less, raise the tier's quota, or move a service to a namespace of its own.",
    ),
    "QUOTA-EXCEEDED-BY-JOBS": Page(
        "A namespace exceeds its quota while its jobs run",
        "What runs all the time fits, but not together with every job: a job that starts then is refused and "
        "misses its turn.",
        "Spread the schedules, request less, or raise the tier's quota.",
    ),
    "QUOTA-TIGHT": Page(
        "Little is left of a namespace's quota",
        "More than 90 % is used. A rollout needs room for one more pod of the service for a moment.",
        "Request less, raise the tier's quota, or move a service to a namespace of its own.",
    ),
    "RESIZED-AT-START": Page(
        "Live resources will differ from the plan",
        "In mode Initial the Vertical Pod Autoscaler writes its recommendation into every pod that is "
        "created. Capacity, quota and eviction are then not what was planned, and no two starts are alike.",
        "Use mode Off, which only recommends, and take over what it recommends deliberately.",
    ),
    "SCRATCH-EXCEEDS-MEMORY": Page(
        "Scratch space in memory leaves the container none",
        "An emptyDir with medium Memory counts towards the memory limit of the containers that fill it.",
        "Raise memory by the size of the scratch space, or use medium: disk.",
    ),
    "SHUTDOWN-TOO-SHORT": Page(
        "A machine is switched off before its pods have ended",
        "At shutdown the kubelet ends pods tier by tier, each tier with its grace period. Proxmox waits "
        "down_seconds and then switches the machine off: databases that still write are cut.",
        "Raise down_seconds of the machine, or shorten shutdown_grace_seconds of a tier.",
    ),
    "STORAGE-OVERCOMMITTED": Page(
        "A storage is promised more than it has",
        "A thin pool lets disks and volumes add up to more than its size, until it is full: then every write "
        "fails, of every machine on it.",
        "Make disks or volumes smaller, or move some elsewhere, and watch the pool.",
    ),
    "STORAGE-UNCHECKED": Page(
        "The size of a storage is not stated",
        "Whether what is promised fits could not be checked.",
        "Write its size in site.yaml.",
    ),
    "VOLUME-SLOTS-TIGHT": Page(
        "A node has few volume slots left",
        "The Proxmox CSI driver attaches 29 volumes to a machine and the node advertises 28. When many pods "
        "move at once, one node fills up and databases stay stuck on 'no free lun found'.",
        "Move volumes that need no block storage to NFS, or add a worker.",
    ),
}
