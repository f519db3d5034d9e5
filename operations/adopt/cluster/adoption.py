"""A cluster that runs, as files of a lab: what is written, what is left out, and how the plan differs from it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from config.folder import LABS
from config.lab import Lab
from config.load import InvalidLab, load_lab
from config.source import Problem
from observation import Usage
from operations.adopt.cluster.app_file import Unpatchable, app_of, lines_of, workload_patch
from operations.adopt.cluster.comparison import Difference, differences, is_reordered
from operations.adopt.cluster.lab_files import UNSORTED, lab_files, tier_label, tier_labels
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.origins import LeftOut
from operations.adopt.cluster.providers import providers
from operations.adopt.cluster.releases import Unreadable
from operations.adopt.cluster.repositories import stated_repositories
from operations.adopt.cluster.restarts import Restarts, judge_restarts
from operations.adopt.cluster.service_file import SCHEMA, Choices, ServiceFile, write_service
from operations.adopt.cluster.services import FoundService, Grouping, find_services
from operations.adopt.cluster.world import World, read_world
from operations.adopt.trial import is_in, try_files, try_services
from plan import Plan, make_plan
from plan.cluster.nodes import plan_nodes
from plan.model import Manifest
from plan.model.fields import text
from plan.workloads.services import api_providers, plan_services


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
    plan: Plan
    objects: int
    """How many there are in all."""

    @property
    def errors(self) -> bool:
        """Whether something has no place, or would be lost or interrupted."""
        return bool(self.not_written or self.unreadable or self.partly_known)


def adopt_cluster(folder: Path, objects: Iterable[Manifest], wishes: Wishes = NOTHING_SAID) -> Adoption:
    """The lab in `folder` with every service of a cluster; a folder that is not there becomes a lab.

    Raises InvalidLab where the lab cannot be read as it is.
    """
    world = read_world(objects)
    grouping = find_services(world)
    is_new = not folder.exists() or not any(folder.iterdir())
    before = None if is_new else make_plan(load_lab(folder))
    known, partly, fresh = _sorted_out(grouping, before)
    fresh = list(_renamed(fresh, before))
    choices = _choices(folder, world, grouping, before, wishes)._replace(
        provides=providers(fresh, world, api_providers(before.lab) if before else ())
    )
    written = [write_service(each, world, choices) for each in fresh]
    files: dict[str, str] = {}
    if is_new:
        tiers = dict.fromkeys([*sorted(set(tier_labels(world, tier_label(world)).values())), *choices.tiers.values()])
        files = lab_files(folder.resolve().name, world, tiers, _domain(world), schemas=choices.schema is not None)
    added, refused, lab = _loadable(folder, files, written)
    added, plan = _as_apps(folder, files, added, lab, world, choices)
    files |= {f"services/{path}": content for each in added for path, content in each.files.items()}
    return Adoption(
        folder=folder,
        is_new=is_new,
        files=files,
        added=tuple(added),
        not_written=tuple(refused),
        known=tuple(known),
        partly_known=tuple(partly),
        left_out={key: origin for key, origin in world.origins.items() if isinstance(origin, LeftOut)},
        unused=tuple(each.key for each in grouping.unused),
        of_releases=sum(not isinstance(each, LeftOut) for each in world.origins.values())
        - sum(world.is_own(key) for key in world.manifests),
        unreadable=world.unreadable,
        differences=tuple(plan_differences(plan, world)),
        restarts=judge_restarts(plan, world),
        plan=plan,
        objects=len(world.manifests),
    )


def plan_differences(plan: Plan, world: World) -> Iterator[Difference]:
    """Changes to a cluster when a plan is applied."""
    for manifest in plan.manifests:
        yield from differences(manifest, world.manifests.get(key_of(manifest)))


def _sorted_out(
    grouping: Grouping, before: Plan | None
) -> tuple[list[FoundService], list[tuple[FoundService, tuple[Key, ...]]], list[FoundService]]:
    """Services that the lab has, has in part, and does not have."""
    planned: set[Key] = set()
    if before is not None:
        planned = {key_of(each) for each in before.manifests}
        planned |= {
            Key("Release", each.namespace, each.release.name) for each in before.services if each.release is not None
        }
    known: list[FoundService] = []
    partly: list[tuple[FoundService, tuple[Key, ...]]] = []
    fresh: list[FoundService] = []
    for each in grouping.services:
        stated = {key for key in each.objects if key.kind != "Secret"}
        if each.release:
            stated.add(Key("Release", each.release.namespace, each.release.name))
        if not stated:
            continue
        lacking = tuple(sorted(stated - planned))
        if not lacking:
            known.append(each)
        elif not each.workloads and not each.release:
            fresh.append(each._replace(objects=lacking))
        elif len(lacking) < len(stated):
            partly.append((each, lacking))
        else:
            fresh.append(each)
    return known, partly, fresh


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


def _domain(world: World) -> str:
    """The domain below which most routes are."""
    hosts: Counter[str] = Counter()
    for key, manifest in world.manifests.items():
        if key.kind == "Ingress":
            for rule in manifest["spec"].get("rules") or ():
                _, dot, domain = text(rule, "host").partition(".")
                hosts[domain] += 1 if dot and "." in domain else 0
    (domain, count), *_ = hosts.most_common(1) or [("", 0)]
    return domain if count else "home.arpa"


def _loadable(
    folder: Path, files: Mapping[str, str], written: Sequence[ServiceFile]
) -> tuple[list[ServiceFile], list[NotWritten], Lab]:
    """The services with which the lab loads, and of the others what the loader says. Raises InvalidLab."""
    stated = {each.name: each.files for each in written if each.files}
    lab, wrong = try_services(folder, files, stated)
    asked = [NotWritten(each, ()) for each in written if not each.files and each.questions]
    refused = [NotWritten(each, wrong[each.name]) for each in written if each.name in wrong]
    return [each for each in written if each.files and each.name not in wrong], [*asked, *refused], lab


def _as_apps(
    folder: Path, files: Mapping[str, str], added: list[ServiceFile], lab: Lab, world: World, choices: Choices
) -> tuple[list[ServiceFile], Plan]:
    """The services, those of kind `app` that can be said so: shorter than as objects, and without any change of what
    runs. Each is tried by planning it. With the plan of all."""
    unpatched = {each.name: app for each in added if (app := app_of(each, world, choices, None))}
    planned = _planned(folder, files, [unpatched.get(each.name, each) for each in added])
    apps: dict[str, ServiceFile] = {}
    for each in added if planned else ():
        main = each.found.main
        if each.name in unpatched and main and main in planned:
            try:
                patch = workload_patch(planned[main], world, each)
            except Unpatchable:
                continue
            app = app_of(each, world, choices, patch)
            if app and lines_of(app) < lines_of(each):
                apps[each.name] = app
    while apps:
        chosen = [apps.get(each.name, each) for each in added]
        try:
            attempt = try_files(folder, _with_services(files, chosen))
        except InvalidLab as error:
            wrong = {name for name in apps if any(is_in(problem, name) for problem in error.problems)}
        else:
            services = plan_services(attempt, plan_nodes(attempt))
            wrong = {
                service.name
                for service in services
                if service.name in apps and _disturbs(service.objects, apps[service.name], world)
            }
            plan = None if wrong else make_plan(attempt)
            wrong |= {name for name in apps if any(each.concerns(name) for each in plan.errors)} if plan else set()
            if plan and not wrong:
                return chosen, plan
        apps = {name: app for name, app in apps.items() if name not in wrong} if wrong else {}
    return added, make_plan(lab)


def _planned(folder: Path, files: Mapping[str, str], services: Iterable[ServiceFile]) -> dict[Key, Manifest]:
    """The objects that would be planned; none where the lab would not load."""
    try:
        lab = try_files(folder, _with_services(files, services))
    except InvalidLab:
        return {}
    return {key_of(each): each for service in plan_services(lab, plan_nodes(lab)) for each in service.objects}


def _with_services(files: Mapping[str, str], services: Iterable[ServiceFile]) -> dict[str, str]:
    return {**files, **{f"services/{path}": content for each in services for path, content in each.files.items()}}


def _disturbs(manifests: Iterable[Manifest], service: ServiceFile, world: World) -> bool:
    """Whether a service would do more than change labels and annotations, or would seem to."""
    for manifest in manifests:
        live = world.manifests.get(key_of(manifest))
        if live and is_reordered(manifest.get("spec"), live.get("spec")):
            return True
        found = differences(manifest, live)
        if any(each.effect != "in place" or each.path[:1] != ("metadata",) for each in found):
            return True
    return False
