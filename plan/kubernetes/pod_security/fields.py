"""The fields of a pod that the Pod Security Standards read, and the words for a broken check."""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, value


class Violation(NamedTuple):
    """A check that a pod breaks."""

    reason: str
    detail: str

    def __str__(self) -> str:
        return f"{self.reason} ({self.detail})"


class SecuredPod:
    """A pod, or a template of pods, as the checks look at it."""

    def __init__(self, manifest: Manifest) -> None:
        self.annotations = mapping(manifest, "metadata", "annotations")
        self.spec = mapping(manifest, "spec")

    @cached_property
    def containers(self) -> tuple[Fields, ...]:
        """Every container, in the order in which they are judged."""
        groups = ("initContainers", "containers", "ephemeralContainers")
        return tuple(each for group in groups for each in entries(self.spec, group))

    def names(self, offends: Callable[[Fields], bool]) -> list[str]:
        """The names of the containers that offend."""
        return [each.get("name", "") for each in self.containers if offends(each)]

    def setters(self, offends: Callable[[Fields], bool]) -> list[str]:
        """Who sets something in its `securityContext` that offends: the pod, containers."""
        found = ["pod"] if offends(mapping(self.spec, "securityContext")) else []
        named = self.names(lambda container: offends(security(container)))
        return [*found, f"{counted('container', named)} {quoted(named)}"] if named else found

    def every(self, *path: str) -> Iterator[object]:
        """A field of the `securityContext` of the pod and of each container, where it is stated."""
        for context in (mapping(self.spec, "securityContext"), *map(security, self.containers)):
            if (found := value(context, *path)) is not None:
                yield found


def security(container: Fields) -> Fields:
    """The `securityContext` of a container."""
    return mapping(container, "securityContext")


def quoted(names: Iterable[str]) -> str:
    """Names in quotes, one after the other."""
    return ", ".join(f'"{each}"' for each in names)


def counted(word: str, among: Iterable[object]) -> str:
    """A word in the plural, unless it is one."""
    return word if len(list(among)) == 1 else f"{word}s"


def of_containers(names: list[str], words: str) -> str:
    """Containers, and something said about all of them."""
    return f"{counted('container', names)} {quoted(names)} {words}"
