"""Which kinds of pods the selectors of others mean, found by their labels instead of by comparing all with all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from plan.kubernetes.scheduling.kinds import Kind
from plan.model.constraints import AffinityTerm, Selector

_Key = tuple[str, str, str]
"""Namespace, label and value. Label and value are empty where a selector asks for none exactly."""


class Wish(NamedTuple):
    """A term of a pod that runs already, which counts for others that it means."""

    of: Kind
    term: AffinityTerm
    weight: int
    """0 where it is required."""


class Selection:
    """All kinds of pods of a cluster."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        """Every kind that there will be."""
        self._kinds: dict[_Key, list[Kind]] = defaultdict(list)
        self._wishes: dict[_Key, list[Wish]] = defaultdict(list)
        self._apart: dict[_Key, list[Wish]] = defaultdict(list)
        self._selected: dict[tuple[Kind, Selector], Sequence[Kind]] = {}
        for kind in kinds:
            for key in _keys(kind):
                self._kinds[key].append(kind)
            constraints = kind.constraints
            for term in constraints.apart:
                self._apart[_key(kind, term.selector)].append(Wish(kind, term, 0))
            for weight, term in (*constraints.preferred, *((1, term) for term in constraints.near)):
                self._wishes[_key(kind, term.selector)].append(Wish(kind, term, weight))

    def selected(self, by: Kind, selector: Selector) -> Sequence[Kind]:
        """The kinds that a pod's selector means."""
        if (by, selector) not in self._selected:
            candidates = self._kinds[_key(by, selector)] if selector else (by,)
            self._selected[by, selector] = [each for each in candidates if each.is_selected(by, selector)]
        return self._selected[by, selector]

    def wishes_for(self, kind: Kind) -> Iterator[Wish]:
        """Preferences of other pods about one of this kind, and those that follow where they must be near it."""
        return _meaning(self._wishes, kind)

    def apart_from(self, kind: Kind) -> Iterator[Wish]:
        """Which other pods must not have one of this kind nearby."""
        return _meaning(self._apart, kind)


def _meaning(wishes: dict[_Key, list[Wish]], kind: Kind) -> Iterator[Wish]:
    for key in _keys(kind) if wishes else ():
        for wish in wishes.get(key, ()):
            if kind.is_selected(wish.of, wish.term.selector):
                yield wish


def _keys(kind: Kind) -> Iterator[_Key]:
    namespace = kind.workload.namespace
    yield namespace, "", ""
    for label, value in kind.constraints.labels.items():
        yield namespace, label, value


def _key(kind: Kind, selector: Selector) -> _Key:
    """The first label that a selector asks for exactly; an empty selector is looked for in the whole namespace."""
    exact = (each for each in selector if each.operator == "In" and len(each.values) == 1)
    first = next(exact, None)
    return (kind.workload.namespace, first.key, first.values[0]) if first else (kind.workload.namespace, "", "")
