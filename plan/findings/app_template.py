"""Programs in the values of app-template, a chart whose values say each container as a manifest does.

Its keys are those of the versions 2 to 4, with `controllers`. Of other charts the templates add too much.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from config.notation import counted
from config.service import HelmService
from config.source import Path, is_mapping
from plan.findings.program import KEPT, Kept, Program
from plan.model.fields import Fields, entries, mapping, number, text, value, values

CHART = "app-template"


def programs_of_template(name: str, service: HelmService) -> Iterator[Program]:
    """Every container of every controller that is switched on."""
    if service.chart.name != CHART:
        return
    for key, controller in _switched_on(mapping(service.values, "controllers")):
        path: Path = ("services", name, "values", "controllers", key)
        replicas = number(controller, "replicas", default=1)
        for kind in ("containers", "initContainers") if replicas else ():
            for index, (called, container) in enumerate(_switched_on(mapping(controller, kind))):
                limit = text(container, "resources", "limits", "memory")
                yield Program(
                    path=(*path, kind, called),
                    service=name,
                    name=name,
                    image=_image(container),
                    words=tuple(word for part in ("command", "args") for word in _words(container, part)),
                    env={variable: told for variable, told in _variables(container) if told is not None},
                    variables=_names(service.values, container),
                    files={},
                    mounts=_mounts(service.values, key, controller, called),
                    sizes=(),
                    memory=counted(limit),
                    runs_as=(text(controller, "type") or "deployment").lower(),
                    replicas=replicas,
                    is_main=kind == "containers" and index == 0,
                )


def _switched_on(of: Fields) -> Iterator[tuple[str, Fields]]:
    for key in of:
        row = mapping(of, key)
        if row and value(row, "enabled") is not False:
            yield key, row


def _image(container: Fields) -> str:
    repository, tag = text(container, "image", "repository"), text(container, "image", "tag")
    return f"{repository}:{tag}" if tag else repository


def _words(container: Fields, part: str) -> list[str]:
    stated = value(container, part)
    return [stated] if isinstance(stated, str) else [str(each) for each in values(container, part)]


def _variables(container: Fields) -> Iterator[tuple[str, str | None]]:
    """Variables with their values; None for one whose value is elsewhere, or is made by Helm."""
    return ((name, told) for _, name, told in stated_variables(value(container, "env")))


def stated_variables(stated: Any) -> Iterator[tuple[str | int, str, str | None]]:
    """Variables of a mapping or a list in values: the key of each in it, its name, and its `stated_text`."""
    if is_mapping(stated):
        for name, told in stated.items():
            yield name, name, stated_text(value(told, "value") if is_mapping(told) else told)
    elif isinstance(stated, list | tuple):
        for index, row in enumerate(cast(Sequence[Any], stated)):
            if is_mapping(row) and row.get("name"):
                yield index, str(row["name"]), stated_text(row.get("value"))


def stated_text(told: Any) -> str | None:
    """The value of a variable as its program reads it; None where it is elsewhere, or is made by Helm."""
    if told is None or "{{" in str(told):
        return None
    return str(told).lower() if isinstance(told, bool) else str(told)


def _names(chart: Fields, container: Fields) -> frozenset[str] | None:
    """Names of all variables; None where there are more, or where a file may stand for them."""
    rows = dict(_switched_on(mapping(chart, "persistence"))).values()
    has_files = any(text(row, "type") in ("configMap", "secret") for row in rows)
    if has_files or value(container, "envFrom"):
        return None
    return frozenset(name for name, _ in _variables(container))


def _mounts(chart: Fields, controller: str, stated: Fields, container: str) -> Mapping[str, Kept]:
    found: dict[str, Kept] = {}
    for name, row in _switched_on(mapping(chart, "persistence")):
        kept = KEPT.get(text(row, "type") or "persistentVolumeClaim", "other")
        advanced = mapping(row, "advancedMounts")
        points = [*entries(row, "globalMounts"), *entries(advanced, controller, container)]
        if not points and not advanced:
            found[f"/{name}"] = kept
        found |= {text(point, "path") or f"/{name}": kept for point in points}
    for template in entries(stated, "statefulset", "volumeClaimTemplates"):
        points = [*entries(template, "globalMounts"), *entries(template, "advancedMounts", container)]
        found |= {text(point, "path") or f"/{text(template, 'name')}": "volume" for point in points}
    return found
