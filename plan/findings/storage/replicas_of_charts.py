"""Replicas of charts that mount one volume, which one node at a time can have."""

from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from config.service.footprint import FootprintService
from plan.findings.chart_programs import at, is_shared, kept_in, path_of, programs_of_chart
from plan.findings.storage.block_volumes import BLOCK_VOLUME_SHARED
from plan.model.fields import values
from plan.model.findings import Finding
from plan.wording import listed
from plan.workloads.volume_classes import is_block, takes_slot


def chart_replica_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each deployment of a chart with several pods and one block volume."""
    for name, service in lab.services.items():
        if isinstance(service, FootprintService) and not service.as_found:
            yield from _of_footprint(lab, name, service)
            if isinstance(service, HelmService) and not any(each.volumes for each in service.footprint.values()):
                yield from _of_values(lab, name, service)


def _of_footprint(lab: Lab, name: str, service: FootprintService) -> Iterator[Finding]:
    for key, workload in service.footprint.items():
        if workload.runs_as not in ("deployment", "daemonset") or workload.node_selector:
            continue
        rows = {each: service.volumes[each] for each in workload.volumes}
        own = (each for each, row in rows.items() if takes_slot(lab, row) and row.access != "ReadWriteMany")
        held = [*own, *(each for each, kept in workload.claims.items() if is_block(lab, kept))]
        is_daemon = workload.runs_as == "daemonset"
        if held and (is_daemon or workload.replicas > 1):
            pods = "the pods of every node" if is_daemon else f"{workload.replicas} replicas"
            yield BLOCK_VOLUME_SHARED.finding(
                ("services", name, "footprint", key),
                f"{pods} of {key} mount the block volume {listed(held)}, which one node at a time can attach: the "
                "others stay in ContainerCreating",
                f"let the values of {name} say one replica and write replicas: 1 here, or use an NFS storage class",
                about=f"{name}/{key}",
                facts={"volumes": tuple(held)},
            )


def _of_values(lab: Lab, name: str, service: HelmService) -> Iterator[Finding]:
    """Claims that a chart makes itself, of a class that its values name."""
    for row, program in programs_of_chart(name, service):
        data = row.data
        if data is None or program.replicas < 2 or not is_shared(service, data) or kept_in(service, data) != "volume":
            continue
        stated, place = at(service, data.storage_class), data.storage_class.replace("/", ".")
        modes = at(service, data.access)
        is_many = "ReadWriteMany" in (
            modes if isinstance(modes, str) else values(service.values, *data.access.split("/"))
        )
        if at(service, data.claim) or not isinstance(stated, str) or not is_block(lab, stated) or is_many:
            continue
        yield BLOCK_VOLUME_SHARED.finding(
            path_of(name, row.replicas),
            f"{program.replicas} replicas of {program.short} mount the one block volume of {name} ({place}: {stated}), "
            "which one node at a time can attach: the others stay in ContainerCreating",
            f"write {row.replicas.replace('/', '.')}: 1 in the values of {name}, or an NFS storage class with "
            f"{data.access.replace('/', '.')} ReadWriteMany",
            about=f"{name}/{program.short}",
            facts={"storage_class": stated},
        )
