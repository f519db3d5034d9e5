"""The files of a state that lies in a folder: whether its disk takes what an `up` writes, and the last whole copy."""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from shlex import quote
from typing import NamedTuple
from urllib.parse import unquote

import yaml

from plan.wording import gib

_VARIABLE = "PULUMI_BACKEND_URL"
_COPIES = 8
"""How many times the size of a state an `up` may take: the new one beside the old one and its copy, one in the history,
one among the backups, and each grown by what is made."""
_LEAST = 64 << 20
"""Bytes; that much for a state that is still small."""


class StateFiles(NamedTuple):
    """The state of one stack, in a folder of this machine."""

    folder: Path
    stack: str

    @property
    def now(self) -> Path | None:
        """The state itself; None before the first `up`."""
        return next(self._named("stacks", f"{self.stack}.json"), None)

    def lacks_room(self) -> str:
        """The sentence that there is too little room; empty where there is enough."""
        place = self.now
        needed = _LEAST + _COPIES * (place.stat().st_size if place else 0)
        free = shutil.disk_usage(self.folder).free
        if free >= needed:
            return ""
        return (
            f"the disk of {self.folder}, the folder of the state, has {gib(free)} free, and an `up` may write "
            f"{gib(needed)}: make room first, since the engine cannot read a state that a full disk cut off"
        )

    def way_back(self) -> str:
        """The command that puts the last whole copy in the place of a state that was cut off; empty where there is
        none, or where the state is whole."""
        place = self.now
        if place is None or _is_whole(place):
            return ""
        kept = (*self._named("history", f"{self.stack}/*.checkpoint.json"), *self._named("backups", f"{self.stack}/*"))
        newest = sorted(kept, key=lambda file: file.stat().st_mtime, reverse=True)
        whole = next((file for file in newest if file.suffix == ".json" and _is_whole(file)), None)
        return f"cp {quote(str(whole))} {quote(str(place))}" if whole else ""

    def _named(self, kind: str, pattern: str) -> Iterator[Path]:
        """With the project's folder between, and without it, as older versions of the engine have it."""
        at = self.folder / ".pulumi" / kind
        yield from (*at.glob(f"*/{pattern}"), *at.glob(pattern))


def state_files(project: Path, stack: str, environment: Mapping[str, str]) -> StateFiles | None:
    """Where the state is; None where that is no folder of this machine."""
    url = environment.get(_VARIABLE) or _stated(project / "Pulumi.yaml")
    if not url.startswith("file://"):
        return None
    path = unquote(url.removeprefix("file://").partition("?")[0])
    folder = Path(path).expanduser() if path.startswith(("/", "~")) else project / path
    return StateFiles(folder.resolve(), stack) if folder.is_dir() else None


def _stated(file: Path) -> str:
    try:
        stated = yaml.safe_load(file.read_text(encoding="utf-8"))
        return str(stated["backend"]["url"])
    except (OSError, ValueError, LookupError, TypeError, yaml.YAMLError):
        return ""


def _is_whole(file: Path) -> bool:
    try:
        return isinstance(json.loads(file.read_bytes()), dict)
    except (OSError, ValueError, RecursionError):
        return False
