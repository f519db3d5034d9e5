"""Containers that do not start, end, or do not answer."""

from operations.doctor.catalogue.rule import Rule

CONTAINERS = {
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
    "CSI-SIDECARS-DEFAULTED": Rule(
        "Sidecars of a CSI driver state no memory",
        "A LimitRange gives a container that states nothing its default, many times what a CSI sidecar uses.",
    ),
    "PERMISSION-MISSING": Rule(
        "A program lacks a permission",
        "RBAC allows only what a role grants that is bound to the service account.",
    ),
}
