"""All that is said of the sizes of a cluster: proposals, their effect, and the lab's files with them."""

from typing import NamedTuple

from config.lab import Lab
from operations.rightsize.cluster import Sizes
from operations.rightsize.effect import Effect
from operations.rightsize.files import NotWritable
from operations.rightsize.scratch import SizedScratch
from operations.rightsize.volumes import SizedVolume
from plan.model import Finding


class ChangedFile(NamedTuple):
    """A file of the lab with the proposals."""

    file: str
    diff: str
    """Unified."""
    text: str
    written: bool = False


class Answer(NamedTuple):
    """The answer to how large the containers of a cluster should be."""

    sizes: Sizes
    effect: Effect
    lab: Lab | None = None
    files: tuple[ChangedFile, ...] = ()
    not_writable: tuple[NotWritable, ...] = ()
    new_findings: tuple[Finding, ...] = ()
    """Findings that only a plan of the lab with the proposals has."""
    volumes: tuple[SizedVolume, ...] = ()
    scratch: tuple[SizedScratch, ...] = ()

    @property
    def is_worse(self) -> bool:
        """Whether something would no longer fit: then nothing is written."""
        return self.effect.is_worse or any(each.severity == "error" for each in self.new_findings)
