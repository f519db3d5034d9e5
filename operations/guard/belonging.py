"""Which lab a preview is of."""

from pathlib import Path
from typing import Literal, NamedTuple

from config.folder import lab_folder
from operations.guard.reading.document import InvalidPreview

DEFAULT = "prod"
Told = Literal["by the preview", "by --lab", "by nobody"]


class Belonging(NamedTuple):
    """The lab whose machines a preview is about."""

    lab: str
    """A name or a path."""
    told: Told
    folder: Path | None
    """None where the preview's own lab is not here."""


def belonging(own: str | None, stated: str | None) -> Belonging:
    """The lab by what the preview says of itself, and by what was asked for. Raises InvalidPreview if they differ."""
    if stated is None:
        lab = own or DEFAULT
        folder = lab_folder(lab)
        return Belonging(lab, "by the preview" if own else "by nobody", folder if folder.is_dir() or not own else None)
    if own and not _is_same(own, stated):
        raise InvalidPreview(
            f"this is a preview of the lab {own!r}, and --lab says {stated!r}: leave --lab out, or make the preview of "
            "the other stack with `pulumi preview --stack NAME --json`"
        )
    return Belonging(stated, "by --lab", lab_folder(stated))


def _is_same(own: str, stated: str) -> bool:
    """The same folder; where the preview's own is not on this machine, one of the same name."""
    first, second = lab_folder(own).resolve(), lab_folder(stated).resolve()
    return first == second or (not first.exists() and first.name == second.name)
