"""`homelab adopt manifests`, `adopt chart` and `adopt compose`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.reports.adopt_files import files_report
from cli.text.adopt_files import print_files
from cli.text.console import make_console
from config.files import UnreadableFile, read_file
from config.folder import lab_folder
from config.lab import Lab
from config.load import InvalidLab, load_lab
from config.reasons import reason_of
from config.writing import NotAlone, OutsidePath, state_of, write_lab
from operations.adopt.files.chart import Chart, NoPods, find_chart
from operations.adopt.files.compose.find import find_compose
from operations.adopt.files.compose.values import dotenv
from operations.adopt.files.found import FilesFound, Unusable, tier_of
from operations.adopt.files.kustomizations import NotBuilt
from operations.adopt.files.of_manifests import find_manifests
from operations.adopt.files.reading import read_yaml
from operations.clients.helm import HelmFailed, render_release
from operations.clients.kustomize import KustomizeFailed, build


def run_adopt_manifests(lab: str, source: Path, namespace: str, tier: str | None, dry_run: bool, output: str) -> int:
    """Write the objects in files of Kubernetes into a lab, one service for each group of workloads."""
    return _run(lab, lambda folder, _: find_manifests(folder, source, namespace, tier, _built), dry_run, output)


def _built(folder: Path) -> str:
    try:
        return build(folder)
    except KustomizeFailed as failed:
        raise NotBuilt(str(failed)) from None


def run_adopt_chart(lab: str, values: Path, chart: Chart, tier: str | None, dry_run: bool, output: str) -> int:
    """Write a service of kind `helm` from the values of a chart, with the footprint of what it renders to."""

    def find(folder: Path, known: Lab) -> FilesFound:
        stated = _yaml(values) or {}
        if not isinstance(stated, dict):
            raise Unusable(f"{values} holds no values of a chart: they are a mapping")
        render = partial(render_release, kubernetes_version=known.cluster.kubernetes_version)
        try:
            return find_chart(folder, known, chart, tier, stated, render)
        except (HelmFailed, NoPods) as error:
            raise Unusable(f"{chart.name} cannot be planned: {error}") from None

    return _run(lab, find, dry_run, output)


def run_adopt_compose(
    lab: str, file: Path, storage_class: str | None, tier: str | None, dry_run: bool, output: str
) -> int:
    """Write the services of a compose file into a lab."""

    def find(folder: Path, known: Lab) -> FilesFound:
        variables, chosen = _variables(file), tier_of(known, tier)
        return find_compose(folder, known, file, _yaml(file), variables, tier=chosen, storage_class=storage_class)

    return _run(lab, find, dry_run, output)


def _run(lab: str, find: Callable[[Path, Lab], FilesFound], dry_run: bool, output: str) -> int:
    folder = lab_folder(lab)
    try:
        read, known = state_of(folder), load_lab(folder)
        found = find(folder, known)
        if not dry_run:
            write_lab(folder, found.files, read)
    except InvalidLab as error:
        if not folder.exists():
            missing = error.problems[0].message
            return refuse_input(f"{folder}: {missing}; for a new lab first: homelab new lab {folder}", output)
        return refuse_lab(lab, error, output)
    except (Unusable, NotAlone, OutsidePath) as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{error.filename or folder} cannot be written: {reason_of(error)}", output)
    written = bool(found.files) and not dry_run
    if output == "json":
        print_json(files_report(known.name, found, written=written))
    else:
        print_files(known.name, found, make_console(), written=written)
    return FINE if found.is_complete else ERRORS


def _yaml(file: Path) -> Any:
    try:
        documents = read_yaml(file)
    except UnreadableFile as error:
        raise Unusable(f"{file} {error}") from None
    except (yaml.YAMLError, UnicodeDecodeError):
        raise Unusable(f"{file} is not YAML") from None
    if len(documents) > 1:
        raise Unusable(f"{file} holds {len(documents)} documents: give each a file of its own")
    return documents[0] if documents else None


def _variables(file: Path) -> dict[str, str]:
    """The variables in `.env` beside a file."""
    beside = file.parent / ".env"
    try:
        return dotenv(read_file(beside).decode("utf-8-sig")) if beside.exists() else {}
    except UnreadableFile as error:
        raise Unusable(f"{beside} {error}") from None
    except UnicodeDecodeError:
        raise Unusable(f"{beside} is not text") from None
