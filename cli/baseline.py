"""The other side of a comparison: a revision of the lab in git, or a folder that was rendered."""

import io
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import yaml

from cli.rendering import MARKER, REPORT
from cli.reports.document import FORMAT_VERSION
from cli.reports.document import plain as report_fields
from cli.reports.plan import plan_report
from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.changes.comparison import Side
from plan.changes.files import rendered_files
from plan.model import Plan
from plan.yaml_text import plain

IN_CI = "a shallow clone holds only one: `git fetch --depth=1 origin REVISION` brings another, as FETCH_HEAD"


class NothingToCompare(Exception):
    """The other side of a comparison cannot be read; the message is one sentence."""


def side_of(plan: Plan, name: str) -> Side:
    """A plan as it would be rendered."""
    return Side(name, plain(dict(rendered_files(plan))), report_fields(plan_report(plan)))


def side_at(reference: str, folder: Path) -> Side:
    """A rendered folder of this name, or else the lab in `folder` at a git revision. Raises NothingToCompare."""
    if (Path(reference) / MARKER).is_file():
        return _rendered(Path(reference))
    if Path(reference).is_dir():
        raise NothingToCompare(f"{reference} was not rendered: `homelab render {reference}` writes such a folder")
    return _at_revision(reference, folder)


def _rendered(folder: Path) -> Side:
    names = (folder / MARKER).read_text(encoding="utf-8").splitlines()
    if REPORT not in names:
        raise NothingToCompare(f"{folder} was rendered by an older version, without {REPORT}: render it anew")
    try:
        texts = {name: (folder / name).read_text(encoding="utf-8") for name in names}
        report = json.loads(texts.pop(REPORT))
        files = {name: text if "/snippets/" in name else _parsed(text) for name, text in texts.items()}
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise NothingToCompare(f"{folder} is not as it was rendered: {_first_line(error)}") from None
    version = report.get("format_version", 1)
    if version != FORMAT_VERSION:
        raise NothingToCompare(
            f"{folder / REPORT} is in format {version}, and this version of the program reads format {FORMAT_VERSION}: "
            "check out the lab as it was then, and render it with this version"
        )
    return Side(str(folder), files, report)


def _parsed(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


def _at_revision(revision: str, folder: Path) -> Side:
    top = Path(_git(folder, "rev-parse", "--show-toplevel").decode().strip())
    commit = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    path = folder.resolve().relative_to(top.resolve())
    archive = _git(top, "archive", "--format=tar", commit, "--", str(path))
    name = f"{revision} ({commit[:8]})"
    with tempfile.TemporaryDirectory() as temporary:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(temporary, filter="data")
        try:
            return side_of(make_plan(load_lab(Path(temporary) / path)), name)
        except InvalidLab as error:
            first = str(error.problems[0]).replace(f"{temporary}/", "")
            raise NothingToCompare(
                f"the lab of {name} is not valid for this version of the program ({first}): render it with the version "
                "of then, and compare with that folder"
            ) from None


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
        raise NothingToCompare(f"git {arguments[0]}: {said[0] if said else 'failed'}") from None


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
