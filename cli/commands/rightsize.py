"""`homelab rightsize`."""

from collections.abc import Iterable, Mapping
from difflib import unified_diff
from pathlib import Path

from cli.cluster import Source, observe_source
from cli.exits import ERRORS, FINE
from cli.output import print_json, refuse_input, refuse_lab
from cli.patience import told_while
from cli.reports.rightsize import rightsize_report
from cli.text.console import make_console
from cli.text.rightsize import print_sizes
from config.folder import lab_folder
from config.load import InvalidLab, load_lab
from config.reasons import reason_of
from config.scratch import copy_lab, scratch_folder
from config.writing import NotAlone, State, state_of, write_lab
from observation import InvalidDump, InvalidUsage, Observation, Usage
from operations.clients.refusals import NoCluster
from operations.identity import AnotherCluster
from operations.rightsize.answer import Answer, ChangedFile
from operations.rightsize.cluster import size_cluster
from operations.rightsize.effect import effect
from operations.rightsize.files import changed_files
from operations.rightsize.scratch import size_scratch
from operations.rightsize.volumes import size_volumes
from plan import make_plan
from plan.forecast import Forecast, look_ahead
from plan.model import Finding
from plan.model.metadata import TIER_LABEL
from plan.wording import printable

LEAST_DAYS, WHOLE_WEEK = 1, 8


def run_rightsize(source: Source, write: bool, output: str) -> int:
    """Print a proposal for each container of which the use is known; ERRORS where something would no longer fit."""
    if write and not source.lab:
        return refuse_input("--write changes the files of a lab: name it with --lab LAB", output)
    try:
        read = state_of(lab_folder(source.lab)) if source.lab else {}
        observation = observe_source(source)
        used = observation.usage
        if used is None or used.window_days < LEAST_DAYS:
            return refuse_input(_too_little(observation, used), output)
        answer = _answer(observation, used, source.lab)
        if write and source.lab and not answer.is_worse:
            answer = answer._replace(files=_written(lab_folder(source.lab), answer.files, read))
    except (InvalidDump, InvalidUsage, NoCluster, AnotherCluster, NotAlone) as error:
        return refuse_input(str(error), output)
    except OSError as error:
        return refuse_input(f"{error.filename or source.lab} cannot be written: {reason_of(error)}", output)
    except InvalidLab as error:
        return refuse_lab(source.lab or "", error, output)
    warnings = [f"the usage covers {used.window_days:g} days only"] if used.window_days < WHOLE_WEEK else []
    if output == "json":
        print_json(rightsize_report(answer, observation, warnings))
    else:
        print_sizes(answer, warnings, observation.gaps, make_console())
    return ERRORS if answer.is_worse else FINE


def _too_little(observation: Observation, used: Usage | None) -> str:
    if used is not None:
        return f"{used.source} covers {used.window_days * 24:.0f} hours; less than one day is not enough"
    told = next((f": {each.detail}" for each in observation.gaps if each.subject.startswith("usage")), "")
    return (
        f"the usage of the containers is not known{told}; name a Prometheus with --prometheus URL, or a file with "
        "--usage FILE"
    )


def _answer(observation: Observation, used: Usage, name: str | None) -> Answer:
    """The proposals and their effect on what runs, and with a lab on its files and its plan. Raises InvalidLab."""
    lab = load_lab(lab_folder(name)) if name else None
    sizes = size_cluster(observation, used, lab)
    label = lab.cluster.platform.tier_label if lab else TIER_LABEL
    answer = Answer(
        sizes,
        effect(observation, sizes.sized, label),
        lab,
        volumes=size_volumes(observation),
        scratch=size_scratch(observation),
    )
    if lab is None or name is None:
        return answer
    texts = {place.file: "" for place in lab.places.by_path.values()}
    before = {file: Path(file).read_bytes().decode("utf-8") for file in texts}
    after, not_writable = changed_files(lab, sizes.sized, before)
    files = tuple(
        ChangedFile(file, _diff(file, before[file], text), text)
        for file, text in sorted(after.items())
        if text != before[file]
    )
    with told_while(f"planning {printable(name)} with its proposals"):
        new = _new_findings(lab_folder(name), {each.file: each.text for each in files}) if files else ()
    return answer._replace(files=files, not_writable=not_writable, new_findings=new)


def _diff(file: str, before: str, after: str) -> str:
    return "".join(unified_diff(before.splitlines(True), after.splitlines(True), file, file, n=1))


def _new_findings(folder: Path, texts: Mapping[str, str]) -> tuple[Finding, ...]:
    """Findings that only the plan of a copy of the lab with other texts has. Raises InvalidLab."""
    before = look_ahead(make_plan(load_lab(folder)))
    with scratch_folder() as place:
        copy = copy_lab(folder, place)
        for file, text in texts.items():
            (copy / Path(file).resolve().relative_to(folder.resolve())).write_bytes(text.encode("utf-8"))
        after = look_ahead(make_plan(load_lab(copy)))
    known = _identities(before)
    return tuple(each for each in after.findings if (each.code, each.path, each.about) not in known)


def _identities(forecast: Forecast) -> set[tuple[object, ...]]:
    return {(each.code, each.path, each.about) for each in forecast.findings}


def _written(folder: Path, changed: Iterable[ChangedFile], read: State) -> tuple[ChangedFile, ...]:
    """Raises NotAlone and OSError."""
    files = tuple(changed)
    write_lab(folder, {str(Path(each.file).relative_to(folder)): each.text for each in files}, read)
    return tuple(each._replace(written=True) for each in files)
