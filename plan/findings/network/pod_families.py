"""Clusters with both families whose network plugin gives pods one."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.lab import Lab
from config.service import HelmService
from config.source import is_mapping, is_sequence
from plan.findings.network.pod_range import FLANNEL_IPV6
from plan.model import Edit, Remedy
from plan.model.fields import value
from plan.model.findings import Finding, Rule

PODS_OF_ONE_FAMILY = Rule(
    "PODS-OF-ONE-FAMILY",
    "warning",
    title="The network plugin gives pods IPv4 alone",
    meaning=(
        "The cluster has both families (`ipv6` in cluster.yaml), and the values of its network plugin name none of "
        "IPv6. Pods get one address, and a Service of IPv6, or with `RequireDualStack`, leads nobody to them by IPv6."
    ),
    remedy="Let the network plugin give pods addresses of both, or take `ipv6` out of cluster.yaml.",
)

_POOLS = ("installation", "calicoNetwork", "ipPools")


def pod_family_findings(lab: Lab) -> Iterator[Finding]:
    """Charts whose values give pods no address of IPv6. Without pools of its own, Calico takes the cluster's."""
    if lab.cluster.ipv6 is None:
        return
    pods = str(lab.cluster.ipv6.pod_cidr)
    for name, service in lab.services.items():
        if not isinstance(service, HelmService):
            continue
        missing = _missing(service.chart.name, service.values, pods)
        if missing is None:
            continue
        words, edits = missing
        path = ("services", name, "values")
        steps = tuple(Edit((*path, *keys), each) for keys, each in edits)
        yield PODS_OF_ONE_FAMILY.finding(
            ("services", name),
            f"{name} gives pods addresses of IPv4 alone, and the cluster has both families",
            f"write {words} in the values of {name}",
            facts={"pod_cidr": pods},
            remedies=(Remedy(f"write {words}", steps),) if steps else (),
        )


_Missing = tuple[str, tuple[tuple[tuple[str, ...], object], ...]]


def _missing(chart: str, values: Mapping[str, Any], pods: str) -> _Missing | None:
    """The words for what the values lack, and the edits that write it."""
    match chart:
        case "flannel" if not value(values, FLANNEL_IPV6):
            return f'{FLANNEL_IPV6}: "{pods}"', (((FLANNEL_IPV6,), pods),)
        case "cilium" if value(values, "ipv6", "enabled") is not True:
            return "ipv6: {enabled: true}", ((("ipv6", "enabled"), True),)
        case "tigera-operator" if (pools := value(values, *_POOLS)) and not any(
            ":" in str(value(each, "cidr")) for each in (pools if is_sequence(pools) else [pools]) if is_mapping(each)
        ):
            return f'a second pool {{cidr: "{pods}"}} under {".".join(_POOLS)}', ()
        case _:
            return None
