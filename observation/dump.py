"""Reading a dump: a folder with a List per resource, `PLURAL[.GROUP].json`, as kubectl and `homelab dump` write it."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast, get_args

from config.files import UnreadableFile
from config.reasons import reason_of
from observation.accepted import accepted
from observation.history import InvalidHistory, read_history
from observation.json_file import parse, read_text
from observation.kinds import RESOURCES
from observation.model import Gap, Kubelet, Observation, TimeSource, Why
from observation.times import newest_time, read_time
from observation.usage import InvalidUsage, read_usage
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text, value, values

_Read = TypeVar("_Read")
FORMAT_VERSION = 1
DESCRIPTION = "dump.json"
"""The file in which `homelab dump` says what it wrote, when, and what it could not ask."""
USAGE = "usage.json"
"""The usage of the containers, if it was asked for."""
HISTORY = "history.json"
"""How full the cluster was, if it was asked for."""
UNFINISHED = "unfinished"
"""Key in the description of a dump that was broken off."""
NOW = "now.txt"
"""The time of the observation; it overrides that of the description."""


class InvalidDump(Exception):
    """A folder that is not a dump; the message says which, why, and what to do."""


class _Described(NamedTuple):
    taken: datetime | None
    server: str | None
    version: str | None
    gaps: tuple[Gap, ...]
    kubelets: dict[str, Kubelet]
    complete: bool
    """It names every resource that was asked: one without a file has no objects."""


def read_dump(folder: Path, usage: Path | None = None) -> Observation:
    """Read a dump, and the usage of its containers if a file is given. Raises InvalidDump,
    and InvalidUsage for a file of usage that is named.

    Without a file of usage, the folder's `usage.json` is read if there is one. What cannot be read is a gap of the
    observation, and the rest is read. The time is that of `now.txt`, then of
    the description; without both, of the newest object.
    """
    if not folder.is_dir():
        raise InvalidDump(f"{folder} is not a folder; name one that `homelab dump` wrote")
    described = _describe(folder / DESCRIPTION)
    texts: list[str] = []
    resources: dict[str, tuple[Manifest, ...]] = {}
    gaps = list(described.gaps)
    for file in sorted(folder.glob("*.json")):
        if file.name in (DESCRIPTION, USAGE, HISTORY):
            continue
        try:
            text = read_text(file)
            objects, lacking = _objects(file.stem, parse(text))
        except UnreadableFile as error:
            gaps.append(Gap(file.stem, "unreadable", f"{file.name} {error}"))
            continue
        except ValueError as error:
            gaps.append(Gap(file.stem, "unreadable", f"{file.name} cannot be read: {reason_of(error)}"))
            continue
        texts.append(text)
        gaps += lacking
        resources[file.stem] = objects
    if not any(resources.values()):
        raise InvalidDump(f"{folder} is not a dump: no file in it is a List of objects, as pods.json would be")
    _add_absent(described, resources, gaps)
    now, now_from = _time(folder / NOW, described, texts)
    own_usage = None if usage else _beside(folder / USAGE, read_usage, gaps)
    history = _beside(folder / HISTORY, read_history, gaps)
    return Observation(
        described.server or str(folder),
        now,
        now_from,
        resources,
        tuple(gaps),
        described.version,
        described.kubelets,
        read_usage(usage) if usage else own_usage,
        history,
    )


_WHY: Mapping[str, Why] = {each: each for each in get_args(Why)}
"""The reasons that a dump may state; another one is of a dump that was edited."""


def _beside(file: Path, read: Callable[[Path], _Read], gaps: list[Gap]) -> _Read | None:
    """The content of a file next to the objects of the dump; a gap where it cannot be read."""
    if not file.exists():
        return None
    try:
        return read(file)
    except (InvalidUsage, InvalidHistory) as error:
        gaps.append(Gap(file.stem, "unreadable", str(error)))
        return None


def _objects(resource: str, content: Any) -> tuple[tuple[Manifest, ...], list[Gap]]:
    """The objects of a List, and its errors. Raises ValueError for anything else."""
    if not isinstance(content, dict) or not isinstance(value(cast(Fields, content), "items"), list):
        raise ValueError("it is not a List of objects")
    stated = cast(Fields, content)
    kind = text(stated, "kind").removesuffix("List") or RESOURCES.get(resource, "")
    objects, gaps = accepted(resource, values(stated, "items"), text(stated, "apiVersion") or "v1", kind)
    if text(stated, "metadata", "continue"):
        gaps.append(Gap(resource, "incomplete", f"the list breaks off after {len(objects)} objects"))
    return objects, gaps


def _describe(file: Path) -> _Described:
    """The dump's own description; a dump that kubectl wrote has none. Raises InvalidDump."""
    if not file.exists():
        return _Described(None, None, None, (), {}, complete=False)
    try:
        stated: Fields = parse(read_text(file))
        gaps = [
            Gap(text(each, "subject"), _WHY.get(text(each, "why"), "unreadable"), text(each, "detail"))
            for each in entries(stated, "gaps")
        ]
        format_version = stated["format_version"]
        is_whole = not value(stated, UNFINISHED)
    except (UnreadableFile, ValueError, KeyError, TypeError, AttributeError) as error:
        gap = Gap(DESCRIPTION, "unreadable", f"{file.name} cannot be read: {_reason(error)}")
        return _Described(None, None, None, (gap,), {}, complete=False)
    if not is_whole:
        raise InvalidDump(f"{file.parent} was broken off while it was written: run `homelab dump` into it again")
    if format_version != FORMAT_VERSION:
        sentence = f"it is of format {format_version}, and only {FORMAT_VERSION} is known here"
        gaps.append(Gap(DESCRIPTION, "other-version", sentence))
    kubelets = {
        node: Kubelet(value(stated, "kubelets", node, "configuration"), value(stated, "kubelets", node, "statistics"))
        for node in mapping(stated, "kubelets")
    }
    return _Described(
        read_time(text(stated, "taken")),
        text(stated, "server") or None,
        text(stated, "version") or None,
        tuple(gaps),
        kubelets,
        complete=True,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, UnreadableFile):
        return str(error)
    return reason_of(error) if isinstance(error, ValueError) else f"it lacks or misstates {error}"


def _add_absent(described: _Described, resources: dict[str, tuple[Manifest, ...]], gaps: list[Gap]) -> None:
    """Resources without a file: none of them is there where the description says that all were asked."""
    known = {gap.subject for gap in gaps}
    for resource in RESOURCES:
        if resource in resources or resource in known:
            continue
        if described.complete:
            resources[resource] = ()
        else:
            gaps.append(Gap(resource, "absent", f"the dump has no {resource}.json"))


def _time(file: Path, described: _Described, texts: Iterable[str]) -> tuple[datetime, TimeSource]:
    if file.exists():
        try:
            stated = read_time(read_text(file).strip())
        except UnreadableFile as error:
            raise InvalidDump(f"{file} {error}") from None
        except ValueError:
            stated = None
        if stated is None:
            raise InvalidDump(f"{file} holds no time; write it as 2027-02-04T09:00:00Z")
        return stated, "stated"
    if described.taken:
        return described.taken, "stated"
    newest = newest_time(texts)
    return (newest, "newest-object") if newest else (datetime.now(UTC), "clock")
