"""Settings of kubelets as they run (`/configz`), held against those that are written for them."""

from collections.abc import Iterator
from typing import NamedTuple

from observation.model import Observation
from operations.adopt.cluster.comparison import quantity
from plan.model.fields import Fields, mapping, value

_NOT_SETTINGS = ("apiVersion", "kind")


class Setting(NamedTuple):
    """A setting that is not as it is written."""

    path: tuple[str, ...]
    running: object
    """None where the kubelet has none."""
    stated: object

    def __str__(self) -> str:
        running = "not set" if self.running is None else self.running
        return f"{'.'.join(self.path)} is {running} instead of {self.stated}"


def running_settings(observed: Observation, node: str) -> Fields:
    """Settings that a node's kubelet runs with; empty where it could not be asked."""
    kubelet = observed.kubelets.get(node)
    stated = {"configuration": kubelet.configuration} if kubelet else {}
    return mapping(stated, "configuration", "kubeletconfig")


def unlike(stated: Fields, running: Fields) -> tuple[Setting, ...]:
    """The stated settings that a kubelet does not run with."""
    return tuple(_unlike({k: v for k, v in stated.items() if k not in _NOT_SETTINGS}, running, ()))


def _unlike(stated: Fields, running: Fields, path: tuple[str, ...]) -> Iterator[Setting]:
    for key, wanted in stated.items():
        if inner := mapping(stated, key):
            yield from _unlike(inner, mapping(running, key), (*path, key))
        elif not _same(value(running, key), wanted):
            yield Setting((*path, key), value(running, key), wanted)


def _same(running: object, stated: object) -> bool:
    if running == stated or str(running) == str(stated):
        return True
    amounts = quantity(running), quantity(stated)
    return amounts[0] is not None and amounts[0] == amounts[1]
