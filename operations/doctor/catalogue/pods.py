"""Pods and their containers."""

from operations.doctor.catalogue.rule import Rule

PODS = {
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
    "IMAGE-NOT-PULLED": Rule(
        "An image cannot be pulled",
        "The kubelet pulls an image before it creates the container, and waits longer after each failure, up to "
        "five minutes.",
    ),
    "IMAGE-NOT-FOUND": Rule(
        "An image does not exist",
        "A registry answers 404 (not found, manifest unknown) for a name or tag that it does not have.",
    ),
    "IMAGE-RATE-LIMIT": Rule(
        "A registry's rate limit is reached",
        "Registries answer 429 (toomanyrequests) to an address or account that pulls too often; Docker Hub "
        "counts per six hours.",
    ),
    "IMAGE-PLATFORM": Rule(
        "An image is not for the node's architecture",
        "A container runs on the architecture for which its image was built.",
    ),
    "IMAGE-UNAUTHORIZED": Rule(
        "An image is pulled without credentials",
        "A private registry answers 401 where the pod and its service account name no pull secret.",
    ),
    "IMAGE-NAME-INVALID": Rule(
        "An image's name cannot be read",
        "An image is REGISTRY/NAME:TAG, its name in lower case.",
    ),
    "IMAGE-NEVER-PULLED": Rule(
        "An image may not be pulled",
        "With imagePullPolicy Never the image must be on the node already.",
    ),
    "PULL-SECRET-MISSING": Rule(
        "A pull secret does not exist",
        "The kubelet leaves out pull secrets that it does not find, and asks the registry without.",
    ),
    "PULL-SECRET-REFUSED": Rule(
        "A registry refuses the credentials of a pull secret",
        "A registry answers 401 to credentials that have expired or were changed; a tag that does not exist "
        "would be 404.",
    ),
    "REGISTRY-CERTIFICATE": Rule(
        "A registry's certificate is not trusted",
        "containerd pulls over TLS, and trusts the node's authorities and those in its certs.d.",
    ),
    "REGISTRY-UNREACHABLE": Rule(
        "A registry is not reached",
        "Images are pulled by the node itself, with the node's resolver and network.",
    ),
    "SECRET-MISSING": Rule(
        "A Secret does not exist",
        "A container is not created before every Secret that it takes without optional: true exists.",
    ),
    "SECRET-KEY-MISSING": Rule(
        "A Secret lacks a key",
        "A container is not created before every key that it takes without optional: true is in the Secret.",
    ),
    "CONFIGMAP-MISSING": Rule(
        "A ConfigMap does not exist",
        "A container is not created before every ConfigMap that it takes without optional: true exists.",
    ),
    "CONFIGMAP-KEY-MISSING": Rule(
        "A ConfigMap lacks a key",
        "A container is not created before every key that it takes without optional: true is in the ConfigMap.",
    ),
    "CONTAINER-CONFIGURATION": Rule(
        "A container's configuration is refused",
        "The kubelet checks references and user before it creates a container (CreateContainerConfigError).",
    ),
    "CONTAINER-NOT-STARTED": Rule(
        "A container cannot be started",
        "The runtime starts the command in the image with the mounts of the pod; what it refuses is no failure "
        "of the program.",
    ),
    "COMMAND-NOT-FOUND": Rule(
        "A command is not in the image",
        "command and args replace the image's own; the first word must be a program in it.",
    ),
    "SANDBOX-FAILS": Rule(
        "A pod has no sandbox",
        "The kubelet has the runtime make a sandbox with the pod's network before any container is created.",
    ),
    "NODE-ADDRESSES-USED-UP": Rule(
        "A node has no address left for pods",
        "Each node gives its pods addresses of its own range; what a plugin does not give back stays taken.",
    ),
    "RUNTIME-HANDLER-MISSING": Rule(
        "A node lacks a runtime handler",
        "A RuntimeClass names a handler, which the container runtime of each node has to have.",
    ),
    "NETWORK-PLUGIN-MISSING": Rule(
        "A network plugin is not installed",
        "The runtime calls the plugins that are named in /etc/cni/net.d from /opt/cni/bin.",
    ),
    "NETWORK-PLUGIN-FAILS": Rule(
        "A network plugin fails",
        "The plugin's pod on the node has to run for further pods to get a network.",
    ),
    "SANDBOX-IMAGE-NOT-PULLED": Rule(
        "The image of the sandbox is not pulled",
        "Every pod needs the image that the runtime names for its sandbox.",
    ),
    "CONTAINERS-NOT-CREATED": Rule(
        "Containers are not created",
        "Between scheduling and start the kubelet prepares network, volumes and images; events say what holds "
        "it up, for an hour.",
    ),
    "CONTAINER-CRASHES": Rule(
        "A container ends again and again",
        "The kubelet restarts a container after 10 s, 20 s, up to five minutes (CrashLoopBackOff).",
    ),
    "OOM-DEFAULT-LIMIT": Rule(
        "A container is killed at a default limit",
        "A LimitRange gives containers without a memory limit its default; the kernel kills what passes it.",
    ),
    "OOM-LIMIT-TOO-LOW": Rule(
        "A container is killed at its memory limit",
        "The kernel kills a container that passes its memory limit (OOMKilled, exit code 137), however free the "
        "node is.",
    ),
    "OOM-NODE": Rule(
        "A container is killed because its node ran out of memory",
        "Without a limit of its own a container is killed when the node has no memory left, by its OOM score.",
    ),
    "MEMORY-LEAK": Rule(
        "The memory of a container grows from day to day",
        "Memory that grows evenly over days, whatever the load, is a leak: a higher limit only postpones the kill.",
    ),
    "MEMORY-AT-LIMIT": Rule(
        "A container is at its memory limit for days",
        "A working set at the limit leaves no room for a spike: the next one is a kill.",
    ),
    "CPU-LIMIT-BRAKES": Rule(
        "A container is throttled by its CPU limit",
        "A CPU limit is enforced every 100 ms: a container that reaches it stands still for the rest of the time.",
    ),
    "LIVENESS-PROBE-KILLS": Rule(
        "A liveness probe ends a container",
        "The kubelet ends a container whose liveness probe fails failureThreshold times in a row, and restarts it.",
    ),
    "STARTUP-PROBE-KILLS": Rule(
        "A startup probe ends a container",
        "A container that does not pass its startup probe within periodSeconds x failureThreshold is ended.",
    ),
    "READINESS-FAILS": Rule(
        "A readiness probe fails",
        "A pod gets traffic, and counts as available, only while its readiness probes succeed.",
    ),
    "READINESS-PORT-WRONG": Rule(
        "A readiness probe asks the wrong port",
        "A probe asks at the port that it names, whether the container listens there or not.",
    ),
    "STARTUP-FAILS": Rule(
        "A container does not get through its startup probe",
        "Before its startup probe succeeds, a container is neither ready nor checked for liveness.",
    ),
    "INIT-NEVER-ENDS": Rule(
        "An init container does not end",
        "Init containers run one after the other, and the pod's containers start when all have ended.",
    ),
    "WAITS-FOR-SERVICE": Rule(
        "An init container waits for a Service without ready pods",
        "A Service answers only when a ready pod is behind it.",
    ),
    "WAITS-FOR-MISSING-SERVICE": Rule(
        "An init container waits for a Service that does not exist",
        "A name is resolved to a Service of that name in that namespace, and to nothing else.",
    ),
    "WAITS-FOR-WRONG-PORT": Rule(
        "An init container waits for a port that a Service does not have",
        "A Service answers on its own ports only.",
    ),
    "NETWORK-POLICY-BLOCKS": Rule(
        "A NetworkPolicy blocks the traffic",
        "A pod that a NetworkPolicy selects takes only the traffic that a policy allows.",
    ),
    "GPU-DRIVER-UNUSABLE": Rule(
        "The driver of a GPU cannot be used",
        "The kernel keeps the driver with which the node was started; after an update its libraries no longer fit to "
        "it before a reboot.",
    ),
    "DNS-LOOP": Rule(
        "Cluster DNS asks itself",
        "CoreDNS ends when its own requests come back to it: the node's resolver, to which it forwards, asks CoreDNS.",
    ),
    "CREDENTIALS-REFUSED": Rule(
        "A program's credentials are refused",
        "A Secret that changes does not change the password that a database stored for its user, and variables keep "
        "the value that they had when the container was started.",
    ),
    "FILES-NOT-WRITABLE": Rule(
        "A program has no permission for its files",
        "Files of a volume belong to whoever made them: fsGroup and runAsUser decide as which user a container runs.",
    ),
    "TOO-MANY-OPEN-FILES": Rule(
        "A node's limit of open files or watches is reached",
        "The kernel counts open files and inotify watches by user, for all containers of a node together. A program "
        "that gets no watch may say that no space is left on the device.",
    ),
    "DATA-OF-ANOTHER-VERSION": Rule(
        "Data is of another version than the program",
        "Databases read the files of their own major version only, and few programs read those of a newer one: a new "
        "image needs a migration, an old one a backup from before it.",
    ),
    "CERTIFICATE-REFUSED": Rule(
        "A program does not accept a certificate",
        "A certificate has to be valid now, for the name that is asked, and signed by an authority that is known.",
    ),
    "OPTION-UNKNOWN": Rule(
        "A program does not know an option",
        "Options come and go between versions; most programs refuse to start with one that they do not know.",
    ),
    "PORT-IN-USE": Rule(
        "A port is taken",
        "The containers of a pod share one network: each port belongs to one of them; with hostNetwork it is the "
        "node's.",
    ),
    "DNS-POLICY": Rule(
        "A pod does not ask the cluster's DNS",
        "With hostNetwork, ClusterFirst means the node's resolver; names of Services are known to the cluster's "
        "DNS only.",
    ),
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
    "POD-STUCK-TERMINATING": Rule(
        "A deleted pod stays in Terminating",
        "A pod is gone when its kubelet confirms that it ended and all finalizers are removed.",
    ),
}
