"""The order of elements of a pod, where it is stated: another one would restart pods that ran before."""

from collections.abc import Iterable, Sequence

from plan.model import Manifest


def in_order(elements: Iterable[Manifest], names: Sequence[str]) -> list[Manifest]:
    """The elements that are named, in that order, and then the others in theirs."""
    place = {name: index for index, name in enumerate(names)}
    return sorted(elements, key=lambda each: place.get(each["name"], len(place)))
