"""What each finding means. The codes are stable; programs and people refer to them."""

from collections.abc import Mapping
from typing import NamedTuple


class Page(NamedTuple):
    """The explanation of a finding."""

    title: str
    meaning: str
    remedy: str


CATALOGUE: Mapping[str, Page] = {
    "ADDRESS-TAKEN": Page(
        "An address of the lab is in use already",
        "Another machine, container or host of this Proxmox is configured with the address, or its guest agent "
        "reports it. Two machines with one address are reached in turns. Devices that Proxmox does not know of (a "
        "printer, a lease of the router) cannot be asked.",
        "Choose another address, or take it from the other machine.",
    ),
    "AGENT-DIFFERS": Page(
        "The guest agent is on in one place and off in the other",
        "Proxmox asks a guest agent for addresses and to freeze file systems during a backup where its "
        "configuration says that there is one. On an adopted machine an `up` does not change that.",
        "Write guest_agent as it is, or install qemu-guest-agent and switch it on: `qm set VMID --agent 1`.",
    ),
    "AGENT-OFF": Page(
        "A created node without a guest agent",
        "The script that makes a machine a node starts the guest agent last. Pulumi waits for the agent, and so "
        "goes on when the node is there. Without it, what comes next would go into a cluster that is not there yet.",
        "Leave guest_agent out: it is true unless stated.",
    ),
    "AGENT-SILENT": Page(
        "Proxmox counts on a guest agent that does not answer",
        "Whenever Pulumi reads a machine whose agent is switched on, it asks for its addresses, and waits up to "
        "15 minutes for an answer. With several such machines an `up` takes hours.",
        "Start qemu-guest-agent in the machine, or switch it off in Proxmox: `qm set VMID --agent 0`.",
    ),
    "AGENT-UNCHECKED": Page(
        "Whether a guest agent answers could not be checked",
        "The token may not ask it. If the agent is switched on in Proxmox and does not answer, Pulumi waits up to "
        "15 minutes whenever it reads the machine.",
        "Give the token VM.GuestAgent.Audit on /vms.",
    ),
    "AUTOSCALER-DOES-NOT-FIT": Page(
        "An autoscaler may ask for more pods than find a place",
        "Everything fits while the autoscalers are at their minimum. Under load, all of them at once, the pods above "
        "stay Pending: the service gets no faster.",
        "Lower max_replicas to what fits, request less, or add a worker.",
    ),
    "AUTOSCALER-EXCEEDS-QUOTA": Page(
        "An autoscaler may ask for more than the quota allows",
        "The API server refuses pods above the quota. The autoscaler goes on asking, and the service gets no faster.",
        "Lower max_replicas to what the message says, or raise the tier's quota.",
    ),
    "BLOCK-VOLUME-SHARED": Page(
        "Replicas share a block volume",
        "A block volume is attached to one node at a time. Replicas on other nodes stay in ContainerCreating "
        "with FailedAttachVolume: Multi-Attach error.",
        "Use runs_as: statefulset, which gives each replica a volume of its own; or an NFS storage class; or "
        "one replica.",
    ),
    "BRIDGE-DIFFERS": Page(
        "A bridge is not as networks.yaml says",
        "Without VLAN awareness, or without the VLAN among those that it carries, a machine on a VLAN of this "
        "bridge starts and reaches nothing.",
        "Correct networks.yaml, or the bridge on the host. Any change to a bridge reloads the network of the whole "
        "host.",
    ),
    "BRIDGE-MISSING": Page(
        "A bridge is not there",
        "Machines on it do not start: bridge does not exist.",
        "Write the bridge's name as the host has it, or make it on the host. The program makes no bridges.",
    ),
    "CHANGES-PENDING": Page(
        "The next start of a machine will change it",
        "Proxmox keeps what cannot be changed while a machine runs until it is started again. Whoever restarts it "
        "then, for whatever reason, gets more than a restart.",
        "Restart the machine when that suits, or take the changes back: `qm set VMID --revert KEYS`.",
    ),
    "CLOCK-DIFFERS": Page(
        "The clocks of this machine and of a host are apart",
        "Certificates and join tokens are dated by the machine that runs the program. A node starts with the clock "
        "of its host: where that lags, the cluster's certificates are not valid yet; where it is ahead, tokens "
        "have expired. Above 5 seconds it is a warning, above a minute an error.",
        "Set both clocks by NTP.",
    ),
    "CLUSTER-HALF-ADOPTED": Page(
        "Nodes of two clusters",
        "The control plane is created or it is adopted, as a whole: the keys of one that exists are not known to "
        "the program. Where it is created, a worker that runs already would stay with the cluster that it knows. "
        "The other way round is fine: created workers join an adopted control plane.",
        "Adopt the control plane with its workers, or create both.",
    ),
    "CONTROL-PLANE-ON-ONE-HOST": Page(
        "One host has the majority of the control plane",
        "Several control planes survive the loss of one, and of a host only if no host has more than half of them. "
        "The cluster's memory, etcd, needs a majority; without one nothing is started, moved or scaled.",
        "Spread them over three hosts or more.",
    ),
    "CPU-ABOVE-CAP": Page(
        "A container requests more CPU than its tier allows",
        "Each tier caps the CPU request of one container, by a Kyverno policy. A LimitRange maximum is not "
        "used for it: the API server would turn it into a CPU limit of every container.",
        "Request less, or state exceptions.cpu-above-cap with the reason.",
    ),
    "CPU-SOCKETS": Page(
        "A machine with several CPU sockets",
        "vCPUs are written as the cores of one socket. The number of sockets of an adopted machine stays as it "
        "is, so it would get that many times the vCPUs that are stated.",
        "Give it one socket with all cores: `qm set VMID --sockets 1 --cores N`. It has them from its next start.",
    ),
    "CREDENTIALS-UNCHECKED": Page(
        "When certificates and tokens end could not be checked",
        "kubeadm renews a cluster's certificates with each upgrade of Kubernetes. A cluster that is not upgraded for a "
        "year is not reached any more when they end, by the kubelets neither. Of a cluster that is adopted the lab "
        "does not say when that is; of one that it makes, an `up` renews the administrator's.",
        "Run `kubeadm certs check-expiration` on a control plane, and `kubeadm certs renew all` before they end.",
    ),
    "DATABASE-ON-NFS": Page(
        "A database has its files on NFS",
        "A database waits for its disk with every commit, and relies on locks. An NFS server that is restarted or "
        "overloaded makes it wait, and may forget the locks: then two servers write the same files.",
        "Use a block storage class. Backups are well placed on NFS.",
    ),
    "DISK-ATTACHED-TWICE": Page(
        "One disk in two slots",
        "A disk that is written through two slots, of two machines or of one, is destroyed: neither knows what "
        "the other has written.",
        "Stop the machine that it does not belong to, and detach it there. Then check the file system.",
    ),
    "DISK-ELSEWHERE": Page(
        "A disk on another storage than stated",
        "The plan counts it on the wrong storage. An `up` ignores disks and moves none.",
        "Write the storage that it is on; or move it: `qm disk move VMID DISK STORAGE`.",
    ),
    "DISK-MISSING": Page(
        "A disk of the lab is not there",
        "The machine has nothing in that slot, or a volume of the CSI driver. An `up` ignores disks and adds none.",
        "Write the disks that it has.",
    ),
    "DISK-NOT-LISTED": Page(
        "A disk that the lab does not list",
        "Nothing counts it, and the machine would not have it if it were made anew from its description. Volumes "
        "that the CSI driver attaches come and go, and are not meant.",
        "Write the disks that the machine has; or detach the disk if it belongs to another.",
    ),
    "DISK-SHRINKS": Page(
        "A disk that would have to become smaller",
        "No tool makes a disk smaller: what is at its end would be lost.",
        "Write the size that it has. To have it smaller, copy what is on it to a new disk.",
    ),
    "DISK-SIZE-UNKNOWN": Page(
        "Proxmox does not say how large a disk is",
        "Its configuration has no size, so the stated size could not be checked.",
        "Have Proxmox look: `qm disk rescan --vmid VMID`.",
    ),
    "DISK-SPEED-DIFFERS": Page(
        "A limit of a disk's speed is not as stated",
        "The limit keeps one machine from taking the whole disk that many lie on. An `up` ignores disks and sets none.",
        "Write the limit that it has; or set it in Proxmox: Hardware, the disk, Edit, Bandwidth.",
    ),
    "DISK-TO-GROW": Page(
        "A disk that is smaller than stated",
        "An `up` ignores disks, because an update of them detaches the volumes that the CSI driver attached. A "
        "disk is grown on the host, while the machine runs; then its file system has to follow.",
        "`qm disk resize VMID DISK SIZE`, with the whole size and not what is added.",
    ),
    "DISK-WRITES-OVERCOMMITTED": Page(
        "Machines may write more than their disk can",
        "Machines that share a physical disk share what it writes. One that writes all that it may, a backup for "
        "example, holds up etcd, databases and every other machine there. A disk whose speed is not stated is not "
        "checked.",
        "Lower write_mb_per_second of the machines that need it least, or move some to another disk.",
    ),
    "DOES-NOT-FIT": Page(
        "Pods would stay Pending",
        "No node takes the pod. All pods are placed with the filters, scores and preemption of kube-scheduler, the "
        "most important first; the message ends in the scheduler's own words.",
        "Do one of what the finding names. Each was tried in the plan, alone, with everything else as it is: after "
        "it nothing waits that did not wait before. For more than a few workloads at once only the first are tried.",
    ),
    "DRAIN-DOES-NOT-END": Page(
        "A node cannot be drained",
        "A drain evicts pods as their disruption budgets allow. Where those that have gone find no place elsewhere, "
        "the budget lets no more go, and `kubectl drain` tries for ever: an upgrade of the nodes stops there.",
        "Make room for them elsewhere first, as the message says; or scale what is held back down for the time of the "
        "drain.",
    ),
    "ETCD-ON-HARD-DISK": Page(
        "The disk of etcd is a hard disk",
        "etcd writes every change through to its disk before it answers. On a hard disk that other machines write to "
        "as well this takes seconds at times: requests to the API server time out, leaders are elected anew, and "
        "controllers restart.",
        "Put the disk of the control plane on an SSD.",
    ),
    "EXCEPTION-UNUSED": Page(
        "An exception without effect",
        "The service states that it departs from a convention, but it does not. Left in place it would hide "
        "the day on which it does.",
        "Remove the exception.",
    ),
    "FILE-STORAGE-MISSING": Page(
        "Nowhere to put the files of cloud-init",
        "A created node is set up by two files, snippets in the words of Proxmox, on a storage of its host. "
        "Snippets have to be among the contents of that storage: `pvesm set local --content ...,snippets,import`.",
        "Write file_storage of the host in site.yaml.",
    ),
    "GPU-NOT-SHARED": Page(
        "A node has a GPU that nobody can ask for",
        "The taint that keeps other pods off the node, the resources that services ask for, and the label by which "
        "they find the card all follow from platform.gpu. Without it the node is filled as any other.",
        "Write platform.gpu in cluster.yaml, or take the device out of the machine.",
    ),
    "GPU-TIGHT": Page(
        "Little is left of a GPU",
        "Time slices or video memory of a card are nearly all promised. Video memory is a budget: "
        "time-slicing does not stop a pod from taking more than its share, and then others fail.",
        "Switch a GPU service off (replicas: 0) before another is switched on, or budget less where it is not used.",
    ),
    "HARDWARE-DIFFERS": Page(
        "The next `up` changes a machine",
        "vCPUs, memory and start order of a machine are written as they are stated. An adopted machine gets them "
        "with its next start; one that the program made is restarted.",
        "Nothing if that is meant; or write what it has.",
    ),
    "HOST-CPU-OVERCOMMITTED": Page(
        "Many vCPUs on few threads",
        "The machines of a host have more vCPUs for each hardware thread than the lab's policy says. CPU is "
        "compressible: nothing fails, everything waits.",
        "Give machines fewer vCPUs, or change overcommit.vcpus_per_thread of the host.",
    ),
    "HOST-DIFFERS": Page(
        "The hardware of a host is not what site.yaml says",
        "The plan reckons what fits with the stated memory and threads. The memory that a host shows may be up to "
        "5% less than what is installed: the firmware and the kernel keep some.",
        "Write the figures that the host has.",
    ),
    "HOST-MEMORY-OVERCOMMITTED": Page(
        "Machines are promised more memory than is installed",
        "Memory is not compressible. The hypervisor gets by as long as machines do not use all they have; "
        "then it swaps, or the kernel kills a machine. Memory of a machine with a passed-through device is "
        "pinned whole.",
        "Make a machine smaller. It is an error beyond overcommit.memory_percent of the host.",
    ),
    "HOST-MEMORY-SHORT": Page(
        "The host has too little memory for what would be started",
        "Counted is what was promised: for each running machine its whole memory and its overhead, touched or not, "
        "ballooned or not; what the hypervisor itself uses, ZFS cache and containers included, or reserved_memory "
        "if that is more; and for each machine to start its memory and its overhead, a sixteenth of it (34 GiB for "
        "one of 32 GiB). What KSM saves is not counted on: it may end at any write. It is a warning where "
        "overcommit.memory_percent permits it and the memory is available now.",
        "Make a machine smaller, or stop one that is not needed.",
    ),
    "HOST-MISSING": Page(
        "A host is not there",
        "Proxmox does not know a node of this name, or it is not online. Nothing about it could be checked.",
        "Write the node's name as Proxmox has it, or start the host.",
    ),
    "HOST-RESERVE-UNCHECKED": Page(
        "What the hypervisor needs is not stated",
        "ZFS cache, daemons and the overhead of each machine take memory that machines cannot have. Without "
        "the figure the sum over the machines is optimistic.",
        "Write reserved_memory of the host in site.yaml.",
    ),
    "HOST-UNCHECKED": Page(
        "Something about the live host could not be checked",
        "The token may not read it, Proxmox refused, or its answer was not understood. Proxmox leaves out of its "
        "lists what a token may not see: then what is not there may only be hidden. What was not checked is never "
        "taken for a pass.",
        "Give the token the privilege that the message names; docs/preflight.md has the roles.",
    ),
    "IMAGE-FLOATING": Page(
        "An image tag that changes",
        "With `latest` or no tag, a pod that moves to another node may come back as another version, and "
        "going back is not possible.",
        "Pin a version, or a digest with @sha256:.",
    ),
    "IOMMU-GROUP-SHARED": Page(
        "A device shares its IOMMU group with others",
        "Devices of a group cannot be told apart by the IOMMU. When the machine starts, the host loses all of "
        "them, its disks or network among them.",
        "Put the card into another slot, or pass the whole group to the same machine.",
    ),
    "IOMMU-OFF": Page(
        "The IOMMU of a host is off",
        "Without it no PCI device can be passed through: the machine does not start.",
        "Turn on VT-d or AMD-Vi in the BIOS of the host, and intel_iommu=on on its kernel's command line for an "
        "Intel processor.",
    ),
    "JOB-DOES-NOT-FIT": Page(
        "A job finds no place beside what runs",
        "The pod of the job was placed beside everything that runs all the time, and no node takes it: it waits until"
        " its deadline, every time. A backup that never runs is noticed when it is needed.",
        "Request less, or add a worker.",
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
    "LIMIT-ABOVE-RATIO": Page(
        "A memory limit too far above its request",
        "Where a tier says how many times its request a limit may be (max_memory_ratio), the LimitRange of the "
        "namespace refuses what is further apart: the controller reports FailedCreate, and the service is down.",
        "Request more memory, lower the limit, or state exceptions.no-limit-range with the reason.",
    ),
    "MACHINE-DIFFERS": Page(
        "The machine to adopt is another one",
        "The machine with this VMID is on another host or has another name. Adopting it would write this machine's "
        "name, vCPUs and memory to it.",
        "Write vmid, name and host of the machine as Proxmox has them.",
    ),
    "MACHINE-HA-MANAGED": Page(
        "Proxmox's high availability manages a machine",
        "It starts, stops and moves the machine on its own. On another host Pulumi takes it for another machine "
        "that has to be replaced, and what `up` stops is started again.",
        "Remove it from high availability: `ha-manager remove vm:VMID`.",
    ),
    "MACHINE-HALF-MADE": Page(
        "An interrupted `up` seems to have left a machine half made",
        "A machine is cloned first and set up then. Where the answer about the clone is lost, Pulumi does not know of "
        "it, clones again, and Proxmox refuses: the VMID is taken. No number of retries helps: a lost connection the "
        "provider does not try again, and on a second try it takes any machine that has the VMID for its clone.",
        "Where it is such a clone, which holds nothing yet, `qm destroy VMID`, and run the `up` again. If Proxmox "
        "says that it is locked (clone), `qm unlock VMID` first.",
    ),
    "MACHINE-LOCKED": Page(
        "A machine is locked",
        "A backup, a snapshot, a clone or a migration is at work on it, or was broken off. Until that is over "
        "Proxmox refuses every change.",
        "Wait. If nothing is running, `qm unlock VMID`.",
    ),
    "MACHINE-MISSING": Page(
        "The machine to adopt is not there",
        "Proxmox shows no machine with this VMID: nothing has it, or a container, a template, or a machine that the "
        "token may not see. The import would fail.",
        "Write the vmid that it has. A machine that is to be made has a template instead of adopt: true.",
    ),
    "MEMORY-BALLOONS": Page(
        "Proxmox may take memory from a machine",
        "With a balloon smaller than its memory, a machine is shrunk when the host has little left. A kubelet "
        "does not notice: it promises pods memory that is gone.",
        "Give it all of its memory: `qm set VMID --balloon 0`. It has it from its next start.",
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
    "NAMES-RESOLVED-INSIDE": Page(
        "The nodes ask the cluster for names",
        "A node that asks a service of its own cluster for names finds no image registry while that service is away. "
        "After a power cut it is away, and to start it again a node may need its image.",
        "Give the nodes a name server outside of the cluster as well.",
    ),
    "NETWORK-DIFFERS": Page(
        "An interface is not as stated",
        "Its bridge, VLAN, MAC address or address is another one. On an adopted machine an `up` does not change that.",
        "Write what the machine has, or change it on the host.",
    ),
    "NODE-BEFORE-CONTROL-PLANE": Page(
        "A node starts before the control plane",
        "When their host starts, machines start by their order. A node that starts before the API server runs "
        "nothing until that answers.",
        "Give the control plane the lowest order of the nodes.",
    ),
    "NODE-LOSS-DOES-NOT-FIT": Page(
        "The loss of a node is not survived",
        "Everything has a place while all nodes are there. When the one that is named dies, some pods that run today "
        "find none, though other nodes could take them if there were room. What only that node could take, as the "
        "pods of the only GPU, is not meant.",
        "Do one of the things that the message names: each was tried, for every node whose loss is not survived.",
    ),
    "NODE-OVERCOMMITTED": Page(
        "Memory limits exceed what single nodes have",
        "The nodes of a group keep to the lab's policy together, but the scheduler spreads pods by what they request, "
        "not by their limits: on some nodes those add up to more. Where pods are is an estimate.",
        "Lower the largest limits of what runs there, or bring requests closer to limits.",
    ),
    "NODES-FULL": Page(
        "Requests fill a group of nodes",
        "More than 90% of what these nodes can allocate is requested: the next service, or the pods of a "
        "lost node, will find no place.",
        "Add a worker, or right-size what requests most.",
    ),
    "NOT-STARTED-WITH-HOST": Page(
        "A machine stays off when its host starts",
        "After a power cut it would have to be started by hand. On an adopted machine an `up` does not change that.",
        "`qm set VMID --onboot 1`.",
    ),
    "PATCH-INVALID": Page(
        "A patched object makes no valid pod",
        "The API server would refuse the object, or the planner would not know its pods: a field has the wrong "
        "shape, or a quantity is none.",
        "Correct the patch where the message says.",
    ),
    "PATCH-UNKNOWN": Page(
        "A patch of an object that is not written",
        "A patch changes an object that the program writes for the service. There is none of that kind and name, "
        "so that the patch would change nothing.",
        "Name an object that `homelab explain SERVICE` lists, or change the object in its own file.",
    ),
    "PCI-DEVICE-BY-ADDRESS": Page(
        "A PCI device is passed through by its address",
        "Proxmox lets root alone do that, with a password and not with an API token: an `up` could never change "
        "it. And after a change of hardware another device may have the address.",
        "Make a mapping of the device, and pass that through: `qm set VMID --hostpci0 mapping=NAME,pcie=1`.",
    ),
    "PCI-DEVICE-DIFFERS": Page(
        "A PCI device is not what site.yaml says",
        "Proxmox compares id, subsystem and IOMMU group of a mapping with the hardware at every start, and refuses "
        "to start the machine when one differs. A change of slot, BIOS or kernel may change the group.",
        "Write what the host says.",
    ),
    "PCI-DEVICE-MISSING": Page(
        "A PCI device is not at its path",
        "Addresses change when a card is moved or another one is added.",
        "Write the path at which the host has it.",
    ),
    "PCI-DEVICE-NOT-LISTED": Page(
        "A PCI device that the lab does not list",
        "It is passed through to the machine, and pins all of its memory: the host's memory is reckoned wrongly "
        "without it.",
        "Write it under pci_devices of the machine.",
    ),
    "PCI-DEVICE-NOT-PASSED": Page(
        "A PCI device that a machine does not have",
        "The lab says that it is passed through, and it is not. On an adopted machine an `up` does not change that.",
        "`qm set VMID --hostpci0 mapping=NAME,pcie=1`; or take it out of the file.",
    ),
    "PCI-MAPPING-EXISTS": Page(
        "A PCI mapping that the program would make is there already",
        "The program makes the mapping together with the machine that it is for. Proxmox does not make one a second "
        "time: the `up` fails, unless the mapping is in the stack's state, since an earlier `up` made it and was "
        "interrupted before it made the machine. The state cannot be asked here.",
        "Remove it where no `up` made it and no machine uses it: `pvesh delete /cluster/mapping/pci/NAME`. The next "
        "`up` makes it again.",
    ),
    "PCI-MAPPING-INCOMPLETE": Page(
        "A PCI mapping without all of its details",
        "Proxmox compares the IOMMU group and subsystem id of a mapping with the hardware at every start of "
        "the machine, and refuses to start it when they differ.",
        "Read them with `pvesh get /nodes/NODE/hardware/pci` and write them in site.yaml.",
    ),
    "PCI-MAPPING-TAKEN": Page(
        "A PCI mapping of this name is for another device",
        "The mapping cannot be created a second time, and a machine would get the other device.",
        "Name the device otherwise in site.yaml, or remove the mapping in Proxmox.",
    ),
    "PODS-NOT-CHECKED": Page(
        "Pods that an operator may make are not counted",
        "An object of a custom kind can make an operator start pods. What it would start is not known here, so the"
        " plan leaves room for nothing.",
        "Declare the pods as `footprint` of a service of kind objects.",
    ),
    "PROXMOX-VERSION": Page(
        "A version of Proxmox VE that the provider is not made for",
        "The provider supports 9.x. With 8.x it works with limitations that will not be removed; 7.x it does not "
        "support.",
        "Upgrade the host.",
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
        "More than 90% is used. A rollout needs room for one more pod of the service for a moment.",
        "Request less, raise the tier's quota, or move a service to a namespace of its own.",
    ),
    "RESIZED-AT-START": Page(
        "Live resources will differ from the plan",
        "In mode Initial the Vertical Pod Autoscaler writes its recommendation into every pod that is "
        "created. Capacity, quota and eviction are then not what was planned, and no two starts are alike.",
        "Use mode Off, which only recommends, and take over what it recommends deliberately.",
    ),
    "ROLLOUT-DOES-NOT-FIT": Page(
        "A rollout finds no place for the new pod",
        "The deployment starts a new pod before an old one goes. There is room for the pods that run, and none for "
        "that one: the next change of the image stays Pending, while the old version goes on running.",
        "Let the old pod go first (singleton: true), request less, or add a worker.",
    ),
    "ROLLOUT-EXCEEDS-QUOTA": Page(
        "A rollout needs more than the quota allows",
        "The deployment starts a new pod before an old one goes. The namespace's quota has room for the pods that "
        "run, and none for that one: the API server refuses it, and the next change of the image never arrives.",
        "Let the old pod go first (singleton: true), request less, or raise the tier's quota.",
    ),
    "SCRATCH-EXCEEDS-MEMORY": Page(
        "Scratch space in memory leaves the container none",
        "An emptyDir with medium Memory counts towards the memory limit of the containers that fill it.",
        "Raise memory by the size of the scratch space, or use medium: disk.",
    ),
    "SECRET-IN-FILE": Page(
        "A secret stands in a file with its values",
        "Whoever reads the repository, a rendered folder or a pull request reads the secret.",
        "Seal it, or let it come from the vault. Then change the secret: what was committed once is known.",
    ),
    "SHUTDOWN-TOO-SHORT": Page(
        "A machine is switched off before its pods have ended",
        "At shutdown the kubelet ends pods tier by tier, each tier with its grace period. Proxmox waits "
        "down_seconds and then switches the machine off: databases that still write are cut.",
        "Raise down_seconds of the machine, or shorten shutdown_grace_seconds of a tier.",
    ),
    "STARTS-AFTER-NODES": Page(
        "Nodes start before what they depend on",
        "Proxmox starts machines one after the other. A node that starts before its gateway, its name server or the "
        "server of its NFS volumes pulls no image and mounts no volume until that is there; pods fail and are tried "
        "again at ever longer intervals.",
        "Give that machine an earlier start order.",
    ),
    "STARTS-TOO-LATE": Page(
        "After a power cut a node comes back too late for its pods",
        "Proxmox starts machines one after the other and waits up_seconds after each. Kubernetes gives up the pods of"
        " a lost node some 350 seconds after it can tell that the node is lost, and makes them anew elsewhere. Those "
        "with a block volume wait until the node is back. How long a machine takes to boot is taken to be the same "
        "for all.",
        "Shorten up_seconds of the machines that start before it, or give it an earlier order.",
    ),
    "STORAGE-CONTENT": Page(
        "A storage does not take what is put there",
        "Each storage of Proxmox has a list of content types: images for disks, import for cloud images, snippets "
        "for the files of cloud-init.",
        "Add the content type: `pvesm set STORAGE --content LIST` replaces the whole list.",
    ),
    "STORAGE-DIFFERS": Page(
        "A storage is not what site.yaml says",
        "The plan reckons with its type and size. Of the size, file systems keep up to 5% for themselves.",
        "Write type and size as the host has them.",
    ),
    "STORAGE-FULL": Page(
        "The disks to create do not fit onto a storage",
        "On a thin pool they can be created and would fail later, together with every other machine there, when "
        "they are written.",
        "Make the disks smaller, free some space, or use another storage.",
    ),
    "STORAGE-MISSING": Page(
        "A storage is not there",
        "Proxmox has no storage of this name on the host, or it is disabled or not active.",
        "Write its name as `pvesm status` has it, or add it on the host. The program makes no storages.",
    ),
    "STORAGE-NOT-CHECKED": Page(
        "A claim of a storage class that the lab does not describe",
        "Whether its volume takes a slot of the node, in which zone it lies and what it takes of which disk is not"
        " known.",
        "Describe the class in storage.yaml.",
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
    "TEMPLATE-MISSING": Page(
        "Nothing to clone a machine from",
        "A machine that is not adopted is a clone of a template. This comes up where a lab of adopted machines is "
        "planned as if it were built from nothing.",
        "Declare a template in site.yaml.",
    ),
    "TEMPLATE-NOT-FOUND": Page(
        "The template is not there",
        "Nothing on its host has its VMID, or what has it is no template.",
        "Write vmid and host of a template that exists, or an image to make it of.",
    ),
    "TEMPLATE-UNFIT": Page(
        "A template may not do for new machines",
        "A machine that is cloned from an image without cloud-init gets neither address nor name; without a guest "
        "agent the provider waits 15 minutes for its address, and fails.",
        "Make the template of a cloud image that has cloud-init and qemu-guest-agent.",
    ),
    "THIN-POOL-FULL": Page(
        "A thin pool is nearly full",
        "When data or metadata of a thin pool are used up, writes fail for every machine on it. From 85% of "
        "either it is a warning, from 95% an error.",
        "Free space, or grow the pool with lvextend.",
    ),
    "THIN-POOL-OVERCOMMITTED": Page(
        "Disks on a thin pool are promised more than it has",
        "That is what thin pools are for, as long as somebody watches how full they become.",
        "Alert on the pool's use at 85%.",
    ),
    "TOKEN-PRIVILEGES": Page(
        "The token may not do what the plan needs",
        "The `up` would stop half-way with 403. What is granted on a path replaces what is inherited from above.",
        "Give the token's user the role that the message names; docs/preflight.md has the commands.",
    ),
    "VIDEO-MEMORY-OVERSTATED": Page(
        "More video memory is advertised than a card has",
        "Video memory is budgeted as an extended resource, of which each node advertises the same amount per card. "
        "What is above the card's own is promised and not there: a tenant fails when it asks the driver for it.",
        "Write what the smallest card has, less what the driver needs.",
    ),
    "VMID-TAKEN": Page(
        "A VMID is in use already",
        "Another machine, container or template of the cluster has it. A machine counts as made by an earlier `up` "
        "if it has the name, the host and the tags that the program gives.",
        "Choose another vmid; or write adopt: true if it is this machine.",
    ),
    "VOLUME-SLOTS-OVERSTATED": Page(
        "A node advertises volume slots that it does not have",
        "The CSI driver advertises the same number on every node. It attaches volumes at scsi1 to scsi29, where "
        "further disks of the machine are too: the scheduler sends more volumes than can be attached, and their pods "
        "stay in ContainerCreating.",
        "Attach further disks of the machine as virtio or sata.",
    ),
    "VOLUME-SLOTS-TIGHT": Page(
        "A node has few volume slots left",
        "The Proxmox CSI driver attaches 29 volumes to a machine and the node advertises 28. When many pods "
        "move at once, one node fills up and databases stay stuck on 'no free lun found'.",
        "Move volumes that need no block storage to NFS, or add a worker.",
    ),
    "WEBHOOK-FAILS-CLOSED": Page(
        "An admission webhook fails closed",
        "With failurePolicy: Fail the API server refuses what it cannot ask about. While no pod of the webhook "
        "answers, after a power cut or with a full node, that may be every pod, its own included. Only what the "
        "chart's values say is known.",
        "Write Ignore; or leave its own namespace and kube-system out of what it is asked about, and run it twice.",
    ),
    "WORKER-EXCEEDS-QUOTA": Page(
        "One more worker would exceed a quota",
        "A daemonset gets one more pod with each node. The quota of its namespace has no room for another: on a new "
        "worker the pod is refused, and what it does (network, volumes, metrics) is missing there.",
        "Raise the tier's quota before you add a worker.",
    ),
}
