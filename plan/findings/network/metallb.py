"""Pools of MetalLB that no node announces."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address

from config.lab import Lab
from config.objects import StatedObject
from config.pod import POD_TEMPLATES
from config.service import HelmService
from config.source import Path
from plan.cluster.nodes import CONTROL_PLANE_LABEL, nodes_for
from plan.findings.network.announcements import ADDRESS_NOT_ANNOUNCED
from plan.model import Manifest, Node, Service, Workload
from plan.model.fields import Fields, entries, mapping, text, value, values
from plan.model.findings import Finding
from plan.model.templates import pod_template
from plan.wording import listed

_KINDS = ("L2Advertisement", "BGPAdvertisement")
_EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
"""kubeadm gives this label to control planes, and MetalLB announces nothing from a node that has it."""
_ADDRESSES = "metallb.io/loadBalancerIPs"
_IPV4 = re.compile(r"\d+(\.\d+){3}")
_Labels = Mapping[str, Mapping[str, str]]
"""Labels of nodes, by name."""
_OWN_POOL = "default"
"""The pool that the program makes, with its advertisement from all nodes."""


def metallb_findings(lab: Lab, nodes: Sequence[Node], services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each advertisement that no node follows, each pool that nobody advertises, and each Service whose
    pods may be where nobody announces it."""
    if lab.cluster.load_balancer != "metallb":
        return
    found = [each for kind in _KINDS for each in lab.objects_by_kind.get(kind, ())]
    pools = lab.objects_by_kind.get("IPAddressPool", ())
    speaking = _speaking(lab, nodes)
    if not speaking and (lab.cluster.load_balancer_pool or pools):
        yield _from_no_node(lab)
    for each in found if speaking else ():
        if not _chosen(each, speaking):
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

    if speaking:
        yield from _where_nobody_announces(lab, nodes, services, found)


def _speaking(lab: Lab, nodes: Iterable[Node]) -> _Labels:
    """Labels of the nodes that announce addresses, by name: where a speaker runs, and that are not excluded."""
    _, values = _chart(lab)
    all_nodes = value(values, "speaker", "ignoreExcludeLB") is True
    return {
        name: labels
        for name, labels in _with_speaker(lab, nodes).items()
        if all_nodes or (CONTROL_PLANE_LABEL not in labels and _EXCLUDED not in labels)
    }


def _with_speaker(lab: Lab, nodes: Iterable[Node]) -> _Labels:
    """Labels of the nodes that a speaker is for."""
    _, values = _chart(lab)
    selected = mapping(values, "speaker", "nodeSelector")
    return {
        each.name: each.labels for each in nodes if all(each.labels.get(key) == str(selected[key]) for key in selected)
    }


def _chart(lab: Lab) -> tuple[str | None, Fields]:
    """The service that installs MetalLB, and its values."""
    for name, each in lab.services.items():
        if isinstance(each, HelmService) and ("metallb.io" in each.provides or each.chart.name == "metallb"):
            return name, each.values
    return None, {}


def _where_nobody_announces(
    lab: Lab, nodes: Sequence[Node], services: Iterable[Service], advertisements: Sequence[StatedObject]
) -> Iterator[Finding]:
    """Services that keep the addresses of visitors, where selectors leave out nodes of their pods: only nodes with such
    a pod announce them."""
    speaking = _with_speaker(lab, nodes)
    for service in services:
        for each in service.objects:
            if each["kind"] != "Service" or text(each, "spec", "externalTrafficPolicy") != "Local":
                continue
            announcing = _announcing(lab, each, speaking, advertisements)
            behind = [found for found in _behind(service, each) if found.controller != "DaemonSet" and found.replicas]
            silent = sorted({node.name for found in behind for node in nodes_for(nodes, found.pod)} - announcing)
            if silent and announcing and text(each, "spec", "type") == "LoadBalancer":
                name = each["metadata"]["name"]
                path = lab.written_at(service.name, "Service", name)
                yield ADDRESS_NOT_ANNOUNCED.finding(
                    path,
                    f"{name} keeps the addresses of visitors (externalTrafficPolicy: Local), so only a node with a pod "
                    f"of it announces its address, and its pods may all be on {listed(silent)}, which announce none",
                    f"let it run on {listed(sorted(announcing))} only (node_selector), or "
                    + ("let the policy be Cluster" if path[0] == "objects" else "write external_traffic: Cluster"),
                    about=name,
                    facts={"silent": tuple(silent), "announcing": tuple(sorted(announcing))},
                )


def _behind(service: Service, manifest: Manifest) -> Iterator[Workload]:
    """The workloads whose pods answer a Service."""
    selector = mapping(manifest, "spec", "selector")
    for each in service.objects if selector else ():
        if each["kind"] in POD_TEMPLATES:
            labels = mapping(pod_template(each), "metadata", "labels")
            if all(labels.get(key) == selector[key] for key in selector):
                yield from (found for found in service.workloads if found.name == each["metadata"]["name"])


def _announcing(lab: Lab, manifest: Manifest, speaking: _Labels, advertisements: Sequence[StatedObject]) -> set[str]:
    """The nodes that may announce the address of a Service."""
    own = lab.cluster.load_balancer_pool
    address = text(manifest, "metadata", "annotations", _ADDRESSES) or text(manifest, "spec", "loadBalancerIP")
    if own and (not _IPV4.fullmatch(address) or own.first <= IPv4Address(address) <= own.last):
        return {*speaking}
    return {name for each in advertisements for name in _chosen(each, speaking)}


def _chosen(advertisement: StatedObject, speaking: _Labels) -> list[str]:
    """The nodes from which an advertisement is made."""
    selectors = entries(advertisement.content, "spec", "nodeSelectors")
    return [
        name for name, labels in speaking.items() if not selectors or any(_matches(each, labels) for each in selectors)
    ]


def _from_no_node(lab: Lab) -> Finding:
    name, values = _chart(lab)
    path: Path = ("services", name) if name else ("cluster", "load_balancer_pool")
    if selected := mapping(values, "speaker", "nodeSelector"):
        wanted = ", ".join(f"{key}: {each}" for key, each in selected.items())
        return ADDRESS_NOT_ANNOUNCED.finding(
            path,
            f"speaker.nodeSelector of {name} ({wanted}) matches no node that may announce addresses: nobody in the "
            "network answers for them",
            "select a label that workers have, or take speaker.nodeSelector out",
        )
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
