"""The folder with Pulumi.yaml."""

from collections.abc import Iterator
from pathlib import Path

from config.folder import lab_folder

_CHECKOUT = Path(__file__).resolve().parents[1]
PROJECT = "Pulumi.yaml"


def is_checkout() -> bool:
    """Whether this program is a checkout of its own, and no installed package."""
    return (_CHECKOUT / PROJECT).is_file()


def program_folder(lab: str | None = None) -> Path:
    """The project of a lab; where there is none, the current folder."""
    return next(project_folders(lab), Path.cwd())


def project_folders(lab: str | None = None) -> Iterator[Path]:
    """Projects that may declare a lab, the likeliest first: that which its folder is in, this checkout, and that which
    the user stands in. Of an installed package there is no checkout (`homelab new project`)."""
    above = (lab_folder(lab).resolve() if lab else None, _CHECKOUT, Path.cwd())
    yield from dict.fromkeys(found for place in above if place and (found := _project_of(place)))


def _project_of(place: Path) -> Path | None:
    return next((each for each in (place, *place.parents) if (each / PROJECT).is_file()), None)
