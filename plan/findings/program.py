"""A program that runs in a pod, however the lab says it."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from config.image import short_name, version_of
from config.service.runs import ENDING
from config.source import Path, dotted

Kept = Literal["volume", "scratch", "other"]
"""Kinds of mounts: a volume that stays, space that goes with the pod, or something else of the node or the cluster."""

KEPT: Mapping[str, Kept] = {"persistentVolumeClaim": "volume", "nfs": "volume", "emptyDir": "scratch"}
"""Mounts by the source of their volume, as charts name it; any other source is something else."""


class Program(NamedTuple):
    """A container, and what it is told."""

    path: Path
    service: str
    name: str
    """Of its controller."""
    image: str
    words: tuple[str, ...]
    """Command and arguments that replace the image's."""
    env: Mapping[str, str]
    """Values that stand in the lab, by variable."""
    variables: frozenset[str] | None
    """Names of all its variables, also of those whose value is elsewhere; None where a file or a Secret has more."""
    files: Mapping[str, str]
    mounts: Mapping[str, Kept]
    """By path."""
    sizes: tuple[int, ...]
    """Bytes of the volumes that it mounts."""
    memory: int | None
    """Its limit in bytes."""
    runs_as: str
    """The kind of its controller, in lower case."""
    replicas: int
    is_main: bool
    """It is neither beside the main container nor before it."""
    places: Mapping[str, Path] | None = None
    """Where the values of a chart state its variables; None where its path has the keys of a container."""

    @property
    def ends(self) -> bool:
        """Whether it is part of a job."""
        return self.runs_as in ENDING

    @property
    def short(self) -> str:
        """The last part of the image's name."""
        return short_name(self.image)

    @property
    def version(self) -> tuple[int, ...]:
        """The numbers with which the tag begins; empty for a tag like latest."""
        return version_of(self.image)

    @property
    def told(self) -> str:
        """All texts that it is given."""
        settings = (f"{key}={each}" for key, each in self.env.items())
        return "\n".join((" ".join(self.words), *settings, *self.files.values()))

    def at(self, *keys: str) -> Path:
        """The place of one of its settings, where the lab has keys for them; else its own."""
        if self.places is not None:
            return self.places.get(keys[-1], self.path) if keys else self.path
        return (*self.path, *keys) if self.path[0] == "services" else self.path

    def called(self, variable: str) -> str:
        """A variable as its owner writes it: by its key in the values of a chart, where it has one."""
        path = self.places.get(variable, ()) if self.places else ()
        return dotted(path[3:]) if path and isinstance(path[-1], str) else variable

    def is_on_volume(self, place: str) -> bool:
        """Whether a file lies on a volume that stays, or on what is not known."""
        return self._kept_at(place) in ("volume", "other")

    def is_mounted(self, place: str) -> bool:
        """Whether a file lies on a mount of any kind."""
        return self._kept_at(place) is not None

    def mounts_volume_at(self, place: str) -> bool:
        """Whether a file lies on a volume that stays."""
        return self._kept_at(place) == "volume"

    def _kept_at(self, place: str) -> Kept | None:
        """The mount in which a file lies; None where it lies in the container."""
        above = [at for at in self.mounts if f"{place}/".startswith(f"{at.rstrip('/')}/")]
        return self.mounts[max(above, key=len)] if above else None
