"""Pods that cannot be created, or wait for a node."""

from operations.doctor.catalogue.rule import Rule

PLACEMENT = {
    "POD-PENDING": Rule(
        "A pod waits for a node",
        "The scheduler places a pod where it passes every filter: cordon, taints, labels, room, ports, volumes, "
        "other pods.",
    ),
    "POD-GATED": Rule(
        "A pod waits for a scheduling gate",
        "A pod with spec.schedulingGates is not scheduled before all of them are removed by whoever set them.",
    ),
    "SCHEDULER-MISSING": Rule(
        "No scheduler looks at a pod",
        "A pod is scheduled only by the scheduler that its schedulerName names.",
    ),
    "NODE-LABEL-MISSING": Rule(
        "No node has the label that a pod asks for",
        "nodeSelector and required node affinity are met exactly: a node without the label never takes the pod.",
    ),
    "TAINT-NOT-TOLERATED": Rule(
        "A taint keeps a pod away",
        "A node with a NoSchedule or NoExecute taint takes only pods with a toleration of the same key, value "
        "and effect.",
    ),
    "NODE-TAKES-NOTHING": Rule(
        "The only node for a pod takes no pods",
        "Kubernetes taints nodes that are not ready or under pressure, so that nothing new is placed there.",
    ),
    "NO-ROOM-ON-NODES": Rule(
        "No node has room for a pod's requests",
        "The scheduler adds up requests, not usage: a pod needs its whole request free on one node.",
    ),
    "POD-TOO-LARGE": Rule(
        "A pod asks for more than any node has",
        "A pod runs on one node: its requests must fit into the allocatable of one, whatever is free elsewhere.",
    ),
    "DEVICE-NOT-OFFERED": Rule(
        "A device is not offered by any node",
        "An extended resource exists only while its device plugin registers it with the kubelet and finds the "
        "device healthy.",
    ),
    "VOLUME-SLOTS-FULL": Rule(
        "No volume slot is free",
        "Each node takes as many volumes of a CSI driver as its CSINode says; an attachment counts until it is "
        "deleted, used or not.",
    ),
    "VOLUME-ELSEWHERE": Rule(
        "A volume is where the pod may not go",
        "A PersistentVolume with node affinity can only be used on nodes with those labels.",
    ),
    "HOST-PORT-TAKEN": Rule(
        "A port of the node is taken",
        "A hostPort belongs to one pod of a node.",
    ),
    "PODS-APART": Rule(
        "Pods must be apart, and there are too few nodes",
        "Required anti-affinity leaves pods Pending once every node has one of them.",
    ),
    "POD-NEAR-NOTHING": Rule(
        "The pods near which a pod must be are not there",
        "Required pod affinity needs a pod that matches on the node already.",
    ),
    "PODS-SPREAD": Rule(
        "A pod would be spread too unevenly",
        "With whenUnsatisfiable: DoNotSchedule a pod waits until its place keeps within maxSkew.",
    ),
    "CLAIM-MISSING": Rule(
        "A claim does not exist",
        "A pod is not scheduled before every claim that its volumes name exists.",
    ),
    "POD-REFUSED": Rule(
        "Pods cannot be created",
        "A controller creates pods through the API server, which may refuse each of them.",
    ),
    "QUOTA-BLOCKS-PODS": Rule(
        "A quota has no room for another pod",
        "A ResourceQuota counts the requests of all pods of a namespace, those of a rollout's old revision included.",
    ),
    "QUOTA-NEEDS-REQUESTS": Rule(
        "A quota demands a resource that pods do not state",
        "Where a quota counts a resource, a pod that does not state it is refused.",
    ),
    "LIMIT-RANGE-REFUSES": Rule(
        "A LimitRange refuses pods",
        "A LimitRange bounds requests and limits of each container, and the ratio between them.",
    ),
    "SERVICE-ACCOUNT-MISSING": Rule(
        "A service account does not exist",
        "A pod is not created before the ServiceAccount that it names exists.",
    ),
    "PRIORITY-CLASS-MISSING": Rule(
        "A priority class does not exist",
        "A pod that names a PriorityClass that does not exist is refused.",
    ),
    "RUNTIME-CLASS-MISSING": Rule(
        "A runtime class does not exist",
        "A pod that names a RuntimeClass that does not exist is refused.",
    ),
    "WEBHOOK-UNREACHABLE": Rule(
        "A webhook cannot be asked",
        "With failurePolicy Fail the API server refuses what it cannot show to the webhook.",
    ),
    "WEBHOOK-WITHOUT-PODS": Rule(
        "A webhook without a pod behind it",
        "With failurePolicy Fail the API server refuses what it cannot show to the webhook.",
    ),
    "POLICY-REFUSES": Rule(
        "A policy refuses pods",
        "An admission webhook may refuse any object, with a reason of its own.",
    ),
    "POD-SECURITY-REFUSES": Rule(
        "Pod Security refuses pods",
        "The label pod-security.kubernetes.io/enforce of a namespace says what its pods may not do.",
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
}
