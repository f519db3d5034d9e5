"""Announcements of Cilium that no node follows: by labels, by names of interfaces, by a fault of a version."""

import re
from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.objects import StatedObject
from config.service import HelmService
from plan.cluster.membership import is_created_node
from plan.findings.charts.chart_versions import CHART_FAULTY
from plan.findings.network.announcements import ADDRESS_NOT_ANNOUNCED
from plan.model import Node
from plan.model.fields import mapping, value, values
from plan.model.findings import Finding

_KIND = "CiliumL2AnnouncementPolicy"
_FAULTY, _MENDED = "1.20.2", "1.20.1"


def cilium_policy_findings(lab: Lab, nodes: Iterable[Node]) -> Iterator[Finding]:
    """All findings about policies by which Cilium announces addresses."""
    planned = list(nodes)
    for each in lab.objects_by_kind.get(_KIND, ()):
        wanted = mapping(each.content, "spec", "nodeSelector", "matchLabels")
        if wanted and not any(wanted.items() <= node.labels.items() for node in planned):
            labels = ", ".join(f"{key}: {found}" for key, found in wanted.items())
            yield ADDRESS_NOT_ANNOUNCED.finding(
                each.path,
                f"no node has the labels {labels} by which {_KIND} {each.name} selects: nobody announces its addresses",
                "match labels that nodes have, or leave nodeSelector out",
                about="nodes",
            )
        yield from _interfaces(lab, each)
    for name, service in lab.charts("cilium"):
        yield from _faulty(name, service)


def _interfaces(lab: Lab, policy: StatedObject) -> Iterator[Finding]:
    """Interfaces of created machines are eth0, eth1, ...; those of others are not known."""
    patterns = [str(each) for each in values(policy.content, "spec", "interfaces")]
    machines = [each for each in lab.machines.values() if each.role != "appliance"]
    if not patterns or lab.outside or not machines or not all(map(is_created_node, machines)):
        return
    has = [f"eth{number}" for number in range(max(len(each.interfaces) for each in machines))]
    if not any(_matches(pattern, interface) for pattern in patterns for interface in has):
        yield ADDRESS_NOT_ANNOUNCED.finding(
            policy.path,
            f"interfaces of {_KIND} {policy.name} ({', '.join(patterns)}) match none of the nodes', which are "
            f"{', '.join(has)}: nobody announces its addresses",
            'write interfaces: ["^eth[0-9]+"], or leave it out',
            about="interfaces",
        )


def _matches(pattern: str, interface: str) -> bool:
    try:
        return re.search(pattern, interface) is not None
    except re.error:
        return True


def _faulty(name: str, cilium: HelmService) -> Iterator[Finding]:
    given = cilium.values
    announces = value(given, "l2announcements", "enabled") is True and value(given, "gatewayAPI", "enabled") is True
    is_local = value(given, "gatewayAPI", "externalTrafficPolicy") == "Local"
    if announces and is_local and cilium.chart.version.removeprefix("v") == _FAULTY:
        yield CHART_FAULTY.finding(
            ("services", name, "chart", "version"),
            f"chart cilium {_FAULTY} of {name} announces no Gateway with externalTrafficPolicy Local "
            "(cilium/cilium#48799)",
            f"write gatewayAPI.externalTrafficPolicy: Cluster, or version: {_MENDED}",
            facts={"version": _FAULTY, "mended": _MENDED},
        )
