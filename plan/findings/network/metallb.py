"""Pools of MetalLB that no node announces."""

from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from config.source import Path
from plan.findings.network.announcements import ADDRESS_NOT_ANNOUNCED
from plan.model import Node
from plan.model.fields import Fields, entries, mapping, value, values
from plan.model.findings import Finding

_KINDS = ("L2Advertisement", "BGPAdvertisement")
_EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
"""kubeadm gives this label to control planes, and MetalLB announces nothing from a node that has it."""
_OWN_POOL = "default"
"""The pool that the program makes, with its advertisement from all nodes."""


def metallb_findings(lab: Lab, nodes: Iterable[Node]) -> Iterator[Finding]:
    """A finding for each advertisement that no node follows, and each pool that nobody advertises."""
    if lab.cluster.load_balancer != "metallb":
        return
    found = [each for kind in _KINDS for each in lab.objects_by_kind.get(kind, ())]
    pools = lab.objects_by_kind.get("IPAddressPool", ())
    speaking = _speaking(lab, nodes)
    if not speaking and (lab.cluster.load_balancer_pool or pools):
        yield _from_no_node(lab)
    for each in found if speaking else ():
        selectors = entries(each.content, "spec", "nodeSelectors")
        if selectors and not any(_matches(selector, labels) for selector in selectors for labels in speaking.values()):
            yield ADDRESS_NOT_ANNOUNCED.finding(
                each.path,
                f"nodeSelectors of {each.kind} {each.name} match no node that may announce addresses: control planes "
                f"have the label {_EXCLUDED}, and are left out",
                f"match the labels of workers, for example kubernetes.io/hostname: {next(iter(speaking))}",
                facts={"nodes": tuple(speaking)},
            )
        elif each.kind == "BGPAdvertisement" and not lab.objects_by_kind.get("BGPPeer"):
            yield ADDRESS_NOT_ANNOUNCED.finding(
                each.path,
                f"BGPAdvertisement {each.name} has no BGPPeer to tell: no router learns of the addresses",
                "write a BGPPeer into a file of a service",
            )
    for pool in pools:
        if not any(_advertises(each, pool) for each in found) and not _is_own(lab, pool):
            yield ADDRESS_NOT_ANNOUNCED.finding(
                pool.path,
                f"no L2Advertisement or BGPAdvertisement names the pool {pool.name}: a Service gets an address of it, "
                "and nobody in the network answers",
                f"write an L2Advertisement with ipAddressPools: [{pool.name}]",
            )


def _speaking(lab: Lab, nodes: Iterable[Node]) -> Mapping[str, Mapping[str, str]]:
    """Labels of the nodes that announce addresses, by name."""
    charts = (each for each in lab.services.values() if isinstance(each, HelmService))
    all_nodes = any(value(each.values, "speaker", "ignoreExcludeLB") is True for each in charts)
    return {
        each.name: each.labels
        for each in nodes
        if all_nodes or (each.role != "control-plane" and _EXCLUDED not in each.labels)
    }


def _from_no_node(lab: Lab) -> Finding:
    name = next((name for name, each in lab.services.items() if "metallb.io" in getattr(each, "provides", ())), None)
    path: Path = ("services", name) if name else ("cluster", "load_balancer_pool")
    return ADDRESS_NOT_ANNOUNCED.finding(
        path,
        f"every node is a control plane, which has the label {_EXCLUDED}: MetalLB announces no address from such a "
        "node",
        "write speaker.ignoreExcludeLB: true in the values of MetalLB, or add a worker",
    )


def _matches(selector: Fields, labels: Mapping[str, str]) -> bool:
    """Whether a selector is for a node; expressions are not read, and match."""
    wanted = mapping(selector, "matchLabels")
    return bool(selector.get("matchExpressions")) or all(labels.get(key) == str(wanted[key]) for key in wanted)


def _advertises(advertisement: StatedObject, pool: StatedObject) -> bool:
    """An advertisement without pools is for all; selectors of pools are not read, and match."""
    named = values(advertisement.content, "spec", "ipAddressPools")
    by_labels = values(advertisement.content, "spec", "ipAddressPoolSelectors")
    return bool(by_labels) or not named or pool.name in named


def _is_own(lab: Lab, pool: StatedObject) -> bool:
    return pool.name == _OWN_POOL and lab.cluster.load_balancer_pool is not None
