"""Equal things are shown once: the quota of a tier, for example, and not that of each of its namespaces."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from plan.changes.comparison import FigureChange, SubjectChange
from plan.wording import listed, plural

FEW = 3
"""Number of things that are still shown one by one."""
Each = TypeVar("Each")


def subjects_alike(
    subjects: Iterable[SubjectChange], lines: Callable[[SubjectChange], Iterable[str]]
) -> list[tuple[str, SubjectChange]]:
    """Subjects that differ from each other in what `lines` says of them, each with its title: what it is and, where
    it stands for several, how many and which."""
    found = _together(subjects, lambda each: (each.subject.kind, each.status, tuple(lines(each))))
    return [(_title(together), together[0]) for together in found]


def _title(together: Sequence[SubjectChange]) -> str:
    kind, names = together[0].subject.kind, [each.subject.name for each in together]
    return f"{kind} {names[0]}" if len(names) == 1 else f"{plural(len(names), kind)}: {listed(names)}"


def figures_alike(figures: Iterable[FigureChange]) -> list[FigureChange]:
    """Figures, those of several nodes, tiers or namespaces as one where they are the same."""
    found = _together(figures, lambda each: (each.of.partition(" ")[0], *each[1:]))
    return [
        together[0]._replace(of=plural(len(together), together[0].of.partition(" ")[0]))
        if len(together) > 1
        else together[0]
        for together in found
    ]


def _together(things: Iterable[Each], key: Callable[[Each], Hashable]) -> list[list[Each]]:
    """In the order of the first of each; a few that are alike stay by themselves."""
    groups: dict[Hashable, list[Each]] = {}
    for each in things:
        groups.setdefault(key(each), []).append(each)
    return [part for group in groups.values() for part in ([group] if len(group) > FEW else [[one] for one in group])]
