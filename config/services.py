"""The folder `services`: a file for each service, and folders with further objects of a service."""

import re
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from config.document import read_document
from config.folder import entries, problem_of
from config.model import NAME_MEANING, NAME_PATTERN, shown
from config.objects import StatedObject, read_objects
from config.service import Service
from config.source import Places, Problem, is_mapping
from config.suggest import did_you_mean


class Services(NamedTuple):
    """Content of the services' files, by service."""

    said: dict[str, Any]
    valid: dict[str, Service]
    objects: dict[str, tuple[StatedObject, ...]]


def read_services(folder: FilePath | None, tiers: Any, places: Places, problems: list[Problem]) -> Services:
    """Content of the services' files, and the services that are valid, each named by its file. `tiers` is the content
    of the tiers' file."""
    choices = {"tier": tuple(tiers)} if is_mapping(tiers) else {}
    said: dict[str, Any] = {}
    valid: dict[str, Service] = {}
    files, unreadable = entries(folder) if folder else ({}, [])
    problems += unreadable
    folders = {name: files.pop(name) for name in list(files) if files[name].is_dir()}
    for file in files.values():
        name = file.stem
        if file.suffix != ".yaml":
            problems.append(problem_of(file, "not part of a lab; a service is a file services/<name>.yaml"))
        elif not re.fullmatch(NAME_PATTERN, name):
            problems.append(
                problem_of(file, f"a service is named by its file, and {shown(name)} is not {NAME_MEANING}")
            )
        else:
            said[name], service, wrong = read_document(file, ("services", name), Service, places, choices=choices)
            problems += wrong
            if service is not None:
                valid[name] = service
    for name, within in folders.items():
        if name not in said:
            near = did_you_mean(name, said, "the files in services/")
            message = f"no service is called {name!r}{near}; its objects would go nowhere"
            problems.append(problem_of(within, message))
    return Services(said, valid, _objects(folders, valid, places, problems))


def _objects(
    folders: Mapping[str, FilePath], services: Mapping[str, Service], places: Places, problems: list[Problem]
) -> dict[str, tuple[StatedObject, ...]]:
    found: dict[str, tuple[StatedObject, ...]] = {}
    for name, service in services.items():
        files, unreadable = entries(folders[name]) if name in folders else ({}, [])
        problems += unreadable
        objects: list[StatedObject] = []
        for index, file_name in enumerate(service.objects):
            path = ("services", name, "objects", index)
            if file_name not in files:
                place = places.find(path)
                assert place is not None, "a service that was read has a place"
                message = f"there is no file services/{name}/{file_name}{did_you_mean(file_name, files)}"
                problems.append(Problem(place, path, message))
                continue
            read, wrong = read_objects(files[file_name], name, places)
            objects += read
            problems += wrong
        for file_name in files.keys() - set(service.objects):
            problems.append(problem_of(files[file_name], f"is not named under objects of the service {name!r}"))
        found[name] = tuple(objects)
    return found
