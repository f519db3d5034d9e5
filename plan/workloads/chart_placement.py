"""Where charts want their pods by default: like pods on different nodes, and no two on one."""

from collections.abc import Mapping
from typing import NamedTuple

from config.service import HelmService
from config.service.footprint import FootprintWorkload
from plan.model.constraints import HOSTNAME, AffinityTerm, Requirement
from plan.model.fields import value

_LABEL = "app.kubernetes.io/name"


class _Apart(NamedTuple):
    """Pods of a chart of which no two share a node."""

    container: str
    stated: tuple[str, ...]
    """Where its values say otherwise."""
    is_switch: bool = False
    """Whether that value switches it on and off; else it is the affinity itself."""


KEPT_APART: Mapping[str, tuple[_Apart, ...]] = {
    "cilium": (_Apart("cilium-operator", ("operator", "affinity")),),
    "consul": (_Apart("consul", ("server", "affinity")),),
    "elasticsearch": (_Apart("elasticsearch", ("antiAffinity",), is_switch=True),),
    "loki": (
        _Apart("loki", ("singleBinary", "affinity")),
        _Apart("write", ("write", "affinity")),
        _Apart("read", ("read", "affinity")),
        _Apart("backend", ("backend", "affinity")),
    ),
    "openbao": (_Apart("openbao", ("server", "affinity")), _Apart("sidecar-injector", ("injector", "affinity"))),
    "redis-ha": (_Apart("redis", ("hardAntiAffinity",), is_switch=True),),
    "vault": (_Apart("vault", ("server", "affinity")), _Apart("sidecar-injector", ("injector", "affinity"))),
}
"""By chart: `podAntiAffinity` that is required over host names in the chart's values.yaml."""

_ON = (None, True, "hard")


def kept_apart(
    helm: HelmService, name: str, workload: FootprintWorkload
) -> tuple[Mapping[str, str], AffinityTerm] | None:
    """The labels of such pods, and with which of them they do not share a node."""
    rows = (each for each in KEPT_APART.get(helm.chart.name, ()) if each.container in workload.containers)
    row = next(rows, None)
    if row is None or not _holds(helm, row):
        return None
    return {_LABEL: name}, AffinityTerm((Requirement(_LABEL, "In", (name,)),), HOSTNAME)


def _holds(helm: HelmService, row: _Apart) -> bool:
    stated = value(helm.values, *row.stated)
    if row.is_switch:
        return stated in _ON
    if stated is None:
        return True
    if isinstance(stated, str):
        return "podAntiAffinity" in stated and "requiredDuring" in stated
    return bool(value(helm.values, *row.stated, "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"))
