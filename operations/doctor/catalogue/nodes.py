"""Nodes, their kubelets, and the pods that they evict or refuse."""

from operations.doctor.catalogue.rule import Rule

NODES = {
    "EPHEMERAL-LIMIT-EXCEEDED": Rule(
        "A pod exceeds its limit of ephemeral storage",
        "The kubelet evicts a pod that passes its limit of ephemeral-storage or the sizeLimit of an emptyDir.",
    ),
    "EVICTED-AGAIN-AND-AGAIN": Rule(
        "Pods are evicted again and again",
        "Under pressure the kubelet evicts what uses more than it requested first, lowest priority first.",
    ),
    "EVICTED-PODS-LEFT": Rule(
        "Evicted pods are still listed",
        "Evicted pods stay as records until they are deleted; they hold no resources.",
    ),
    "NODE-REFUSES-POD": Rule(
        "A kubelet refuses pods",
        "The kubelet checks devices and resources once more before it admits a pod, and fails it where they are "
        "not there.",
    ),
    "LEADER-SILENT": Rule(
        "A part of the control plane does not work",
        "Of several schedulers and controller managers one leads, and renews a lease every two seconds. Pods that run "
        "go on without them.",
    ),
    "BUDGET-BLOCKS-DRAIN": Rule(
        "A disruption budget holds a drain up",
        "An eviction is refused while the budget's disruptionsAllowed is 0; a drain tries for ever.",
    ),
    "NODE-NOT-READY": Rule(
        "A node is not ready",
        "A node that is not ready takes no pods, and its pods count as unready.",
    ),
    "NODE-UNREACHABLE": Rule(
        "A kubelet is silent",
        "A kubelet renews its lease every 10 s; after 40 s of silence its node is Unknown, after five more "
        "minutes its pods are to go.",
    ),
    "NODE-NETWORK-NOT-READY": Rule(
        "A node's pod network is not ready",
        "The kubelet is not ready before a CNI plugin has written its configuration.",
    ),
    "NODE-NETWORK-UNAVAILABLE": Rule(
        "A node has no pod network",
        "The network plugin sets NetworkUnavailable to False when its routes are set up.",
    ),
    "NODE-RUNTIME-DOWN": Rule(
        "A node's container runtime does not answer",
        "The kubelet is ready only while the container runtime answers.",
    ),
    "KUBELET-SILENT": Rule(
        "A kubelet does not report, and its node still counts as ready",
        "The node lifecycle controller marks nodes whose lease is not renewed; it runs in kube-controller-manager.",
    ),
    "NODE-MEMORY-PRESSURE": Rule(
        "A node runs out of memory",
        "Below the eviction threshold the kubelet evicts pods over their request, lowest priority first; "
        "critical pods are never evicted.",
    ),
    "NODE-DISK-PRESSURE": Rule(
        "A node runs out of disk",
        "Below the threshold of nodefs or imagefs the kubelet deletes images, then evicts what writes most over "
        "its request.",
    ),
    "NODE-PID-PRESSURE": Rule(
        "A node runs out of process IDs",
        "Each thread takes a process ID; podPidsLimit bounds those of one pod.",
    ),
    "NODE-PROBLEM": Rule(
        "A node reports a fault of its kernel or hardware",
        "The node problem detector reads the kernel's log and the services of a node, and sets a condition for each.",
    ),
    "NODE-DISK-FULL": Rule(
        "A node's disk is full",
        "Images and the files that containers write are on the node's disk.",
    ),
    "NODE-CORDONED": Rule(
        "A node is cordoned",
        "A cordoned node keeps its pods and takes no new ones until it is uncordoned.",
    ),
    "CLOCK-AHEAD": Rule(
        "A node's clock is ahead",
        "Leases, tokens and certificates are judged by the clock of whoever looks at them.",
    ),
    "NODE-RESERVATION-LOST": Rule(
        "A node reserves less than the others",
        "kubeadm rewrites a kubelet's configuration from the ConfigMap kubelet-config: settings that were only on the "
        "node are gone.",
    ),
    "KUBELET-VERSION-SKEW": Rule(
        "A kubelet's version does not fit the API server's",
        "A kubelet may be up to three minors older than the API server, and never newer.",
    ),
    "KUBERNETES-OUT-OF-SUPPORT": Rule(
        "The version of Kubernetes is out of support",
        "A minor gets fixes for 14 months.",
    ),
}
