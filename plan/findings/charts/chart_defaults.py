"""Containers of charts whose figures are counted and written nowhere: what the API server may make of them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.quantity import Memory
from config.service import HelmService
from config.service.footprint import FootprintWorkload
from config.source import Path
from plan.kubernetes.admission.defaults import container_defaults
from plan.model import Namespace
from plan.model.findings import Finding, Rule
from plan.model.resources import MEMORY
from plan.wording import listed

FOOTPRINT_UNCHECKED = Rule(
    "FOOTPRINT-UNCHECKED",
    "warning",
    title="A container of a chart may be far larger than its footprint says",
    meaning=(
        "The figures of a footprint reach the chart only where `values` says their place in its values. Without it "
        "they are counted, and the real container has what the chart states. Where the chart states nothing, the API "
        "server gives it the default limit and request of the namespace's LimitRange. Which of them it is could not be "
        "checked. It is said where that default is many times what was counted, and of a limit of disk space, for "
        "which there is no default."
    ),
    remedy="Write `values` of the container, or the figures that the chart states.",
)

MANY_TIMES = 8
"""The default is that many times what was counted, and more: less is within what an estimate misses."""
MUCH = Memory(128 << 20)
"""And that much more, in bytes."""


class Uncounted(NamedTuple):
    """A container that may become larger."""

    path: Path
    name: str
    counted: Memory
    default: Memory


def chart_default_findings(lab: Lab, namespaces: Iterable[Namespace]) -> Iterator[Finding]:
    """A finding for each workload of a chart whose containers may get far more than was counted."""
    for namespace in namespaces:
        if namespace.limit_range is None:
            continue
        limits, _ = container_defaults(namespace.limit_range)
        default = Memory(limits.get(MEMORY, 0))
        for name in namespace.services:
            service = lab.services[name]
            for key, workload in service.footprint.items() if isinstance(service, HelmService) else ():
                path = ("services", name, "footprint", key)
                found = [
                    Uncounted((*path, group, each), each, container.memory, default)
                    for group, containers in (("containers", workload.containers), ("init", workload.init))
                    for each, container in containers.items()
                    if container.values is None
                    and container.memory != "unlimited"
                    and _is_far_more(container.memory, default)
                ]
                if found:
                    yield _said(path, namespace.tier, found)
                yield from _disk_of_nobody(path, workload)


def _disk_of_nobody(path: Path, workload: FootprintWorkload) -> Iterator[Finding]:
    """Limits of disk space that reach no chart: a LimitRange of the program has no default for them."""
    for group, containers in (("containers", workload.containers), ("init", workload.init)):
        for name, container in containers.items():
            if container.values is None and container.ephemeral_storage is not None:
                yield FOOTPRINT_UNCHECKED.finding(
                    (*path, group, name, "ephemeral_storage"),
                    f"{name} of {path[1]} may take {container.ephemeral_storage} of disk by its footprint, which no "
                    "`values` write into the chart: whether anything limits it was not checked",
                    "write values: PATH, the place of its resources in the chart's values, or leave it out",
                    about=f"{name} disk",
                    facts={"bytes": int(container.ephemeral_storage)},
                )


def _is_far_more(counted: Memory, default: Memory) -> bool:
    return default > MANY_TIMES * counted and default - counted >= MUCH


def _said(path: Path, tier: str, found: list[Uncounted]) -> Finding:
    each = found[0]
    names = listed([container.name for container in found])
    are = "is" if len(found) == 1 else "are"
    return FOOTPRINT_UNCHECKED.finding(
        each.path if len(found) == 1 else path,
        f"{names} of {path[1]} {are} counted with {each.counted} of memory, which no `values` write into the chart: "
        f"where it states none, the LimitRange of tier {tier} gives {each.default}; not checked",
        "write values: PATH, the place of its resources in the chart's values, or the figures that the chart states",
        facts={"counted_bytes": int(each.counted), "default_bytes": int(each.default)},
    )
