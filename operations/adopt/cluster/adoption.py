"""A cluster that runs, as files of a lab: what is written, what is left out, and how the plan differs from it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from config.folder import LABS
from config.load import load_lab
from config.source import Problem
from config.writing import is_unused
from observation import Usage
from operations.adopt.app.trial import as_apps
from operations.adopt.cluster.comparison import Difference, differences
from operations.adopt.cluster.lab_files import UNSORTED, lab_files, tier_label, tier_labels
from operations.adopt.cluster.lab_routes import domain_of
from operations.adopt.cluster.lab_storage import storage_classes
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.origins import LeftOut
from operations.adopt.cluster.providers import providers
from operations.adopt.cluster.ran_with import with_errors_said
from operations.adopt.cluster.releases import Unreadable
from operations.adopt.cluster.repositories import stated_repositories
from operations.adopt.cluster.restarts import Restarts, judge_restarts
from operations.adopt.cluster.service_file import SCHEMA, Choices, ServiceFile, write_service
from operations.adopt.cluster.services import FoundService, Grouping, find_services
from operations.adopt.cluster.world import World, read_world
from operations.adopt.trial import try_services
from plan import Finding, Plan, make_plan
from plan.model import Manifest
from plan.workloads.services import api_providers


class Wishes(NamedTuple):
    """Choices of the owner, in addition to what runs."""

    tier: str | None = None
    """Of namespaces that say none."""
    repositories: Mapping[str, str] = {}
    """Of charts, by the name of their release."""
    usage: Usage | None = None
    runs: bool = True
    """Whether the objects run; false for those of files."""


NOTHING_SAID = Wishes()


class NotWritten(NamedTuple):
    """A service that cannot be written, and why."""

    service: ServiceFile
    problems: tuple[Problem, ...]
    """The loader's problems with its file; none where a question has to be answered first."""


class Adoption(NamedTuple):
    """Files of a lab that are made from a cluster. Nothing is written yet."""

    folder: Path
    is_new: bool
    files: Mapping[str, str]
    """The text of each file that is written, by its path in the lab."""
    added: tuple[ServiceFile, ...]
    not_written: tuple[NotWritten, ...]
    known: tuple[FoundService, ...]
    """Services that the lab has already."""
    partly_known: tuple[tuple[FoundService, tuple[Key, ...]], ...]
    """Services of which the lab has some objects, with those that it lacks."""
    left_out: Mapping[Key, LeftOut]
    """Objects that nobody states."""
    unused: tuple[Key, ...]
    """Objects that are stated, and used by nobody."""
    of_releases: int
    """Objects that charts make."""
    unreadable: tuple[Unreadable, ...]
    differences: tuple[Difference, ...]
    """Changes to the cluster when the plan is applied, objects that it would create included."""
    restarts: Restarts
    ran_with: tuple[Finding, ...]
    """Errors about what runs and stays as it is: the files of its services say them, and they stop nothing."""
    plan: Plan
    objects: int
    """How many there are in all."""

    @property
    def errors(self) -> bool:
        """Whether something has no place, or the plan has errors, with which nothing can be taken over."""
        return bool(self.not_written or self.unreadable or self.partly_known or self.plan.errors)


def adopt_cluster(folder: Path, objects: Iterable[Manifest], wishes: Wishes = NOTHING_SAID) -> Adoption:
    """The lab in `folder` with every service of a cluster; a folder that is not there becomes a lab.

    Raises InvalidLab where the lab cannot be read as it is.
    """
    world = read_world(objects, runs=wishes.runs)
    grouping = find_services(world)
    is_new = not folder.exists() or is_unused(folder)
    before = None if is_new else make_plan(load_lab(folder))
    classes = before.lab.storage_classes if before else storage_classes(world)
    choices = _choices(folder, world, grouping, before, wishes)._replace(storage_classes=tuple(classes))
    files: dict[str, str] = {}
    tiers: dict[str, None] = {}
    if is_new:
        tiers = dict.fromkeys([*sorted(set(tier_labels(world, tier_label(world)).values())), *choices.tiers.values()])
        schemas = choices.schema is not None
        files = lab_files(folder.resolve().name, world, tiers, domain_of(world), classes, schemas=schemas)
    planned = _planned(before) if before else {Key("PriorityClass", "", tier) for tier in tiers}
    known, partly, fresh = _sorted_out(grouping, planned, world)
    fresh = list(_renamed(fresh, before))
    written, choices = _written(fresh, world, choices, api_providers(before.lab) if before else ())
    added, refused = _loadable(folder, files, written)
    added, plan = as_apps(folder, files, added, world, choices)
    changes = tuple(plan_differences(plan, world))
    errors: tuple[Finding, ...] = ()
    if wishes.runs and plan.errors:
        added, plan, errors = with_errors_said(folder, files, added, plan, changes)
    files |= {f"services/{path}": content for each in added for path, content in each.files.items()}
    return Adoption(
        folder=folder,
        is_new=is_new,
        files=files,
        added=tuple(added),
        not_written=tuple(refused),
        known=tuple(known) if before else (),
        partly_known=tuple(partly),
        left_out={key: origin for key, origin in world.origins.items() if isinstance(origin, LeftOut)},
        unused=(*(each.key for each in grouping.unused), *_alone(grouping, world)),
        of_releases=sum(not isinstance(each, LeftOut) for each in world.origins.values())
        - sum(world.is_own(key) for key in world.manifests),
        unreadable=world.unreadable,
        differences=changes,
        restarts=judge_restarts(plan, world),
        ran_with=errors,
        plan=plan,
        objects=len(world.manifests),
    )


