"""Containers that started, and end or do not answer."""

from operations.doctor.catalogue.rule import Rule

PODS = {
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
    "CONNECTIONS-USED-UP": Rule(
        "A server takes no more connections",
        "A database has a limit of connections, and each pod of a service holds some of them; one that does not "
        "close them uses up the limit for all.",
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
