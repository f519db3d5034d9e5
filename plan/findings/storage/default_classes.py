"""Storage classes that are both the default one."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from plan.model import Service
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

TWO_DEFAULT_CLASSES = Rule(
    "TWO-DEFAULT-CLASSES",
    "warning",
    title="Two storage classes are the default one",
    meaning=(
        "A claim that names no class gets the default one; of several the one that was made last. So it hangs on the "
        "order of installation, and on the next update of a chart, where the data of a new claim lies."
    ),
    remedy="Keep one of them the default, and switch it off in the values of the other charts.",
)

_ANNOTATION = "storageclass.kubernetes.io/is-default-class"
_BY_CHART: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "local-path-provisioner": (("storageClass", "defaultClass"), False),
    "longhorn": (("persistence", "defaultClass"), True),
    "nfs-subdir-external-provisioner": (("storageClass", "defaultClass"), False),
    "openebs": (("localpv-provisioner", "hostpathClass", "isDefaultClass"), False),
}
"""By chart, the value that makes its class the default, and its default (longhorn 1.6.1, rendered; the others by their
values.yaml)."""

_NAMES: Mapping[str, str] = {
    "local-path-provisioner": "local-path",
    "longhorn": "longhorn",
    "nfs-subdir-external-provisioner": "nfs-client",
    "openebs": "openebs-hostpath",
}
"""How the charts call their classes by default."""


TWO_DEFAULT_CONTROLLERS = Rule(
    "TWO-DEFAULT-CONTROLLERS",
    "warning",
    title="Two classes of ingress controllers are the default one",
    meaning=(
        "An Ingress that names no class gets the default one. With two of them, the API server refuses it: it cannot "
        "choose. The chart of Traefik makes its class the default unless its values say otherwise."
    ),
    remedy="Keep one of them the default.",
)
_OF_CONTROLLERS = "ingressclass.kubernetes.io/is-default-class"
_CONTROLLERS: Mapping[str, tuple[tuple[str, ...], bool]] = {
    "traefik": (("ingressClass", "isDefaultClass"), True),
    "ingress-nginx": (("controller", "ingressClassResource", "default"), False),
}
"""By chart, the value that makes its class the default, and its default (traefik 41.3.0, ingress-nginx 4.15.1)."""


def default_class_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding where more than one class of the lab says that it is the default."""
    yield from _controllers(lab)
    in_files = list(_of_objects(lab, services))
    found = [*_of_charts(lab, {name for _, name, _ in in_files}), *in_files]
    if len(found) > 1:
        path, _, fix = found[-1]
        names = [name for _, name, _ in found]
        yield TWO_DEFAULT_CLASSES.finding(
            path,
            f"{listed(names)} are each the default storage class: which of them a claim without a class gets hangs on "
            "which was made last",
            fix,
            facts={"classes": tuple(names)},
        )


def _of_charts(lab: Lab, in_files: Collection[str]) -> Iterator[tuple[Path, str, str]]:
    """Default classes of charts, unless a file has the very class."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and service.chart.name in _BY_CHART:
            if _NAMES[service.chart.name] in in_files:
                continue
            path, default = _BY_CHART[service.chart.name]
            stated = value(service.values, *path)
            if (default if stated is None else stated) in (True, "true"):
                fix = f"write {'.'.join(path)}: false in the values of {name}"
                yield ("services", name, "values"), f"that of {name}", fix


def _of_objects(lab: Lab, services: Iterable[Service]) -> Iterator[tuple[Path, str, str]]:
    paths = {each.name: each.path for each in lab.objects_by_kind.get("StorageClass", ())}
    for service in services:
        for each in service.objects:
            annotations = mapping(each, "metadata", "annotations")
            if each["kind"] == "StorageClass" and text(annotations, _ANNOTATION) == "true":
                name = each["metadata"]["name"]
                yield paths.get(name, ("services", service.name)), name, f"take {_ANNOTATION} off {name}"


def _controllers(lab: Lab) -> Iterator[Finding]:
    """Classes of ingress controllers: those of known charts, and those of files."""
    found: list[tuple[Path, str]] = []
    charts: set[str] = set()
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and service.chart.name in _CONTROLLERS and not service.as_found:
            path, default = _CONTROLLERS[service.chart.name]
            stated = value(service.values, *path)
            is_made = value(service.values, path[0], "enabled") is not False
            is_default = is_made and (default if stated is None else stated) in (True, "true")
            if is_default and service.chart.name not in charts:  # two releases of one chart are a finding of their own
                charts.add(service.chart.name)
                found.append((("services", name, "values"), f"that of {name}"))
    for each in lab.objects_by_kind.get("IngressClass", ()):
        if text(mapping(each.content, "metadata", "annotations"), _OF_CONTROLLERS) == "true":
            found.append((each.path, each.name))
    if len(found) > 1:
        names = [name for _, name in found]
        yield TWO_DEFAULT_CONTROLLERS.finding(
            found[-1][0],
            f"{listed(names)} are each the default class of ingress controllers: an Ingress without a class is refused",
            f"take {_OF_CONTROLLERS} off one of them",
            facts={"classes": tuple(names)},
        )
