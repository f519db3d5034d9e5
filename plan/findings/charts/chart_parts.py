"""Workloads that well-known charts run, and that a footprint leaves out or counts too few of."""

import re
from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from plan.findings.charts.chart_values import FOOTPRINT_INCOMPLETE
from plan.model.fields import value
from plan.model.findings import Finding
from plan.wording import listed
from plan.workloads.chart_parts import Part, known_chart

_REPLICAS = (("replicaCount",), ("replicas",), ("deployment", "replicas"), ("server", "ha", "replicas"))
"""Where values of charts say how many pods their main workload has."""


def chart_part_findings(lab: Lab) -> Iterator[Finding]:
    """Workloads that a chart runs and a footprint leaves out, and replicas that it does not count. The footprint of a
    release that was found is that of its pods."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and not service.as_found:
            yield from _left_out(name, service)
            yield from _replicas(name, service)


def _left_out(name: str, service: HelmService) -> Iterator[Finding]:
    chart = known_chart(service)
    if chart is None:
        return
    named = [
        each.lower()
        for key, workload in service.footprint.items()
        for each in (key, *workload.containers, *workload.init)
    ]
    missing = [
        part
        for part in chart.parts
        if _is_on(service, part) and not any(word in each for word in (part.words or (part.name,)) for each in named)
    ]
    if not missing:
        return
    switches = [f"{part.switch}: false" for part in missing if part.switch and not part.is_needed]
    off = f"{listed(switches)} in its values"
    instead = f", or write {off}" if len(switches) == len(missing) else f"; what is not needed goes with {off}"
    yield FOOTPRINT_INCOMPLETE.finding(
        ("services", name, "footprint"),
        f"chart {service.chart.name} of {name} also runs {listed([_said(part) for part in missing])}, which its "
        f"footprint does not name: {'it is' if len(missing) == 1 else 'they are'} not counted",
        f"name {'it' if len(missing) == 1 else 'them'} in the footprint of {name}" + (instead if switches else ""),
        about="parts",
        facts={"parts": tuple(part.name for part in missing)},
    )


def _said(part: Part) -> str:
    return f"{part.name} ({part.takes} of memory)" if part.takes else part.name


def _is_on(service: HelmService, part: Part) -> bool:
    stated = value(service.values, *part.switch.split(".")) if part.switch else None
    if stated is not None:
        return stated is True
    return part.is_default and (not part.since or _version(service) >= part.since)


def _version(service: HelmService) -> tuple[int, ...]:
    """The numbers of a chart's version, without what follows them."""
    numbers = re.match(r"v?(\d+)\.(\d+)\.(\d+)", service.chart.version)
    return tuple(map(int, numbers.groups())) if numbers else ()


def _replicas(name: str, service: HelmService) -> Iterator[Finding]:
    """Only of a footprint with one workload of several pods can it be told which is meant."""
    steady = [key for key, each in service.footprint.items() if each.runs_as in ("deployment", "statefulset")]
    if len(steady) != 1:
        return
    (key,) = steady
    counted = service.footprint[key].replicas
    for path in _REPLICAS:
        stated = value(service.values, *path)
        if isinstance(stated, int) and not isinstance(stated, bool) and stated > counted:
            yield FOOTPRINT_INCOMPLETE.finding(
                ("services", name, "footprint", key),
                f"the values of {name} say {'.'.join(path)}: {stated}, and its footprint counts {counted}",
                f"write replicas: {stated} at {key} of the footprint",
                about="replicas",
                facts={"stated": stated, "counted": counted},
            )
            return