def _written(
    fresh: Sequence[FoundService], world: World, choices: Choices, provided: Collection[str]
) -> tuple[list[ServiceFile], Choices]:
    """The files of services, with the API groups that each brings. One that cannot be written brings none."""
    choices = choices._replace(provides=providers(fresh, world, provided))
    written = [write_service(each, world, choices) for each in fresh]
    there = [each.found for each in written if each.files]
    if len(there) == len(written):
        return written, choices
    choices = choices._replace(provides=providers(there, world, provided))
    return [write_service(each, world, choices) for each in fresh], choices


def plan_differences(plan: Plan, world: World) -> Iterator[Difference]:
    """Changes to a cluster when a plan is applied."""
    for manifest in plan.manifests:
        yield from differences(manifest, world.manifests.get(key_of(manifest)))


def _planned(before: Plan) -> set[Key]:
    """All that a lab has."""
    return {key_of(each) for each in before.manifests} | {
        Key("Release", each.namespace, each.release.name) for each in before.services if each.release is not None
    }


def _sorted_out(
    grouping: Grouping, planned: Collection[Key], world: World
) -> tuple[list[FoundService], list[tuple[FoundService, tuple[Key, ...]]], list[FoundService]]:
    """Services that the lab has, has in part, and does not have."""
    known: list[FoundService] = []
    partly: list[tuple[FoundService, tuple[Key, ...]]] = []
    fresh: list[FoundService] = []
    for each in grouping.services:
        stated = {key for key in each.objects if not world.is_kept(key)}
        if each.release:
            stated.add(Key("Release", each.release.namespace, each.release.name))
        if not stated:
            continue
        lacking = tuple(sorted(stated.difference(planned)))
        if not lacking:
            known.append(each)
        elif not each.workloads and not each.release:
            fresh.append(each._replace(objects=lacking))
        elif len(lacking) < len(stated):
            partly.append((each, lacking))
        else:
            fresh.append(each)
    return known, partly, fresh


def _alone(grouping: Grouping, world: World) -> Iterator[Key]:
    """Namespaces without a service, and what is kept and has nothing beside it that a file could state."""
    inside = {each.namespace for each in grouping.services}
    yield from (key for key in grouping.namespaces if key.name not in inside)
    for each in grouping.services:
        if each.release is None and all(map(world.is_kept, each.objects)):
            yield from each.objects


def _renamed(fresh: Iterable[FoundService], before: Plan | None) -> Iterator[FoundService]:
    """A service whose name the lab gives to another one gets its namespace's name in front."""
    taken = set(before.lab.services) if before else set[str]()
    for each in fresh:
        yield each._replace(name=f"{each.namespace}-{each.name}") if each.name in taken else each


def _choices(folder: Path, world: World, grouping: Grouping, before: Plan | None, wishes: Wishes) -> Choices:
    labels = tier_labels(world, before.lab.cluster.platform.tier_label if before else tier_label(world))
    known = before.lab.tiers if before else None
    if wishes.tier:
        default = wishes.tier
    elif known:
        default = min(known, key=lambda name: known[name].priority)
    else:
        default = UNSORTED
    namespaces = {each.namespace for each in grouping.services}
    tiers = {
        namespace: labels[namespace]
        if namespace in labels and (known is None or labels[namespace] in known)
        else default
        for namespace in namespaces
    }
    repositories = dict(stated_repositories(world.manifests.values()))
    for each in world.releases.values():
        if url := wishes.repositories.get(each.name):
            repositories[Key("Release", each.namespace, each.name)] = url
    schema = SCHEMA if folder.resolve().parent == LABS else None
    return Choices(tiers, repositories, wishes.usage, runs=wishes.runs, schema=schema)


def _loadable(
    folder: Path, files: Mapping[str, str], written: Sequence[ServiceFile]
) -> tuple[list[ServiceFile], list[NotWritten]]:
    """The services with which the lab loads, and of the others what the loader says. Raises InvalidLab."""
    stated = {each.name: each.files for each in written if each.files}
    _, wrong = try_services(folder, files, stated)
    asked = [NotWritten(each, ()) for each in written if not each.files and each.questions]
    refused = [NotWritten(each, wrong[each.name]) for each in written if each.name in wrong]
    return [each for each in written if each.files and each.name not in wrong], [*asked, *refused]
