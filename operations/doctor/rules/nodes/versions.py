"""Versions of Kubernetes that do not go together, or have no support any more."""

from collections.abc import Iterator

from observation.model import Observation
from observation.objects import labels_of, name_of, reference
from operations.doctor.finding import Evidence, Finding
from plan.cluster.releases import KUBELET_SKEW, minor_of, release
from plan.model.fields import entries, text


def version_findings(observed: Observation) -> Iterator[Finding]:
    """Kubelets that are newer than the API server or far behind it, and minors out of support."""
    minors = {
        name_of(node): minor
        for node in observed.of("Node")
        if (minor := minor_of(text(node, "status", "nodeInfo", "kubeletVersion"))) is not None
    }
    control = [
        minors[name_of(node)]
        for node in observed.of("Node")
        if name_of(node) in minors and "node-role.kubernetes.io/control-plane" in labels_of(node)
    ]
    server = minor_of(observed.version or "") or _from_pods(observed) or max(control, default=None)
    if server is None:
        return
    for node in observed.of("Node"):
        minor = minors.get(name_of(node))
        if minor is None or server - KUBELET_SKEW <= minor <= server:
            continue
        newer = minor > server
        yield Finding(
            "KUBELET-VERSION-SKEW",
            "error" if newer else "warning",
            reference(node),
            f"Its kubelet is v1.{minor}, the API server v1.{server}: a kubelet must not be "
            + ("newer" if newer else f"more than {KUBELET_SKEW} minors older"),
            f"install kubelet v1.{server} on {name_of(node)}" if newer else f"upgrade the kubelet of {name_of(node)}",
            (Evidence(reference(node), f"kubeletVersion {text(node, 'status', 'nodeInfo', 'kubeletVersion')}"),),
        )
    known = release(server)
    ended = known.end_of_life if known else None
    first = next(iter(observed.of("Node")), None)
    if ended is not None and ended < observed.now.date() and first is not None:
        yield Finding(
            "KUBERNETES-OUT-OF-SUPPORT",
            "info",
            reference(first),
            f"Kubernetes v1.{server} has had no support since {ended}",
            f"upgrade to v1.{server + 1}",
            (Evidence(reference(first), f"kubeletVersion {text(first, 'status', 'nodeInfo', 'kubeletVersion')}"),),
        )


def _from_pods(observed: Observation) -> int | None:
    """The minor of the API server's image, where it runs as a pod."""
    for pod in observed.in_namespace("Pod", "kube-system"):
        if name_of(pod).startswith("kube-apiserver-"):
            for container in entries(pod, "spec", "containers"):
                return minor_of(text(container, "image").rpartition(":")[2])
    return None
