"""Programs in the values of charts that are known: what the values say, and nothing that they leave open."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import yaml

from config.notation import counted
from config.quantity import Memory
from config.service import HelmService
from config.source import Path, is_mapping, is_sequence
from plan.findings.app_template import stated_text, stated_variables
from plan.findings.chart_rows import CHARTS, Data, Nested, Row
from plan.findings.program import KEPT, Kept, Program
from plan.model.fields import Fields, entries, text, value


class ChartProgram(NamedTuple):
    """A container of a chart, with the row that says where it stands."""

    row: Row
    program: Program


def rows_of(service: HelmService) -> tuple[Row, ...]:
    """The containers of a chart that are known, where it comes from its own project."""
    chart = CHARTS.get(service.chart.name)
    if chart is None or service.chart.repository.rstrip("/") not in chart.repositories:
        return ()
    return chart.rows


def programs_of_chart(name: str, service: HelmService) -> Iterator[ChartProgram]:
    """Every known container of a chart that its values do not switch off."""
    for index, row in enumerate(rows_of(service)):
        count = _count(service, row)
        is_elsewhere = at(service, row.external) == "external"
        if count and at(service, row.switch) is not False and not is_elsewhere:
            yield ChartProgram(row, _program(name, service, row, count, is_main=index == 0))


def _count(service: HelmService, row: Row) -> int:
    if row.scaled_by and at(service, row.scaled_by) is not True:
        return 1
    stated = at(service, row.replicas)
    return stated if isinstance(stated, int) else row.pods


def at(service: HelmService, place: str) -> Any:
    """The value at a place; None where there is none, and where the place is not known."""
    return value(service.values, *place.split("/")) if place else None


def path_of(name: str, place: str) -> Path:
    """The path of a place in the values."""
    return ("services", name, "values", *place.split("/"))


def kept_in(service: HelmService, data: Data) -> Kept:
    """Whether a folder of a chart outlives its pod; `other` where the values leave that open."""
    stated = at(service, data.switch)
    if data.is_default is None:
        return "volume" if stated or at(service, data.claim) else "scratch"
    if (data.is_default if stated is None else stated) is not True:
        return "other" if stated else "scratch"
    return "scratch" if data.kind and (at(service, data.kind) or data.kind_default) == "emptyDir" else "volume"


def is_shared(service: HelmService, data: Data) -> bool:
    """Whether all replicas of a chart mount the one claim of a folder."""
    return bool(data.access) and not any(at(service, place) in stated for place, stated in data.each.items())


def _program(name: str, service: HelmService, row: Row, replicas: int, *, is_main: bool) -> Program:
    found = {variable: (place, told) for variable, place, told in _variables(name, service, row)}
    is_open = row.own is None or any(at(service, place) for place in row.further)
    files = {file: stated for file, place in row.files.items() if isinstance(stated := at(service, place), str)}
    return Program(
        path=("services", name, "values"),
        service=name,
        name=name,
        image=_image(service, row),
        words=tuple(_words(service, row.arguments)),
        env={variable: told for variable, (_, told) in found.items() if told is not None},
        variables=None if is_open else frozenset({*found, *(row.own or ())}),
        files=files,
        mounts=_mounts(service, row),
        sizes=(),
        memory=_limit(service, row),
        runs_as=row.runs_as,
        replicas=replicas,
        is_main=is_main,
        places={
            "replicas": path_of(name, row.replicas),
            **{variable: path_of(name, place) for variable, place in row.told.items()},
            **{variable: place for variable, (place, _) in found.items()},
        },
    )


def _limit(service: HelmService, row: Row) -> int | None:
    """Bytes that the footprint gives to a container by its place in the values, or that these state themselves."""
    place = row.limit.replace("/", ".")
    for workload in service.footprint.values():
        for each in workload.containers.values():
            if each.values == place and isinstance(each.memory, Memory):
                return each.memory
    stated = at(service, f"{row.limit}/limits/memory")
    return counted(str(stated)) if stated else None


def _image(service: HelmService, row: Row) -> str:
    """The image that the values name, else the chart's; its tag only where it is stated."""
    places = (at(service, place) for place in row.image_at)
    stated = next((each for each in places if is_mapping(each)), None)
    if stated is None:
        return row.image
    registry, repository, tag = text(stated, "registry"), text(stated, "repository"), text(stated, "tag")
    called = f"{registry}/{repository}" if registry and repository else repository or row.image
    return f"{called}:{tag}" if tag else called


def _words(service: HelmService, places: Iterable[str]) -> Iterator[str]:
    for place in places:
        stated = at(service, place)
        if isinstance(stated, str):
            yield stated
        elif is_sequence(stated):
            yield from (str(each) for each in stated)


def _variables(name: str, service: HelmService, row: Row) -> Iterator[tuple[str, Path, str | None]]:
    """Variables with their place and value; None for one whose value is elsewhere."""
    for nested in row.nested:
        stated = at(service, nested.at)
        if is_mapping(stated):
            yield from _nested(nested, stated, (), path_of(name, nested.at))
    for place in row.variables:
        stated, path = at(service, place), path_of(name, place)
        if isinstance(stated, str):
            stated = _read(stated)
        yield from ((variable, (*path, key), told) for key, variable, told in stated_variables(stated))
    for variable, place in row.told.items():
        if (stated := at(service, place)) is not None:
            yield variable, path_of(name, place), stated_text(stated)


def _nested(nested: Nested, stated: Any, above: tuple[str, ...], path: Path) -> Iterator[tuple[str, Path, str | None]]:
    for key, told in stated.items():
        keys = (*above, str(key))
        if is_mapping(told):
            yield from _nested(nested, told, keys, (*path, key))
        elif not is_sequence(told):
            called = nested.joint.join(keys)
            called = called.upper().replace(".", "_") if nested.is_upper else called
            yield f"{nested.prefix}{called}", (*path, key), stated_text(told)


def _read(stated: str) -> Any:
    """A list of variables in a text; nothing of one that Helm has to fill in first."""
    try:
        return yaml.safe_load(stated) if "{{" not in stated else None
    except yaml.YAMLError:
        return None


def _mounts(service: HelmService, row: Row) -> Mapping[str, Kept]:
    kinds: dict[str, Kept] = {
        text(each, "name"): _kind(each) for place in row.volumes for each in entries(service.values, *place.split("/"))
    }
    found: dict[str, Kept] = {row.data.folder: kept_in(service, row.data)} if row.data else {}
    for place in row.mounts:
        for each in entries(service.values, *place.split("/")):
            is_claim = bool(text(each, "existingClaim"))
            kind = "volume" if is_claim else kinds.get(text(each, "name")) or "other"
            found[text(each, "mountPath").rstrip("/")] = kind
    return found


def _kind(volume: Fields) -> Kept:
    """Of a volume as a pod has it, or of one whose claim the chart writes (as grafana's)."""
    if text(volume, "existingClaim"):
        return "volume"
    for key, kept in KEPT.items():
        if key in volume:
            return kept
    return "other"
