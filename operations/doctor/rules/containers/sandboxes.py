"""Pods without a sandbox: the kubelet has neither their network nor their runtime, so no container is created."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, name_of, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import node_of, workload
from plan.model import Manifest
from plan.model.fields import text

REASON = "FailedCreatePodSandBox"
_AGENTS = ("calico-node", "canal", "cilium", "flannel", "kube-router", "weave-net", "multus", "antrea")
"""Beginnings or parts of the names of a network plugin's pods on each node."""


class _Cause(NamedTuple):
    """A cause by what the runtime says; `about` is the pattern's first group."""

    code: str
    pattern: re.Pattern[str]
    message: str
    fix: str


_CAUSES = (
    _Cause(
        "NODE-ADDRESSES-USED-UP",
        re.compile(
            r"no IP addresses available in range set: ?(\S*)|No more free affine blocks|(?:Assigned|assigned) 0 out"
        ),
        "{node} has no address left for a further pod{about}: its range is used up, or addresses of pods that are gone "
        "were not given back",
        "count its pods against its podCIDR: kubectl get pods -A --field-selector spec.nodeName={node}; addresses that "
        "no pod has lie in /var/lib/cni/networks of the node",
    ),
    _Cause(
        "RUNTIME-HANDLER-MISSING",
        re.compile(r'no runtime for "([^"]+)" is configured|unknown runtime handler "?([^"\s]+)'),
        "the container runtime of {node} has no handler{about}",
        "configure it on {node} (for nvidia: nvidia-ctk runtime configure --runtime=containerd) and restart containerd",
    ),
    _Cause(
        "NETWORK-PLUGIN-MISSING",
        re.compile(r'failed to find plugin "([^"]+)" in path'),
        "the network plugin{about} is not installed on {node}",
        "see whether the plugin's pod on {node} has copied it to /opt/cni/bin",
    ),
    _Cause(
        "SANDBOX-IMAGE-NOT-PULLED",
        re.compile(r'failed to (?:get sandbox image|pull image) "([^"]+)"'),
        "{node} cannot pull the image of every pod's sandbox{about}",
        "see whether its registry answers, or name another one in sandbox_image of containerd's configuration",
    ),
    _Cause(
        "NETWORK-PLUGIN-FAILS",
        re.compile(r'plugin type="([^"]+)"|/run/flannel/subnet\.env|/var/lib/calico/nodename'),
        "the network plugin{about} of {node} gives its pods no network",
        "see what its pod on {node} says, and restart it",
    ),
)


def sandbox_error(observed: Observation, pod: Manifest, base: Finding, messages: Sequence[str]) -> Finding:
    """The finding about a pod whose sandbox is not created, by the newest message; one for all pods of a node."""
    node, said = node_of(pod), " ".join(messages[-1].split())
    place = Reference("Node", None, node)
    for cause in _CAUSES:
        match = cause.pattern.search(said)
        if match is None:
            continue
        about = next((each for each in match.groups() if each), "")
        told = cause.message.format(node=node, about=f" ({about})" if about else "")
        return base._replace(
            code=cause.code,
            subject=place,
            message=f"{told[0].upper()}{told[1:]}: {said[:300]}",
            fix=cause.fix.format(node=node),
            evidence=(*base.evidence, Evidence(reference(pod), f"event {REASON}: {said}")),
            consequences=(Evidence(workload(observed, pod), f"{reference(pod)} waits on {node}"),),
            upstream=frozenset((place, *_agents(observed, node))),
            cause=f"{node} {about}",
        )
    return base._replace(
        code="SANDBOX-FAILS",
        message=f"The sandbox of its pod is not created on {node}: {said}",
        evidence=(*base.evidence, Evidence(reference(pod), f"event {REASON}: {said}")),
    )


def _agents(observed: Observation, node: str) -> list[Reference]:
    """The pods of the network plugin on a node, and what controls them."""
    pods = (each for each in observed.pods_on(node) if any(one in name_of(each) for one in _AGENTS))
    return [reference(each) for pod in pods for each in (pod, *observed.owners(pod)) if text(each, "kind")]
