"""Services of manifests in files, one for each group of workloads."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.service_file import ServiceFile
from operations.adopt.files.found import FileService, FilesFound, Unusable, sentences
from operations.adopt.files.manifests import Manifests, Unread, read_manifests
from operations.adopt.files.undescribed import undescribed

_KEPT = "its content is not written: write its keys under secrets, or make it before the first up"

_INSIDE = "a secret stands in it, so it is not written: move it into a Secret, and make it before the first up"


def find_manifests(
    folder: Path, source: Path, namespace: str, tier: str | None, build: Callable[[Path], str]
) -> FilesFound:
    """The services of the manifests in `source`, for the lab in `folder`; `build` gives the objects of a kustomization.
    Raises Unusable, InvalidLab and OSError."""
    read = read_manifests(source, namespace, build)
    if not read.objects and not read.unread:
        raise Unusable(f"{source} has no manifests; name a folder or a file of Kubernetes objects")
    if not read.objects:
        return FilesFound({}, (), tuple(_not_read(read.unread)))
    adoption = adopt_cluster(folder, read.objects, Wishes(tier, runs=False))
    lab = adoption.plan.lab
    added = [
        FileService(
            name=each.name,
            kind=each.kind,
            notes=(*_notes(each), *undescribed(lab, each.name, each.found.namespace)),
        )
        for each in adoption.added
    ]
    refused = [
        FileService(
            name=each.service.name,
            kind=each.service.kind,
            lacking=sentences(each.problems) or _notes(each.service),
        )
        for each in adoption.not_written
    ]
    return FilesFound(adoption.files, (*added, *refused), tuple(_unread(read, adoption)))


def _not_read(unread: Iterable[Unread]) -> Iterator[str]:
    """Files with one reason stand together."""
    files: dict[str, dict[str, None]] = {}
    for each in unread:
        files.setdefault(each.reason, {})[each.file] = None
    for reason, names in files.items():
        yield f"{', '.join(names)}: {reason}"


def _unread(read: Manifests, adoption: Adoption) -> Iterator[str]:
    """Files and objects that are in no service, and services that the lab has in part."""
    yield from _not_read(read.unread)
    yield from (f"{key}: no service uses it" for key in adoption.unused)
    for key, origin in adoption.left_out.items():
        is_chart = key.kind in ("HelmRelease", "Application", "HelmChart")
        hint = "; a chart: homelab adopt chart" if is_chart else ""
        of = f"it is of {origin.by}{hint}" if origin.why == "other-tool" else f"{origin.by} makes it"
        yield f"{key}: left out, {of}"
    for found, keys in adoption.partly_known:
        yield f"{found.name} is in the lab in part: add by hand {', '.join(map(str, keys))}"


def _notes(service: ServiceFile) -> tuple[str, ...]:
    notes = [f"{each.key}: {_KEPT}" for each in service.questions if each.what == "secret-kept"]
    notes += [f"{each.key}: {_INSIDE}" for each in service.questions if each.what == "secret-inside"]
    notes += [
        f"{each.key}: looks like a secret and is not written, put it under secrets: {', '.join(each.names)}"
        for each in service.questions
        if each.what in ("secret-withheld", "secret-argument")
    ]
    notes += [
        f"{each.key}: a tag that moves: {', '.join(each.names)}"
        for each in service.questions
        if each.what == "moving-tag"
    ]
    return (*notes, *(f"{each.workload.name}/{each.container}: {each.resource} is assumed" for each in service.assumed))
