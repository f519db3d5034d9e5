"""The scheduler and the controller manager, by the leases that their leaders renew."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from observation.model import Observation
from observation.objects import created, reference
from observation.times import read_time
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import static_pods
from operations.doctor.rules.nodes.nodes import last_seen
from plan.model.fields import text

_SILENT = timedelta(minutes=10)
"""Leases last 15 s, and are renewed every 2 s: another leader takes an old one over within a minute."""
_STOPS: Mapping[str, str] = {
    "kube-controller-manager": "no controller makes, replaces or deletes a pod",
    "kube-scheduler": "no new pod finds a node",
}


def leader_findings(observed: Observation) -> Iterator[Finding]:
    """Leases that nobody renews. A control plane without leader election has old ones, and new pods all the same."""
    newest = max((each for pod in observed.of("Pod") if (each := created(pod))), default=None)
    seen = [each for node in observed.of("Node") if (each := last_seen(observed, node))]
    alive = max(seen, default=None)
    for name, stops in _STOPS.items():
        renewed = _renewed(observed, name, "kube-system")
        if renewed is None or observed.now - renewed < _SILENT or (newest is not None and newest > renewed):
            continue
        lease = observed.get("Lease", name, "kube-system")
        if lease is None or alive is None or alive - renewed < _SILENT:
            continue
        yield Finding(
            "LEADER-SILENT",
            "error",
            reference(lease),
            f"No {name} has renewed its lease for {length(observed.now - renewed)}: {stops}",
            f"kubectl get pods -n kube-system -l component={name}; on a control plane: crictl ps -a | grep {name}",
            (Evidence(reference(lease), f"renewed at {stamp(renewed)}, nodes report until {stamp(alive)}"),),
            covers=frozenset((reference(lease),)),
            upstream=static_pods(observed, name),
        )


def _renewed(observed: Observation, name: str, namespace: str) -> datetime | None:
    lease = observed.get("Lease", name, namespace)
    return read_time(text(lease, "spec", "renewTime")) if lease else None
