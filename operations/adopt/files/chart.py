"""Values of a chart, as a service of kind `helm`; its footprint is measured from the objects that it makes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from config.lab import Lab
from operations.adopt.cluster.footprint import RUNS_AS, Assumed, footprint
from operations.adopt.cluster.lab_storage import CLAIM
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.withheld import Withheld, without_secret_values
from operations.adopt.cluster.yaml_text import Flow, FlowList, document
from operations.adopt.files.found import FileService, FilesFound, Unusable, sentences, tier_of
from operations.adopt.trial import try_services
from plan.model import Manifest
from plan.model.fields import entries, text
from plan.workloads.services import api_providers

Objects = Sequence[Manifest]


class Chart(NamedTuple):
    """A chart, and where its release is."""

    name: str
    version: str
    repository: str
    release: str
    namespace: str


class ChartFile(NamedTuple):
    """The file of a service from a chart."""

    text: str
    withheld: tuple[Withheld, ...]
    """Values that look like secrets, and are not in the text."""
    assumed: tuple[Assumed, ...]
    uncounted: tuple[str, ...]
    """Claims of storage classes that the lab does not have."""


class NoPods(Exception):
    """A chart makes no pods with these values, so that nothing could be planned of it."""


def chart_file(name: str, tier: str, chart: Chart, values: Mapping[str, Any], rendered: Objects, lab: Lab) -> ChartFile:
    """The text of the service `name`, for a lab. Raises NoPods."""
    workloads = [(key_of(each), each) for each in rendered if each.get("kind") in RUNS_AS]
    classes = dict(_classes(rendered))
    known = {key: storage_class for key, storage_class in classes.items() if storage_class in lab.storage_classes}
    measured = footprint(workloads, None, known)
    if not measured.workloads:
        raise NoPods(f"{chart.name} {chart.version} makes no pods with these values; write its objects instead")
    public, withheld = without_secret_values(values)
    said: dict[str, Any] = {
        "kind": "helm",
        "tier": tier,
        "namespace": chart.namespace,
        "description": f"Release of the chart {chart.name}",
        "chart": Flow(name=chart.name, repository=chart.repository, version=chart.version),
    }
    if chart.release != name:
        said["release"] = chart.release
    if public:
        said["values"] = public
    said["footprint"] = measured.workloads
    if brought := _brought(rendered, api_providers(lab)):
        said["provides"] = FlowList(brought)
    if measured.host_access:
        said["exceptions"] = {"host-access": f"The chart {chart.name} takes ports of the node"}
    comments = [f"From the values of {chart.name}."]
    if withheld:
        names = ", ".join(each.place for each in withheld)
        comments.append(f"Not written, for they look like secrets; let the chart read a Secret: {names}")
    if measured.assumed:
        names = ", ".join(f"{each.workload.name}/{each.container} {each.resource}" for each in measured.assumed)
        comments.append(f"Assumed, since the chart does not say it: {names}")
    uncounted = tuple(sorted(key.name for key in classes.keys() - known.keys()))
    return ChartFile(document(said, comments), withheld, measured.assumed, uncounted)


def _classes(rendered: Objects) -> Iterable[tuple[Key, str]]:
    """The storage class of each claim that a chart makes; empty where it leaves that to the cluster."""
    for each in rendered:
        key = key_of(each)
        if key.kind == CLAIM:
            yield key, text(each, "spec", "storageClassName")
        for template in entries(each, "spec", "volumeClaimTemplates") if key.kind == "StatefulSet" else ():
            name = f"{text(template, 'metadata', 'name')}-{key.name}-0"
            yield Key(CLAIM, key.namespace, name), text(template, "spec", "storageClassName")


def _brought(rendered: Objects, provided: Mapping[str, str]) -> list[str]:
    """The API groups whose kinds a chart defines, as far as nobody in the lab brings them."""
    groups = {text(each, "spec", "group") for each in rendered if each.get("kind") == "CustomResourceDefinition"}
    return sorted(groups - provided.keys())


def release_inputs(chart: Chart, values: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs of the release, as Helm needs them to render the chart."""
    is_oci = chart.repository.startswith("oci://")
    return {
        "name": chart.release,
        "namespace": chart.namespace,
        "chart": f"{chart.repository}/{chart.name}" if is_oci else chart.name,
        "version": chart.version,
        "repositoryOpts": {} if is_oci else {"repo": chart.repository},
        "values": values,
    }


def find_chart(
    folder: Path,
    lab: Lab,
    chart: Chart,
    tier: str | None,
    values: Mapping[str, Any],
    render: Callable[[Mapping[str, Any]], Objects],
) -> FilesFound:
    """The service of a chart with its values, for the lab in `folder`; `render` gives the objects of a release by its
    inputs. Raises Unusable, NoPods and InvalidLab."""
    name = chart.release
    if name in lab.services:
        raise Unusable(f"{lab.name} has a service {name!r} already, and its file stays as it is; say another --release")
    chosen = tier_of(lab, tier)
    made = chart_file(name, chosen, chart, values, render(release_inputs(chart, values)), lab)
    notes = [f"{each.place} looks like a secret and is not written" for each in made.withheld]
    notes += [f"{each.workload.name}/{each.container}: {each.resource} is assumed" for each in made.assumed]
    notes += [f"{each}: not counted, since storage.yaml does not have its storage class" for each in made.uncounted]
    texts = {f"{name}.yaml": made.text}
    _, wrong = try_services(folder, {}, {name: texts})
    lacking = sentences(wrong.get(name, ()))
    service = FileService(name=name, kind="helm", notes=tuple(notes), lacking=lacking)
    files = {} if lacking else {f"services/{path}": content for path, content in texts.items()}
    return FilesFound(files, (service,))
