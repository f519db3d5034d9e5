"""Pods that wait for a node."""

from operations.doctor.catalogue.rule import Rule

PLACING = {
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
}
