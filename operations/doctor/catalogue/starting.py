"""Containers that do not start: images, what they mount, the sandbox."""

from operations.doctor.catalogue.rule import Rule

STARTING = {
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
}
