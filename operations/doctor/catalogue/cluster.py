"""Nodes, APIs and releases."""

from operations.doctor.catalogue.rule import Rule

CLUSTER = {
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
    "PERMISSION-MISSING": Rule(
        "A program lacks a permission",
        "RBAC allows only what a role grants that is bound to the service account.",
    ),
    "API-SERVICE-UNAVAILABLE": Rule(
        "An API is not available",
        "An APIService sends a group to a Service of the cluster; without it the group's objects cannot be "
        "read, and namespaces stay in Terminating.",
    ),
    "LIMIT-RANGE-GONE": Rule(
        "A namespace lost its LimitRange",
        "A LimitRange acts when a pod is created: pods that run keep what it gave them, new ones get nothing.",
    ),
    "GENERATED-MISSING": Rule(
        "A namespace lacks what a policy generates for it",
        "A policy generates its objects when it sees the namespace; what failed then is not made later by itself.",
    ),
    "GENERATED-DIFFERS": Rule(
        "A generated object was changed",
        "A policy with synchronize puts back what it generated; what stays different was not synchronized.",
    ),
    "NAMESPACE-STUCK": Rule(
        "A deleted namespace stays in Terminating",
        "A namespace is gone when all of its objects are, their finalizers included.",
    ),
    "FINALIZER-STUCK": Rule(
        "A deleted object is held by finalizers",
        "An object is gone when every finalizer has been removed by the controller that set it.",
    ),
    "NOT-READY": Rule(
        "An object reports that it is not healthy",
        "Controllers write the state of an object into its conditions.",
    ),
    "RELEASE-INTERRUPTED": Rule(
        "A Helm release was interrupted",
        "Helm refuses to work on a release whose newest revision is pending.",
    ),
    "RELEASE-FAILED": Rule(
        "A Helm upgrade failed",
        "A failed upgrade leaves its changes in place; nothing is rolled back by itself.",
    ),
}
