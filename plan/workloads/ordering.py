"""The order of elements of a pod, where it is stated: another one would restart pods that ran before."""

from collections.abc import Callable, Iterable, Sequence

from plan.model import Manifest


def in_order(elements: Iterable[Manifest], names: Sequence[str]) -> list[Manifest]:
    """The elements that are named, in that order, and then the others in theirs."""
    place = place_in(names)
    return sorted(elements, key=lambda each: place(each["name"]))


def place_in(names: Sequence[str]) -> Callable[[str], int]:
    """Sort key that puts the elements that are named first, in that order."""
    place = {name: index for index, name in enumerate(names)}
    return lambda name: place.get(name, len(place))
