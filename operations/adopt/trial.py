"""Problems that the loader would find in a lab with one file replaced, without writing it."""

from collections.abc import Mapping
from pathlib import Path

from config.lab import Lab
from config.load import InvalidLab, load_lab
from config.scratch import scratch_folder
from config.source import Problem
from config.writing import below


def try_lab(folder: Path, file: str, text: str) -> Lab:
    """The lab in `folder` with `text` in place of `file`. Raises InvalidLab, with places in the real folder."""
    return try_files(folder, {file: text})


def try_files(folder: Path, texts: Mapping[str, str]) -> Lab:
    """The lab in `folder`, which need not be there, with these texts in place of files, by their paths in it.

    Raises InvalidLab, with places in the real folder, OutsidePath and NoScratch.
    """
    real = folder.resolve()
    with scratch_folder() as temporary:
        trial = temporary / real.name
        _link(real, trial, {Path(file).parts for file in texts})
        for file, text in texts.items():
            target = below(trial, file)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        try:
            lab = load_lab(trial)
        except InvalidLab as error:
            raise InvalidLab(_moved(problem, trial, folder) for problem in error.problems) from None
    for path, place in lab.places.by_path.items():
        lab.places.by_path[path] = place._replace(file=place.file.replace(str(trial), str(folder), 1))
    return lab


def try_services(
    folder: Path, files: Mapping[str, str], services: Mapping[str, Mapping[str, str]]
) -> tuple[Lab, Mapping[str, tuple[Problem, ...]]]:
    """The lab with `files` and with those services with which it loads; and the loader's problems with the others, by
    service. The files of a service are by their paths below `services/`.

    Raises InvalidLab where problems are in no file of a service.
    """
    refused: dict[str, tuple[Problem, ...]] = {}
    while True:
        left = [texts for name, texts in services.items() if name not in refused]
        added = {f"services/{path}": text for texts in left for path, text in texts.items()}
        try:
            return try_files(folder, {**files, **added}), refused
        except InvalidLab as error:
            wrong = {name: tuple(each for each in error.problems if is_in(each, name)) for name in services}
            found = {name: problems for name, problems in wrong.items() if problems and name not in refused}
            if not found:
                raise
            refused |= found


def is_in(problem: Problem, service: str) -> bool:
    """Whether a problem is in a file of a service."""
    parts = Path(problem.place.file).parts
    return parts[-2:] == ("services", f"{service}.yaml") or parts[-3:-1] == ("services", service)


def _link(real: Path, trial: Path, replaced: set[tuple[str, ...]]) -> None:
    """A folder that shows what is in another one, but for the files that are replaced."""
    trial.mkdir(parents=True)
    for entry in real.iterdir() if real.exists() else ():
        below = {parts[1:] for parts in replaced if parts[0] == entry.name}
        if entry.is_dir() and below:
            _link(entry, trial / entry.name, below)
        elif () not in below:
            (trial / entry.name).symlink_to(entry)


def _moved(problem: Problem, trial: Path, folder: Path) -> Problem:
    place = problem.place._replace(file=problem.place.file.replace(str(trial), str(folder), 1))
    return problem._replace(place=place, message=problem.message.replace(str(trial), str(folder)))
