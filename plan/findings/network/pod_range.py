"""The addresses that a network plugin gives pods, and those that kubeadm was told."""

import json
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, NamedTuple, cast

from config.lab import Lab
from config.service import HelmService
from config.source import Path, is_mapping, is_sequence
from plan.model import Edit, Remedy, Service
from plan.model.fields import text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

POD_RANGE_DIFFERS = Rule(
    "POD-RANGE-DIFFERS",
    "error",
    title="The network plugin and the cluster have different ranges for pods",
    meaning=(
        "kubeadm gives each node a range of `pod_cidr` for its pods, and a network plugin has a range of its own in "
        "its values. flannel ends on every node whose range is not in its own; Calico's operator refuses pools outside "
        "of `pod_cidr`; Cilium gives pods addresses of its pool, and where machines or services have the same ones, "
        "one of the two is not reached."
    ),
    remedy="Write the same range at both places.",
)

CLUSTER_RANGE_PUBLIC = Rule(
    "CLUSTER-RANGE-PUBLIC",
    "warning",
    title="Pods or services have addresses of the internet",
    meaning=(
        "Nodes and pods no longer reach whoever has these addresses on the internet: packets to them stay in the "
        "cluster. It works until somebody needs a service there."
    ),
    remedy="Take a private range: from 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
)

FLANNEL_DEFAULT = "10.244.0.0/16"
"""`podCidr` of its chart (flannel-io/flannel, chart/kube-flannel/values.yaml)."""
CILIUM_DEFAULT = "10.0.0.0/8"
"""`ipam.operator.clusterPoolIPv4PodCIDRList` of its chart, where `ipam.mode` is `cluster-pool`, the default."""
FLANNEL_IPV6 = "podCidrv6"
"""Of the same chart: left out, pods get no addresses of IPv6."""
_SHARED = IPv4Network("100.64.0.0/10")
"""Of providers that share addresses; used inside of many networks (RFC 6598)."""


class _Range(NamedTuple):
    """A range for pods as a service states it, or as its chart has it by default."""

    service: str
    keys: tuple[str, ...]
    """Its place in the chart's values; empty where it stands in an object."""
    network: IPv4Network | IPv6Network


_FIRST = 16
"""Length of the range of the first 256 nodes: Cilium gives each a /24 of its pool, from the first one on."""


def pod_range_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """Ranges for pods that do not fit together, and such of the internet."""
    for service in services:
        config = lab.services[service.name]
        chart = config.chart.name if isinstance(config, HelmService) else ""
        stated = config.values if isinstance(config, HelmService) else {}
        if chart == "cilium":
            yield from _cilium(lab, service.name, stated)
        for found in (*_flannel(service, chart, stated), *_calico(service.name, chart, stated)):
            yield from _compared(lab, found)
    for key in ("pod_cidr", "service_cidr"):
        network: IPv4Network = getattr(lab.cluster, key)
        if network.is_global and not network.overlaps(_SHARED):
            yield CLUSTER_RANGE_PUBLIC.finding(
                ("cluster", key),
                f"{network} are addresses of the internet: what has them there is out of reach of nodes and pods",
                "write a private range, for example 10.10.0.0/16",
            )


def _flannel(service: Service, chart: str, stated: Mapping[str, Any]) -> Iterator[_Range]:
    if chart == "flannel":
        yield from _read(service.name, ("podCidr",), stated.get("podCidr", FLANNEL_DEFAULT))
        yield from _read(service.name, (FLANNEL_IPV6,), stated.get(FLANNEL_IPV6, ""))
    for manifest in service.objects:
        if manifest["kind"] == "ConfigMap" and (config := text(manifest, "data", "net-conf.json")):
            yield from _read(service.name, (), _network_in(config))


def _network_in(config: str) -> str:
    try:
        return str(cast(dict[str, Any], json.loads(config)).get("Network", ""))
    except (ValueError, AttributeError):
        return ""


def _calico(service: str, chart: str, stated: Mapping[str, Any]) -> Iterator[_Range]:
    """Without pools the operator takes what kubeadm was told."""
    if chart == "tigera-operator":
        keys = ("installation", "calicoNetwork", "ipPools")
        for pool in _listed(stated, *keys):
            yield from _read(service, keys, value(pool, "cidr") if is_mapping(pool) else "")


def _listed(stated: Mapping[str, Any], *keys: str) -> list[Any]:
    """A list in the values of a chart; one thing alone is a list of it."""
    found = value(stated, *keys)
    return [*found] if is_sequence(found) else [] if found is None else [found]


