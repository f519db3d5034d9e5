"""Claims to what may exist only once, and who came second."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import NamedTuple

from config.draft import Draft
from config.source import Path, Problem


class Claim(NamedTuple):
    """Somebody's claim to something; `what` names it in a message."""

    key: Hashable
    path: Path
    what: str


Claims = Callable[[Draft], Iterator[Claim]]
"""All claims of one kind."""


def conflicts(lab: Draft, kinds: Iterable[Claims]) -> Iterator[Problem]:
    """A problem for the second to claim a thing, naming the first."""
    for claims in kinds:
        taken: dict[Hashable, Path] = {}
        for claim in sorted(claims(lab), key=lambda claim: claim.path in lab.places.counted):
            if claim.key in taken:
                owner = taken[claim.key]
                yield lab.problem(claim.path, f"{claim.what} is taken by {lab.pointer(owner)}", owner)
            else:
                taken[claim.key] = claim.path
