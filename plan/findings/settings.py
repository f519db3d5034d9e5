"""All texts that a lab gives to the programs in its pods: variables, arguments, files and values of charts."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from config.service import HelmService, Service
from config.source import Path, is_mapping, is_sequence


class Written(NamedTuple):
    """A text among the settings of a service."""

    path: Path
    text: str
    keys: str = ""
    """Keys above it in the values of a chart."""


def settings_of(name: str, service: Service) -> Iterator[Written]:
    """The settings of a service."""
    for path, container in service.containers_of(name):
        for variable, setting in container.env.items():
            yield Written((*path, "env", variable), setting)
        for key, words in (("command", container.command), ("args", container.args)):
            for index, word in enumerate(words):
                yield Written((*path, key, index), word)
    for part in service.parts(name):
        for file, content in part.workload.files.items():
            yield Written((*part.path, "files", file), content)
    if isinstance(service, HelmService):
        yield from _in_values(service.values, ("services", name, "values"))


def _in_values(found: Any, path: Path) -> Iterator[Written]:
    if isinstance(found, str):
        yield Written(path, found, ".".join(str(each) for each in path[3:]))
    elif is_mapping(found):
        for key, below in found.items():
            yield from _in_values(below, (*path, key))
    elif is_sequence(found):
        for index, below in enumerate(found):
            yield from _in_values(below, (*path, index))
