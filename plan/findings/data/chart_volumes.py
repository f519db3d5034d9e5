"""Data of charts whose values leave it in scratch space, or put a database onto NFS."""

from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from config.storage_class import NfsStorageClass
from plan.findings.chart_programs import ChartProgram, at, kept_in, path_of, programs_of_chart
from plan.findings.chart_rows import Data
from plan.findings.data.data_paths import DATA_WITHOUT_VOLUME
from plan.findings.data.stores import DATABASE_ON_NFS, FIX, STORES, WHY, embedded_in
from plan.model.findings import Finding


def chart_volume_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each known folder of a chart that goes with its pod, or whose database is on NFS."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and not service.as_found:
            for each in programs_of_chart(name, service):
                data = each.row.data
                if data and not any(_is_stated(at(service, place)) for place in data.instead):
                    yield from _in_scratch(name, service, each, data)
                    yield from _on_nfs(lab, name, service, each, data)


def _is_stated(stated: object) -> bool:
    """Whether a value says anything; `sqlite` and `default` say what the chart does anyway."""
    return bool(stated) and stated not in ("sqlite", "default")


def _in_scratch(name: str, service: HelmService, each: ChartProgram, data: Data) -> Iterator[Finding]:
    program = each.program
    if not data.is_precious or kept_in(service, data) != "scratch" or program.is_on_volume(data.folder):
        return
    stated = at(service, data.switch)
    if stated is True:
        yield from _of_kind(name, service, each, data)
        return
    place = data.switch.replace("/", ".")
    says = "is not stated" if stated is None else "is false" if stated is False else "is empty"
    yield DATA_WITHOUT_VOLUME.finding(
        path_of(name, data.switch) if stated is not None else program.path,
        f"{_called(name, service)} keeps its data in {data.folder}, and {place} in its values {says}: it is scratch "
        "space, and the data is gone with the next pod",
        f"write {place}: {{size: 10Gi}}, or more" if data.is_default is None else f"write {place}: true",
        about=name,
        facts={"data": data.folder},
    )


def _of_kind(name: str, service: HelmService, each: ChartProgram, data: Data) -> Iterator[Finding]:
    """A claim that is switched on, and that the chart takes for scratch space because of its kind."""
    place = data.kind.replace("/", ".")
    stated = at(service, data.kind)
    yield DATA_WITHOUT_VOLUME.finding(
        path_of(name, data.kind if stated else data.switch),
        f"{_called(name, service)} keeps its data in {data.folder}, and {place} in its values "
        + ("is emptyDir" if stated else "is not stated, which is emptyDir")
        + f": {data.switch.replace('/', '.')} makes a claim that no pod mounts, and the data is gone with the next pod",
        f"write {place}: " + ("existing" if at(service, data.claim) else "dynamic"),
        about=name,
        facts={"data": data.folder},
    )


def _called(name: str, service: HelmService) -> str:
    chart = service.chart.name
    return name if chart == name else f"{chart} of {name}"


def _on_nfs(lab: Lab, name: str, service: HelmService, each: ChartProgram, data: Data) -> Iterator[Finding]:
    program = each.program
    if service.chart.name in STORES and any(workload.volumes for workload in service.footprint.values()):
        return  # the volumes of the footprint are looked at
    store = STORES.get(program.short)
    told = None if any(at(service, place) for place in each.row.further) else program.places
    embedded = None if store else embedded_in(program.image, told)
    found = _class_of(name, service, data) if store or embedded else None
    if found is None or kept_in(service, data) != "volume":
        return
    path, stated = found
    if isinstance(lab.storage_classes.get(stated), NfsStorageClass):
        yield DATABASE_ON_NFS.finding(
            path,
            f"{store or 'the SQLite database'} of {name} has its files on NFS ({stated}): {WHY}",
            FIX,
            about=program.short,
            facts={"store": store or "SQLite", "storage_class": stated},
        )


def _class_of(name: str, service: HelmService, data: Data) -> tuple[Path, str] | None:
    """The storage class of the claim: of a volume of the service, or as the values state it."""
    claim, stated = at(service, data.claim), at(service, data.storage_class)
    if claim:
        named = (row.storage_class for key, row in service.volumes.items() if claim == (row.claim or f"{name}-{key}"))
        found = next(named, None)
        return (path_of(name, data.claim), found) if found else None
    return (path_of(name, data.storage_class), stated) if isinstance(stated, str) else None
