"""The other side of a comparison: a revision of the lab in git, or a folder that was rendered."""

import io
import json
import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cli.rendering import LARGEST, MARKER, REPORT, listed_files
from cli.reports.document import FORMAT_VERSION
from cli.reports.document import plain as report_fields
from cli.reports.plan import PlanReport, plan_report
from config.files import UnreadableFile, read_file
from config.load import InvalidLab, load_lab
from config.scratch import scratch_folder
from config.writing import OutsidePath
from plan import make_plan
from plan.changes.comparison import Side
from plan.changes.files import rendered_files
from plan.model import Plan
from plan.yaml_text import plain, read_plain

IN_CI = "a shallow clone holds only one: `git fetch --depth=1 origin REVISION` brings another, as FETCH_HEAD"


class NothingToCompare(Exception):
    """The other side of a comparison cannot be read; the message is one sentence."""


def side_of(plan: Plan, name: str) -> Side:
    """A plan as it would be rendered."""
    return Side(name, plain(dict(rendered_files(plan))), report_fields(plan_report(plan)), plan.capacity.nodes)


def side_at(reference: str, folder: Path) -> Side:
    """A rendered folder of this name or a lab's, or else the lab in `folder` at a git revision.

    Raises NothingToCompare.
    """
    place = Path(reference)
    if not place.name:
        raise NothingToCompare("name what to compare with: a git revision, a rendered folder, or the folder of a lab")
    if (place / MARKER).is_file():
        return _rendered(place)
    if (place / "site.yaml").exists():
        return _of_lab(place, reference)
    if place.is_dir():
        raise NothingToCompare(
            f"{reference} is no lab and was not rendered: `homelab render {reference}` writes a folder to compare with"
        )
    return _at_revision(reference, folder)


def _of_lab(place: Path, name: str) -> Side:
    try:
        return side_of(make_plan(load_lab(place)), name)
    except InvalidLab as error:
        raise NothingToCompare(f"the lab of {name} is not valid: {error.problems[0]}") from None


def _rendered(folder: Path) -> Side:
    try:
        names = listed_files(folder)
        texts = {name: _text(folder / name) for name in names}
        report = _report(folder, texts.pop(REPORT, None))
        files = {name: text if "/snippets/" in name else read_plain(text) for name, text in texts.items()}
    except (OutsidePath, UnreadableFile, ValueError, RecursionError, yaml.YAMLError) as error:
        raise NothingToCompare(f"{folder} is not as it was rendered: {_first_line(error)}") from None
    return Side(str(folder), files, report)


def _text(file: Path) -> str:
    """Raises UnreadableFile and ValueError."""
    return read_file(file, LARGEST).decode("utf-8")


def _report(folder: Path, text: str | None) -> dict[str, Any]:
    """The plan that was rendered. Raises ValueError and NothingToCompare."""
    if text is None:
        raise NothingToCompare(f"{folder} was rendered by an older version, without {REPORT}: render it again")
    report = json.loads(text)
    version = report.get("format_version", 1) if isinstance(report, dict) else None
    if version != FORMAT_VERSION:
        raise NothingToCompare(
            f"{folder / REPORT} is in format {version}, and this version of the program reads format {FORMAT_VERSION}: "
            "check out the lab as it was then, and render it with this version"
        )
    try:
        return report_fields(PlanReport.model_validate({key: report[key] for key in report if key != "format_version"}))
    except ValidationError as error:
        wrong = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise NothingToCompare(f"{folder / REPORT} is no plan: {wrong} is not as it was rendered") from None


def _at_revision(revision: str, folder: Path) -> Side:
    top = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    commit = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    path = folder.resolve().relative_to(top.resolve())
    archive = _git(top, "archive", "--format=tar", commit, "--", str(path))
    name = f"{revision} ({commit[:8]})"
    with scratch_folder() as temporary:
        _unpack(archive, temporary)
        try:
            return side_of(make_plan(load_lab(temporary / path)), name)
        except InvalidLab as error:
            first = str(error.problems[0]).replace(f"{temporary}/", "")
            raise NothingToCompare(
                f"the lab of {name} is not valid for this version of the program ({first}): render it with the version "
                "of then, and compare with that folder"
            ) from None


def _unpack(archive: bytes, folder: Path) -> None:
    """Write the files of a lab, which git vouches for; a link may lead to another file of the lab and nowhere else."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            place = folder / member.name
            if member.issym():
                target = os.path.normpath(place.parent / member.linkname)
                if not Path(target).is_relative_to(folder):
                    raise NothingToCompare(f"{member.name} is a link that leads out of the lab; put the file there")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.symlink_to(member.linkname)
            elif member.isfile() and (content := files.extractfile(member)):
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content.read())


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        return subprocess.run(["git", "-C", folder, *arguments], capture_output=True, check=True).stdout
    except FileNotFoundError:
        raise NothingToCompare("git is not installed, and no folder of that name was rendered") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().removeprefix("fatal: ").splitlines()
        if "--verify" in arguments:
            revision = arguments[-1].removesuffix("^{commit}")
            sentence = f"there is no revision {revision!r} here, and no rendered folder of that name; {IN_CI}"
            raise NothingToCompare(sentence) from None
        instead = "; name a folder that was rendered, or that of a lab" if "--show-toplevel" in arguments else ""
        raise NothingToCompare(f"git {arguments[0]}: {said[0] if said else 'failed'}{instead}") from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
