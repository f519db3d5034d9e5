"""One file of a lab: what it says, what of that is valid, and what is wrong with it."""

from collections.abc import Callable, Collection
from pathlib import Path as FilePath
from typing import Any, NamedTuple, get_origin

from pydantic import TypeAdapter, ValidationError

from config.explain import Choices, problems_of
from config.files import UnreadableFile, read_file
from config.source import Path, Place, Places, Problem, is_mapping, read_yaml


class Completed(NamedTuple):
    """Content of a document after other documents have been added to it."""

    said: Any
    unfinished: Collection[Path] = ()
    """Entries that lack keys for a reason that is reported already."""
    problems: Collection[Problem] = ()


class Document(NamedTuple):
    """`said` is None where nothing could be read, `valid` where the content is not valid."""

    said: Any
    valid: Any
    problems: list[Problem]


def read_document(
    file: FilePath,
    path: Path,
    model: Any,
    places: Places,
    complete: Callable[[Any], Completed] = Completed,
    choices: Choices | None = None,
) -> Document:
    """Read `file`, which stands at `path` in the lab. Of named entries (`dict[Name, ...]`) the valid ones remain.

    `choices` are the names that may stand at a key, for whoever left it out.
    """
    try:
        content = read_file(file)
    except UnreadableFile as error:
        return Document(None, None, [Problem(Place(str(file), 1, 1), path, str(error))])
    said, unreadable = read_yaml(str(file), content, path, places)
    if said is None and unreadable:
        return Document(None, None, unreadable)
    said, unfinished, incomplete = complete(said)
    valid, invalid = _validated(said, path, model, places, choices)
    known = [*unreadable, *incomplete]
    problems = known + [
        problem
        for problem in invalid
        if not any(_touch(problem, other) for other in known)
        and (problem.path[:-1] not in unfinished or problem.path in places.by_path)
    ]
    if problems or unfinished:
        wrong = [*unfinished, *(problem.path for problem in problems)]
        valid = _valid_entries(said, path, model, wrong) if get_origin(model) is dict else None
    return Document(said, valid, problems)


def _validated(said: Any, path: Path, model: Any, places: Places, choices: Choices | None) -> tuple[Any, list[Problem]]:
    try:
        return _adapter(model).validate_python(said), []
    except ValidationError as error:
        return None, problems_of(error, model, path, places, choices)


def _touch(one: Problem, other: Problem) -> bool:
    """Whether one of them is inside what the other is about."""
    length = min(len(one.path), len(other.path))
    return one.path[:length] == other.path[:length]


def _valid_entries(said: Any, path: Path, model: Any, wrong: list[Path]) -> Any:
    if not is_mapping(said) or path in wrong:
        return None
    names = {each[len(path)] for each in wrong}
    return _adapter(model).validate_python({name: entry for name, entry in said.items() if name not in names})


_adapters: dict[int, TypeAdapter[Any]] = {}


def _adapter(model: Any) -> TypeAdapter[Any]:
    """Building a validator is dear; there are ten of them."""
    if id(model) not in _adapters:
        _adapters[id(model)] = TypeAdapter(model)
    return _adapters[id(model)]
