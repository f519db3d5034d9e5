"""`homelab new`."""

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import typer

from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab, say
from cli.reports.files import NewReport
from cli.reports.finding import finding_report
from cli.text.console import make_console
from cli.text.findings import findings
from cli.text.verdict import verdict_line
from config.folder import lab_folder
from config.lab import Lab
from config.load import InvalidLab, load_lab
from config.model import NAME_MEANING, NAME_PATTERN, shown
from config.reasons import reason_of
from config.suggest import did_you_mean
from config.writing import NotAlone, OutsidePath, State, clear_unused, state_of, write_lab
from operations.adopt.trial import try_files
from operations.new import STACK_NAME, NewService, lab_files, machine_line, project_files, service_text
from plan import Plan, make_plan
from plan.forecast import look_ahead
from plan.verdict import judge

Files = Mapping[Path, str]


class NotSaid(Exception):
    """Something that has to be said is not, or is not known; the message is one sentence."""


def run_new_service(lab: str, name: str, stated: NewService, output: str) -> int:
    """Write the file of a service, and plan the lab with it; what is not stated is asked for on a terminal."""
    if not re.fullmatch(NAME_PATTERN, name):
        return refuse_input(f"{shown(name)} is not {NAME_MEANING}", output)
    folder = lab_folder(lab)
    file = folder / "services" / f"{name}.yaml"
    read = state_of(folder)
    try:
        known = load_lab(folder)
        if name in known.services:
            raise NotSaid(f"{lab} has a service {name!r} already: {file}")
        service = stated._replace(
            tier=_one_of("tier", stated.tier, known.tiers),
            image=stated.image or _ask("image, for example mpepping/cyberchef:v9.55.0", "--image"),
        )
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except NotSaid as error:
        return refuse_input(str(error), output)
    return _write_and_plan(lab, {file: service_text(name, service, file.parent)}, ("services", name), output, read=read)


def run_new_machine(lab: str, name: str, shape: str | None, output: str) -> int:
    """Add the line of a machine, and plan the lab with it."""
    if not re.fullmatch(NAME_PATTERN, name):
        return refuse_input(f"{shown(name)} is not {NAME_MEANING}", output)
    folder = lab_folder(lab)
    file = folder / "machines.yaml"
    read = state_of(folder)
    try:
        known = load_lab(folder)
        if name in known.machines:
            raise NotSaid(f"{lab} has a machine {name!r} already: {file}")
        text = machine_line(file.read_text(encoding="utf-8"), name, _one_of("shape", shape, _shapes(known)))
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except NotSaid as error:
        return refuse_input(str(error), output)
    return _write_and_plan(lab, {file: text}, ("machines", name), output, read=read)


def run_new_lab(folder: Path, output: str) -> int:
    """Write a small lab that fits into a folder, and plan it."""
    folder = lab_folder(f"{folder}/")
    if refusal := _in_use(folder):
        return refuse_input(refusal, output)
    return _write_and_plan(f"{folder}/", dict(lab_files(folder)), (), output, read=state_of(folder))


def run_new_project(folder: Path, lab: str, output: str) -> int:
    """Write a small lab into a project of one's own, with what Pulumi needs, and plan it."""
    if not STACK_NAME.fullmatch(lab):
        return refuse_input(f"--lab {lab}: a stack has letters, digits, hyphens, underscores and dots", output)
    folder = lab_folder(f"{folder}/")
    if refusal := _in_use(folder):
        return refuse_input(refusal, output)
    files = dict(project_files(folder, lab))
    return _write_and_plan(f"{folder}/labs/{lab}", files, (), output, folder, state_of(folder))


def _in_use(folder: Path) -> str | None:
    """Refusal of a folder that holds something, or that cannot be looked into."""
    try:
        return None if clear_unused(folder) else f"{folder} exists and is not empty: name another folder"
    except NotAlone as error:
        return str(error)
    except OSError as error:
        return f"{error.filename or folder} cannot be written: {reason_of(error)}"


def _shapes(lab: Lab) -> list[str]:
    return sorted({machine.shape for machine in lab.machines.values() if machine.shape})


def _one_of(what: str, stated: str | None, known: Iterable[str]) -> str:
    names = list(known)
    said = stated or _ask(f"{what} ({', '.join(names)})", f"--{what}")
    if said not in names:
        raise NotSaid(f"there is no {what} {said!r}{did_you_mean(said, names)}")
    return said


def _ask(question: str, option: str) -> str:
    """Ask on a terminal. Raises NotSaid where there is none."""
    if not sys.stdin.isatty():
        raise NotSaid(f"say the {question}: {option}")
    return typer.prompt(question)


def _write_and_plan(
    lab: str, files: Files, subject: tuple[str, ...], output: str, root: Path | None = None, read: State | None = None
) -> int:
    """Plan a lab with files, and write them below `root`, left out the lab's own folder, if it loads with them."""
    folder = lab_folder(lab)
    own = {str(file.relative_to(folder)): text for file, text in files.items() if file.is_relative_to(folder)}
    try:
        plan = make_plan(try_files(folder, own))
        write_lab(root or folder, {str(file.relative_to(root or folder)): text for file, text in files.items()}, read)
    except InvalidLab as error:
        return refuse_lab(lab, error, output)
    except (NotAlone, OutsidePath) as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{error.filename or folder} cannot be written: {reason_of(error)}", output)
    _say(plan, files, subject, output)
    return ERRORS if plan.errors else FINE


def _say(plan: Plan, files: Files, subject: tuple[str, ...], output: str) -> None:
    forecast = look_ahead(plan)
    about = [each for each in forecast.findings if each.severity == "error" or each.path[: len(subject)] == subject]
    if output == "json":
        print_json(
            NewReport(
                files=tuple(str(file) for file in files),
                counts=dict(judge(forecast).counts),
                findings=tuple(finding_report(plan.lab, each) for each in about),
            )
        )
        return
    console = make_console()
    for file in files:
        say(f"wrote {file}")
    console.print(findings(plan.lab, about))
    console.print(verdict_line(judge(forecast)))
