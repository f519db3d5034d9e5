"""The order of elements of a pod, where it is stated: another one would restart pods that ran before."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from plan.model import Manifest


def in_order(elements: Iterable[Manifest], names: Sequence[str]) -> list[Manifest]:
    """The elements that are named, in that order, and then the others in theirs."""
    place = place_in(names)
    return sorted(elements, key=lambda each: place(each["name"]))


def place_in(names: Sequence[str]) -> Callable[[str], int]:
    """Sort key that puts the elements that are named first, in that order."""
    place = {name: index for index, name in enumerate(names)}
    return lambda name: place.get(name, len(place))


def after_named(elements: Iterable[Manifest], named: Mapping[str, Sequence[str]]) -> list[Manifest]:
    """The elements in their order, each after those that it names. Those that name each other stay as they are."""
    if not any(named.values()):
        return [*elements]
    waiting = {each["name"]: each for each in elements}
    found: list[Manifest] = []
    while waiting:
        ready = (name for name in waiting if not waiting.keys() & {*named.get(name, ())} - {name})
        found.append(waiting.pop(next(ready, next(iter(waiting)))))
    return found