def _read(service: str, keys: tuple[str, ...], written: object) -> Iterator[_Range]:
    try:
        yield _Range(service, keys, ip_network(str(written)))
    except ValueError:
        return


def _compared(lab: Lab, found: _Range) -> Iterator[Finding]:
    second = lab.cluster.ipv6.pod_cidr if lab.cluster.ipv6 else None
    pods = lab.cluster.pod_cidr if isinstance(found.network, IPv4Network) else second
    is_flannel = found.keys in ((), ("podCidr",), (FLANNEL_IPV6,))
    if pods is None:
        yield _of_no_family(found)
        return
    if _within(pods, found.network) if is_flannel else _within(found.network, pods):
        return
    path: Path = ("services", found.service, "values", *found.keys) if found.keys else ("services", found.service)
    if found.keys == ("podCidr",) and value(_values(lab, found.service), "podCidr") is None:
        path = ("services", found.service)
    where = f"{'.'.join(found.keys)} of {found.service}" if found.keys else f"net-conf.json of {found.service}"
    then = "flannel ends on every node" if is_flannel else "Calico's operator refuses it, and no node becomes Ready"
    words = f"write {found.keys[-1] if is_flannel and found.keys else 'cidr'}: {pods} in the values of {found.service}"
    edits = (Edit(("services", found.service, "values", "podCidr"), str(pods)),) if found.keys == ("podCidr",) else ()
    yield POD_RANGE_DIFFERS.finding(
        path,
        f"{where} is {found.network}, and the nodes get ranges of pod_cidr, {pods}: {then}",
        words if found.keys else f"write {pods} in net-conf.json",
        facts={"plugin_range": str(found.network), "pod_cidr": str(pods)},
        remedies=(Remedy(words, edits),) if edits else (),
    )


def _within(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    if isinstance(inner, IPv4Network):
        return isinstance(outer, IPv4Network) and inner.subnet_of(outer)
    return isinstance(outer, IPv6Network) and inner.subnet_of(outer)


def _of_no_family(found: _Range) -> Finding:
    """A range of IPv6 where the nodes have none for their pods."""
    return POD_RANGE_DIFFERS.finding(
        ("services", found.service, "values", *found.keys),
        f"{'.'.join(found.keys)} of {found.service} has {found.network}, and nodes have ranges of IPv4 alone",
        'take it out; or write ipv6: {pod_cidr: "..", service_cidr: ".."} in cluster.yaml, of a cluster made so',
        about=str(found.network),
        facts={"plugin_range": str(found.network)},
    )


def _values(lab: Lab, service: str) -> Mapping[str, Any]:
    config = lab.services[service]
    return config.values if isinstance(config, HelmService) else {}


def _given(pool: IPv4Network) -> IPv4Network:
    """The part of Cilium's pool from which nodes get their ranges."""
    return next(pool.subnets(new_prefix=_FIRST)) if pool.prefixlen < _FIRST else pool


def _cilium(lab: Lab, service: str, stated: Mapping[str, Any]) -> Iterator[Finding]:
    """Its pool against what the machines and services have."""
    if (value(stated, "ipam", "mode") or "cluster-pool") != "cluster-pool":
        return
    keys = ("ipam", "operator", "clusterPoolIPv4PodCIDRList")
    pools = _listed(stated, *keys) or [CILIUM_DEFAULT]
    for network in (each.network for written in pools for each in _read(service, keys, written)):
        if isinstance(network, IPv6Network):
            continue  # no such key takes one
        met = [
            f"network {name} ({row.cidr})" for name, row in lab.networks.networks.items() if row.cidr.overlaps(network)
        ]
        met += [f"service_cidr ({lab.cluster.service_cidr})"] * lab.cluster.service_cidr.overlaps(_given(network))
        if met:
            yield POD_RANGE_DIFFERS.finding(
                ("services", service),
                f"{service} gives pods addresses of {network}, its {'.'.join(keys)}, which has those of "
                f"{listed(met)}: one of the two is not reached",
                f"write ipam: {{mode: kubernetes}} in the values of {service}, and pods get ranges of pod_cidr, "
                f"{lab.cluster.pod_cidr}",
                about=str(network),
                facts={"plugin_range": str(network), "pod_cidr": str(lab.cluster.pod_cidr)},
                remedies=(
                    Remedy("write ipam.mode", (Edit(("services", service, "values", "ipam", "mode"), "kubernetes"),)),
                ),
            )
