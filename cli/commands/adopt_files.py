"""`homelab adopt manifests`, `adopt chart` and `adopt compose`."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.adopt_files import files_report
from cli.text.adopt_files import print_files
from cli.text.console import make_console
from config.folder import lab_folder
from config.lab import Lab
from config.load import InvalidLab, load_lab
from config.source import Problem
from operations.adopt import Edited
from operations.adopt.cluster.adoption import Wishes, adopt_cluster
from operations.adopt.cluster.service_file import ServiceFile
from operations.adopt.cluster.write import state_of, write_files
from operations.adopt.files.chart import Chart, NoPods, chart_file
from operations.adopt.files.compose import ComposeService, InvalidCompose, compose_services
from operations.adopt.files.found import FileService, FilesFound
from operations.adopt.files.manifests import read_manifests
from operations.adopt.trial import try_services
from operations.clients.helm import HelmFailed, render_release

_KEPT = "its content is not written: write its keys under secrets, or make it before the first up"


class _Found(NamedTuple):
    files: Mapping[str, str]
    services: tuple[FileService, ...]
    unread: tuple[str, ...]


class _Refusal(Exception):
    """Something that the command cannot begin with; the message is one sentence."""


def run_adopt_manifests(lab: str, source: Path, namespace: str, tier: str | None, dry_run: bool, output: str) -> int:
    """Write the objects in files of Kubernetes into a lab, one service for each group of workloads."""

    def find(folder: Path, _: Lab) -> _Found:
        read = read_manifests(source, namespace)
        if not read.objects:
            raise _Refusal(f"{source} has no manifests; name a folder or a file of Kubernetes objects")
        adoption = adopt_cluster(folder, read.objects, Wishes(tier, runs=False))
        refused = [
            FileService(
                name=each.service.name,
                kind=each.service.kind,
                notes=(),
                lacking=_sentences(each.problems) or _notes(each.service),
            )
            for each in adoption.not_written
        ]
        added = [FileService(name=each.name, kind=each.kind, notes=_notes(each), lacking=()) for each in adoption.added]
        unread = [f"{each.file}: {each.reason}" for each in read.unread]
        unread += [f"{key}: no service uses it" for key in adoption.unused]
        unread += [f"{key}: left out, {origin.by} makes it" for key, origin in adoption.left_out.items()]
        partly = [
            f"{found.name} is in the lab in part: add by hand {', '.join(map(str, keys))}"
            for found, keys in adoption.partly_known
        ]
        return _Found(adoption.files, (*added, *refused), (*unread, *partly))

    return _run(lab, find, dry_run, output)


def _notes(service: ServiceFile) -> tuple[str, ...]:
    notes = [f"{each.key}: {_KEPT}" for each in service.questions if each.what == "secret-kept"]
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


def run_adopt_chart(lab: str, values: Path, chart: Chart, tier: str | None, dry_run: bool, output: str) -> int:
    """Write a service of kind `helm` from the values of a chart, with the footprint of what it renders to."""

    def find(_: Path, known: Lab) -> _Found:
        stated = _yaml(values) or {}
        if not isinstance(stated, dict):
            raise _Refusal(f"{values} holds no values of a chart: they are a mapping")
        is_oci = chart.repository.startswith("oci://")
        inputs = {
            "name": chart.release,
            "namespace": chart.namespace,
            "chart": f"{chart.repository}/{chart.name}" if is_oci else chart.name,
            "version": chart.version,
            "repositoryOpts": {} if is_oci else {"repo": chart.repository},
            "values": stated,
        }
        try:
            rendered = render_release(inputs, known.cluster.kubernetes_version)
            made = chart_file(chart.release, _tier(known, tier), chart, stated, rendered)
        except (HelmFailed, NoPods) as error:
            raise _Refusal(f"{chart.name} cannot be planned: {error}") from None
        notes = [f"{each.place} looks like a secret and is not written" for each in made.withheld]
        notes += [f"{each.workload.name}/{each.container}: {each.resource} is assumed" for each in made.assumed]
        service = FileService(name=chart.release, kind="helm", notes=tuple(notes), lacking=())
        return _Found({f"services/{chart.release}.yaml": made.text}, (service,), ())

    return _run(lab, find, dry_run, output)


def run_adopt_compose(
    lab: str, file: Path, storage_class: str | None, tier: str | None, dry_run: bool, output: str
) -> int:
    """Write the services of a compose file into a lab."""

    def find(folder: Path, known: Lab) -> _Found:
        if storage_class and storage_class not in known.storage_classes:
            raise _Refusal(f"{lab} has no storage class {storage_class!r}; it has {', '.join(known.storage_classes)}")
        try:
            found = compose_services(file, _yaml(file), _variables(file), _tier(known, tier), storage_class)
        except InvalidCompose as error:
            raise _Refusal(str(error)) from None
        return _loadable(folder, [_not_there(each, known) for each in found])

    return _run(lab, find, dry_run, output)


def _not_there(service: ComposeService, known: Lab) -> ComposeService:
    if service.name not in known.services:
        return service
    return service._replace(text="", lacking=(*service.lacking, "the lab has a service of this name already"))


def _loadable(folder: Path, found: list[ComposeService]) -> _Found:
    """The services with which the lab loads; the others lack what the loader says."""
    texts = {each.name: {f"{each.name}.yaml": each.text} for each in found if each.text}
    _, wrong = try_services(folder, {}, texts)
    services = tuple(
        FileService(
            name=each.name,
            kind="app",
            notes=each.notes,
            lacking=_sentences(wrong[each.name]) if each.name in wrong else each.lacking,
        )
        for each in found
    )
    left = {f"services/{path}": text for name in texts.keys() - wrong.keys() for path, text in texts[name].items()}
    return _Found(dict(sorted(left.items())), services, ())


def _sentences(problems: Iterable[Problem]) -> tuple[str, ...]:
    return tuple(f"{problem.dotted}: {problem.message}" for problem in problems)


def _run(lab: str, find: Callable[[Path, Lab], _Found], dry_run: bool, output: str) -> int:
    folder = lab_folder(lab)
    try:
        known, read = load_lab(folder), state_of(folder)
        found = find(folder, known)
        if not dry_run:
            write_files(folder, found.files, read)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except (_Refusal, Edited) as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{error.filename or folder}: {error.strerror}", output)
    found_all = FilesFound(
        lab=known.name,
        written=bool(found.files) and not dry_run,
        files=tuple(found.files),
        services=found.services,
        unread=found.unread,
    )
    if output == "json":
        print_json(files_report(found_all))
    else:
        print_files(found_all, make_console())
    return ERRORS if any(each.lacking for each in found.services) or found.unread else FINE


def _tier(known: Lab, stated: str | None) -> str:
    if stated is None:
        return min(known.tiers, key=lambda name: known.tiers[name].priority)
    if stated not in known.tiers:
        raise _Refusal(f"{known.name} has no tier {stated!r}; it has {', '.join(known.tiers)}")
    return stated


def _yaml(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise _Refusal(f"{file} is not YAML") from None


def _variables(file: Path) -> dict[str, str]:
    """The variables in `.env` beside a file."""
    beside = file.parent / ".env"
    lines = beside.read_text(encoding="utf-8").splitlines() if beside.exists() else []
    pairs = (line.removeprefix("export ").partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
