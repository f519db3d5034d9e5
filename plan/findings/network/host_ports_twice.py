"""Charts whose agents take the same port of every node."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.source import Path, dotted
from plan.model.fields import value
from plan.model.findings import Finding, Rule

HOST_PORT_TWICE = Rule(
    "HOST-PORT-TWICE",
    "warning",
    title="Two charts take the same port of the nodes",
    meaning=(
        "Drivers of volumes and exporters of metrics run on the network of every node, and each has ports of its own "
        "there. Where two have the same one, the scheduler leaves the second on no node: its pods stay Pending, or end "
        "with 'address already in use'. Footprints that name the ports are held against each other by the plan."
    ),
    remedy="Give one of them another port in its values, or switch one of two that do the same off.",
)


class _Port(NamedTuple):
    """A port of a chart on the network of the nodes."""

    part: str
    key: tuple[str, ...]
    number: int
    """Unless the values say another."""
    switch: tuple[str, ...] = ()


_EXPORTER = ("prometheus-node-exporter", "service", "port")
_CHARTS: Mapping[str, tuple[_Port, ...]] = {
    "csi-driver-nfs": (
        _Port("controller", ("controller", "livenessProbe", "healthPort"), 29652),
        _Port("agents", ("node", "livenessProbe", "healthPort"), 29653),
    ),
    "csi-driver-smb": (_Port("agents", ("node", "livenessProbe", "healthPort"), 29643, ("linux", "enabled")),),
    "kube-prometheus-stack": (_Port("node exporter", _EXPORTER, 9100, ("nodeExporter", "enabled")),),
    "prometheus": (_Port("node exporter", _EXPORTER, 9100, ("prometheus-node-exporter", "enabled")),),
    "prometheus-node-exporter": (_Port("node exporter", ("service", "port"), 9100),),
}
"""Read in values.yaml and templates of both drivers; 9100 is what the node exporter documents."""
_NETWORKS = (("hostNetwork",), ("prometheus-node-exporter", "hostNetwork"))


class _Taken(NamedTuple):
    service: str
    port: _Port
    path: Path
    is_counted: bool


def host_port_twice_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each chart whose agents want a port that those of another have."""
    taken: dict[int, _Taken] = {}
    for name, service in lab.charts(*_CHARTS):
        is_counted = any(workload.host_ports for workload in service.footprint.values())
        is_apart = any(value(service.values, *key) is False for key in _NETWORKS)
        for port in _CHARTS[service.chart.name] if not is_apart else ():
            stated = value(service.values, *port.key)
            number = stated if isinstance(stated, int) else port.number
            if port.switch and value(service.values, *port.switch) is False:
                continue
            path: Path = ("services", name, "values", *(port.key if stated is not None else ()))
            first = taken.setdefault(number, _Taken(name, port, path, is_counted))
            if first.port is not port and not (first.is_counted and is_counted):
                yield _said(number, first, _Taken(name, port, path, is_counted))


def _said(number: int, first: _Taken, second: _Taken) -> Finding:
    key = dotted(second.port.key)
    return HOST_PORT_TWICE.finding(
        second.path,
        f"the {second.port.part} of {second.service} and the {first.port.part} of {first.service} take port {number} "
        "of every node: one of the two does not run",
        f"write {key}: {number + 10}, or another port that is free, in the values of {second.service}"
        if second.port.part != "node exporter"
        else f"switch one of the two exporters off, or write {key}: {number + 10} in the values of {second.service}",
        about=str(number),
        facts={"port": number, "services": (first.service, second.service)},
    )
