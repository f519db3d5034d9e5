"""Changes that need no reading: another build of the same image, as a bot proposes them by the dozen."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from plan.changes.comparison import Difference, SubjectChange

_IMAGE = re.compile(r".*\.image")
_RELEASE = re.compile(r"v?(\d+)(?:\.\d+)*(.*)")


class Sorted(NamedTuple):
    """Changes by whether they need to be read."""

    routine: tuple[SubjectChange, ...]
    other: tuple[SubjectChange, ...]


def sort_out(subjects: Iterable[SubjectChange]) -> Sorted:
    """Which changes are routine. What an `up` does with them is judged elsewhere, and may still be damage."""
    found = list(subjects)
    return Sorted(
        tuple(each for each in found if is_routine(each)), tuple(each for each in found if not is_routine(each))
    )


def is_routine(change: SubjectChange) -> bool:
    """Whether nothing but images changes, each to another build or release of the same major version."""
    differences = [each for file in change.files for each in file.differences]
    files_stay = all(file.status == "changed" for file in change.files)
    return change.status == "changed" and files_stay and bool(differences) and all(map(_is_same_image, differences))


def _is_same_image(difference: Difference) -> bool:
    before, after = difference.before, difference.after
    if not (_IMAGE.fullmatch(difference.path) and isinstance(before, str) and isinstance(after, str)):
        return False
    (name, release), (other_name, other_release) = _parts(before), _parts(after)
    return name == other_name and _line(release) is not None and _line(release) == _line(other_release)


def _parts(image: str) -> tuple[str, str]:
    """Name and tag of an image, without its digest. A colon before a slash belongs to the registry's port."""
    named = image.partition("@")[0]
    name, colon, tag = named.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (named, "")


def _line(tag: str) -> tuple[str, str] | None:
    """Releases that may follow each other unread: the major version with its flavour, or the same tag."""
    if release := _RELEASE.fullmatch(tag):
        major, flavour = release.groups()
        return None if major == "0" else (major, flavour)
    return ("", tag)
