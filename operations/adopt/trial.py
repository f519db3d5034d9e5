"""What the loader says of a lab if one of its files were another, without writing it."""

import tempfile
from pathlib import Path

from config.lab import Lab
from config.load import InvalidLab, load_lab
from config.source import Problem


def try_lab(folder: Path, file: str, text: str) -> Lab:
    """The lab in `folder` with `text` in place of `file`. Raises InvalidLab, with places in the real folder."""
    real = folder.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        trial = Path(temporary, real.name)
        trial.mkdir()
        for entry in real.iterdir():
            if entry.name != file:
                (trial / entry.name).symlink_to(entry)
        (trial / file).write_text(text, encoding="utf-8", newline="")
        try:
            lab = load_lab(trial)
        except InvalidLab as error:
            raise InvalidLab(_moved(problem, trial, folder) for problem in error.problems) from None
    for path, place in lab.places.by_path.items():
        lab.places.by_path[path] = place._replace(file=place.file.replace(str(trial), str(folder), 1))
    return lab


def _moved(problem: Problem, trial: Path, folder: Path) -> Problem:
    place = problem.place._replace(file=problem.place.file.replace(str(trial), str(folder), 1))
    return problem._replace(place=place, message=problem.message.replace(str(trial), str(folder)))
