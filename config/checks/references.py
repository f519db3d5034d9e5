"""Names that refer to something: it has to exist."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from config.draft import Draft
from config.model import shown
from config.source import Path, Problem, is_mapping
from config.suggest import did_you_mean


class Reference(NamedTuple):
    """A place that holds a name, and the mapping in which that name has to stand.

    In `known`, a number stands for that part of the referring path, `@host` for the host that the referring
    entry lies on, and `*` for any name.
    """

    pattern: str
    what: str
    known: str


REFERENCES = (
    Reference("site.hosts.*.storages.*.disk", "disk", "site.hosts.2.disks"),
    Reference("site.hosts.*.file_storage", "storage", "site.hosts.2.storages"),
    Reference("site.templates.*.host", "host", "site.hosts"),
    Reference("site.templates.*.storage", "storage", "site.hosts.@host.storages"),
    Reference("site.machine_backups.*.machines.*", "machine", "machines"),
    Reference("networks.bridges.*.hosts.*", "host", "site.hosts"),
    Reference("networks.networks.*.bridge", "bridge", "networks.bridges"),
    Reference("shapes.*.host", "host", "site.hosts"),
    Reference("shapes.*.disks.*.storage", "storage", "site.hosts.@host.storages"),
    Reference("shapes.*.interfaces.*.network", "network", "networks.networks"),
    Reference("shapes.*.template", "template", "site.templates"),
    Reference("machines.*.shape", "shape", "shapes"),
    Reference("machines.*.host", "host", "site.hosts"),
    Reference("machines.*.disks.*.storage", "storage", "site.hosts.@host.storages"),
    Reference("machines.*.interfaces.*.network", "network", "networks.networks"),
    Reference("machines.*.pci_devices.*", "PCI device", "site.hosts.@host.pci_devices"),
    Reference("machines.*.usb_devices.*", "USB device", "site.hosts.@host.usb_devices"),
    Reference("machines.*.template", "template", "site.templates"),
    Reference("cluster.node_network", "network", "networks.networks"),
    Reference("cluster.platform.policy_engine", "service", "services"),
    Reference("cluster.platform.kubelet_certificates", "service", "services"),
    Reference("cluster.platform.pod_network", "service", "services"),
    Reference("cluster.platform.recommender", "service", "services"),
    Reference("cluster.platform.databases", "service", "services"),
    Reference("cluster.platform.ingress.controller", "service", "services"),
    Reference("cluster.platform.ingress.forward_auth", "service", "services"),
    Reference("cluster.platform.gateways.*.service", "service", "services"),
    Reference("cluster.platform.public_dns.service", "service", "services"),
    Reference("cluster.platform.secrets.operator", "service", "services"),
    Reference("cluster.platform.secrets.vault", "service", "services"),
    Reference("cluster.platform.watching.service", "service", "services"),
    Reference("cluster.platform.gpu.operator", "service", "services"),
    Reference("cluster.platform.gpu.feature_discovery", "service", "services"),
    Reference("storage.*.driver", "service", "services"),
    Reference("storage.*.storage", "storage", "site.hosts.*.storages"),
    Reference("tiers.*.quota.priority_classes.*", "tier", "tiers"),
    Reference("groups.*.tier", "tier", "tiers"),
    Reference("services.*.tier", "tier", "tiers"),
    Reference("services.*.group", "group", "groups"),
    Reference("services.*.volumes.*.storage_class", "storage class", "storage"),
    Reference("services.*.scratch.*.storage_class", "storage class", "storage"),
    Reference("services.*.footprint.*.claims.*", "storage class", "storage"),
    Reference("services.*.storage_class", "storage class", "storage"),
    Reference("services.*.backup.storage_class", "storage class", "storage"),
    Reference("services.*.expose.*.workload", "workload", "services.1.workloads"),
    Reference("services.*.expose.*.gateway", "gateway", "cluster.platform.gateways"),
    Reference("services.*.expose.*.further_gateways.*", "gateway", "cluster.platform.gateways"),
    Reference("services.*.streams.*.workload", "workload", "services.1.workloads"),
    Reference("services.*.streams.*.gateway", "gateway", "cluster.platform.gateways"),
    Reference("services.*.footprint.*.volumes.*", "volume", "services.1.volumes"),
    Reference("services.*.waits_for.*", "service", "services"),
    Reference("services.*.workloads.*.waits_for.*", "service", "services"),
)

_OPTIONAL = frozenset({"gateways", "pci_devices", "templates", "usb_devices", "volumes", "workloads"})
"""Mappings that may be left out; then there is nothing that could be referred to."""


def check_references(lab: Draft) -> Iterator[Problem]:
    """A name has to refer to something. Nothing is reported where the file that should define it cannot be read."""
    for reference in REFERENCES:
        for path, name in lab.find(reference.pattern.split(".")):
            scope = [_resolved(lab, part, path) for part in reference.known.split(".")]
            known = _names(lab, scope)
            if isinstance(name, str) and known is not None and name not in known:
                where = f" on host {shown(scope[2])}" if "@host" in reference.known else ""
                whole = "the files in services/" if reference.known == "services" else ""
                message = f"unknown {reference.what} {shown(name)}{where}{did_you_mean(name, known, whole)}"
                yield lab.problem(path, message)


def _resolved(lab: Draft, part: str, path: Path) -> Any:
    if part == "@host":
        holders = (lab.said_at((*path[:length], "host")) for length in range(len(path) - 1, 0, -1))
        return next((host for host in holders if isinstance(host, str)), None)
    return path[int(part)] if part.isdigit() else part


def _names(lab: Draft, scope: Sequence[Any]) -> set[str] | None:
    """The names that are defined in `scope`; None where that is not known."""
    *around, last = scope
    missing: dict[str, Any] | None = {} if last in _OPTIONAL else None
    names: set[str] | None = None
    for _, holder in lab.find(around):
        found = holder.get(last, missing) if is_mapping(holder) else None
        if not is_mapping(found):
            return None
        names = {*(names or ()), *found}
    return names
