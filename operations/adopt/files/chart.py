"""Values of a chart, as a service of kind `helm`; its footprint is measured from the objects that it makes."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from operations.adopt.cluster.footprint import RUNS_AS, Assumed, footprint
from operations.adopt.cluster.objects import key_of
from operations.adopt.cluster.withheld import Withheld, without_secret_values
from operations.adopt.cluster.yaml_text import Flow, document
from operations.adopt.files.found import FileService, FilesFound
from plan.model import Manifest


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


class NoPods(Exception):
    """A chart makes no pods with these values, so that nothing could be planned of it."""


def chart_file(
    name: str, tier: str, chart: Chart, values: Mapping[str, Any], rendered: Iterable[Manifest]
) -> ChartFile:
    """The text of the service `name`. Raises NoPods."""
    workloads = [(key_of(each), each) for each in rendered if each.get("kind") in RUNS_AS]
    measured = footprint(workloads, None)
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
    comments = [f"From the values of {chart.name}."]
    if withheld:
        names = ", ".join(each.place for each in withheld)
        comments.append(f"Not written, for they look like secrets; let the chart read a Secret: {names}")
    if measured.assumed:
        names = ", ".join(f"{each.workload.name}/{each.container} {each.resource}" for each in measured.assumed)
        comments.append(f"Assumed, since the chart does not say it: {names}")
    return ChartFile(document(said, comments), withheld, measured.assumed)


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


def find_chart(chart: Chart, tier: str, values: Mapping[str, Any], rendered: Iterable[Manifest]) -> FilesFound:
    """The service of a chart with its values. Raises NoPods."""
    made = chart_file(chart.release, tier, chart, values, rendered)
    notes = [f"{each.place} looks like a secret and is not written" for each in made.withheld]
    notes += [f"{each.workload.name}/{each.container}: {each.resource} is assumed" for each in made.assumed]
    service = FileService(name=chart.release, kind="helm", notes=tuple(notes))
    return FilesFound({f"services/{chart.release}.yaml": made.text}, (service,))
