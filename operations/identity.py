"""Whether a cluster is the one that a lab describes, by the names of its nodes and namespaces."""

from observation.model import Observation
from observation.objects import name_of
from plan.model import Plan
from plan.wording import listed

_BUILT_IN = frozenset(("default", "kube-system", "kube-public", "kube-node-lease"))


class AnotherCluster(Exception):
    """The cluster is not the lab's; the message says by what."""


def check_identity(plan: Plan, observed: Observation) -> None:
    """Raises AnotherCluster where cluster and lab have no node in common, or, without nodes, no namespace.

    Names such as `k8s-node1` are in many clusters: where the nodes are not all the same, a namespace must be in common
    too.
    """
    wanted_nodes = {use.node.name for use in plan.capacity.nodes}
    nodes = {name_of(each) for each in observed.of("Node")}
    wanted = {each.name for each in plan.namespaces} - _BUILT_IN
    namespaces = {name_of(each) for each in observed.of("Namespace")} - _BUILT_IN
    are_other_namespaces = bool(namespaces and wanted and not namespaces & wanted)
    if nodes and wanted_nodes:
        if not nodes & wanted_nodes or (nodes != wanted_nodes and are_other_namespaces):
            raise AnotherCluster(_sentence(plan, observed, "nodes", nodes, wanted_nodes))
    elif are_other_namespaces:
        raise AnotherCluster(_sentence(plan, observed, "namespaces", namespaces, wanted))


def _sentence(plan: Plan, observed: Observation, what: str, found: set[str], wanted: set[str]) -> str:
    return (
        f"{observed.source} is not the cluster of lab {plan.lab.name}: its {what} are {listed(sorted(found))}, "
        f"those of the lab {listed(sorted(wanted))}; name the lab's own cluster, or another lab"
    )
