"""Reads a lab from its folder, or says everything that is wrong with it."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path as FilePath
from typing import Any

from config.checks import check_lab
from config.checks.shapes import trace_to_shapes
from config.cluster import Cluster
from config.document import Completed, read_document
from config.draft import Draft
from config.folder import entries, no_lab, problem_of
from config.group import Group
from config.kubernetes import NodeName
from config.lab import Lab
from config.machine import Machine, Shape
from config.model import Name
from config.network import Networks
from config.node import OutsideNode
from config.services import read_services
from config.shapes import complete_machines
from config.site import Site
from config.source import Places, Problem
from config.storage_class import StorageClass
from config.suggest import did_you_mean
from config.tier import Tier

FILES: Mapping[str, Any] = {
    "site": Site,
    "networks": Networks,
    "shapes": dict[Name, Shape],
    "machines": dict[Name, Machine],
    "nodes": dict[NodeName, OutsideNode],
    "cluster": Cluster,
    "tiers": dict[Name, Tier],
    "storage": dict[Name, StorageClass],
    "groups": dict[Name, Group],
}
"""The files of a lab, without `.yaml`, and the model of each. Next to them is the folder `services`. Shapes are
read before the machines that they complete."""

OPTIONAL = frozenset({"groups", "nodes", "shapes", "storage"})
"""Files that a lab may do without."""


class InvalidLab(Exception):
    """A lab that cannot be planned. `problems` holds all of them, in the order of the files."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems), key=lambda problem: (problem.place, str(problem))))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def load_lab(folder: FilePath) -> Lab:
    """Read the lab in `folder`; its name is the folder's. Raises InvalidLab with every problem at once."""
    problems: list[Problem] = []
    draft = _read(folder, problems)
    wrong = {problem.path for problem in problems if problem.path}
    problems += [problem for problem in check_lab(draft) if problem.path not in wrong]
    if problems:
        raise InvalidLab(trace_to_shapes(draft, problems))
    assert draft.site, "a file that is missing or invalid is a problem"
    assert draft.networks, "a file that is missing or invalid is a problem"
    assert draft.cluster, "a file that is missing or invalid is a problem"
    return Lab(
        name=folder.resolve().name,
        site=draft.site,
        networks=draft.networks,
        machines=draft.machines,
        outside=draft.outside,
        cluster=draft.cluster,
        tiers=draft.tiers,
        storage_classes=draft.storage_classes,
        groups=draft.groups,
        services=draft.services,
        objects=draft.objects,
        places=draft.places,
    )


def load_draft(folder: FilePath) -> Draft:
    """The valid parts of the lab in `folder`, for a caller that completes it. Raises InvalidLab if there is no lab."""
    return _read(folder, [])


def _read(folder: FilePath, problems: list[Problem]) -> Draft:
    """The readable parts of the lab; errors are added to `problems`. Raises InvalidLab if there is no lab."""
    files, unreadable = entries(folder)
    if unreadable:
        raise InvalidLab(unreadable)
    if not any(f"{name}.yaml" in files for name in FILES):
        raise InvalidLab([no_lab(folder, (f"{name}.yaml" for name in FILES if name not in OPTIONAL))])
    places = Places()
    said: dict[str, Any] = {}
    valid: dict[str, Any] = {}
    for name, model in FILES.items():
        if file := files.pop(f"{name}.yaml", None):
            complete = _completion(name, said, valid, places)
            said[name], valid[name], wrong = read_document(file, (name,), model, places, complete)
            problems += wrong
        elif name in OPTIONAL:
            said[name] = {}
        else:
            said[name] = None
            problems.append(problem_of(folder / f"{name}.yaml", "the file is missing"))
    given = files.pop("services", None)
    said["services"], services, objects = read_services(given, said["tiers"], places, problems)
    files.pop("README.md", None)
    known = [*(f"{name}.yaml" for name in FILES), "services"]
    problems += [problem_of(file, f"not part of a lab{did_you_mean(name, known)}") for name, file in files.items()]
    return Draft(
        site=valid.get("site"),
        networks=valid.get("networks"),
        shapes=valid.get("shapes") or {},
        machines=valid.get("machines") or {},
        outside=valid.get("nodes") or {},
        cluster=valid.get("cluster"),
        tiers=valid.get("tiers") or {},
        storage_classes=valid.get("storage") or {},
        groups=valid.get("groups") or {},
        services=services,
        objects=objects,
        said=said,
        places=places,
    )


def _completion(
    name: str, said: Mapping[str, Any], valid: Mapping[str, Any], places: Places
) -> Callable[[Any], Completed]:
    """How the files read before it complete a file."""
    if name != "machines":
        return Completed
    return partial(
        complete_machines, shapes={shape: said["shapes"][shape] for shape in valid.get("shapes") or ()}, places=places
    )
