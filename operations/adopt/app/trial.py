"""Services as files of kind `app`, tried by planning them: they are kept as far as they render to what runs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from config.lab import Lab
from config.load import InvalidLab
from config.source import Problem
from operations.adopt.app.patches import Unpatchable, patch_between
from operations.adopt.app.saying import Said, Site, say
from operations.adopt.cluster.comparison import differences, is_reordered
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.service_file import Choices, ServiceFile, manifest_of
from operations.adopt.cluster.world import World
from operations.adopt.cluster.yaml_text import dumped
from operations.adopt.trial import is_in, try_files
from plan import Plan, make_plan
from plan.cluster.nodes import plan_nodes
from plan.model import Manifest
from plan.workloads.services import plan_services
from plan.workloads.volume_classes import access_of

_ROUNDS = 16
"""Each round states less in keys, or one patch more; a service that takes longer stays as it is written."""
_PATCH = 3
"""Lines around a patch."""
_KEYS_OF = {
    "expose": frozenset({"Ingress", "IngressRoute", "HTTPRoute", "GRPCRoute"}),
    "external_secrets": frozenset({"ExternalSecret"}),
    "volumes": frozenset({"PersistentVolumeClaim", "PersistentVolume"}),
}
"""Kinds of objects behind a key of a service, which are left out where the loader refuses it."""


class _Attempt(NamedTuple):
    """A service in keys, as it is tried."""

    sayable: frozenset[Key]
    patches: Mapping[Key, Mapping[str, Any]] = {}


def as_apps(
    folder: Path, files: Mapping[str, str], added: Sequence[ServiceFile], world: World, choices: Choices
) -> tuple[list[ServiceFile], Plan]:
    """The services, those of kind `app` that can be said so: shorter than as objects, and without any change of what
    runs. With the plan of all. Raises InvalidLab where the lab cannot be read as it is."""
    lab = try_files(folder, _with(files, added))
    site = _site(lab)
    objects = {each.name: each for each in added}
    attempts = {
        each.name: _Attempt(frozenset(each.objects)) for each in added if each.found.main and not each.found.release
    }
    before: frozenset[tuple[str, str]] = frozenset()
    for _ in range(_ROUNDS):
        said = _said(added, attempts, world, choices, site)
        chosen = [said[each.name].file if each.name in said else each for each in added]
        try:
            attempt = try_files(folder, _with(files, chosen))
        except InvalidLab as error:
            wrong = {name: [each for each in error.problems if is_in(each, name)] for name in said}
            attempts = _kept(
                attempts, {name: _accepted(attempts[name], said[name], each) for name, each in wrong.items() if each}
            )
            continue
        planned = {each.name: each.objects for each in plan_services(attempt, plan_nodes(attempt))}
        judged = {name: _judged(planned[name], each, attempts[name], world) for name, each in said.items()}
        settled = all(judged[name] == attempts[name] for name in said)
        attempts = _kept(attempts, judged)
        if not settled:
            continue
        plan = make_plan(attempt)
        before = before or _errors(make_plan(lab))
        worse = {name for name, _ in _errors(plan) - before} & said.keys()
        longer = {name for name, each in said.items() if _lines(each.file) > _lines(objects[name])}
        if not worse and not longer:
            return chosen, plan
        plainer = {name: _plain(attempts[name], said[name]) for name in worse}
        attempts = _kept(attempts, {**plainer, **dict.fromkeys(longer)})
    return list(added), make_plan(lab)


def _site(lab: Lab) -> Site:
    modes = {name: access_of(row) for name, row in lab.storage_classes.items()}
    return Site(lab.site.domain, modes, lab.cluster.platform.gateways)


def _said(
    added: Iterable[ServiceFile], attempts: Mapping[str, _Attempt], world: World, choices: Choices, site: Site
) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for each in added:
        if attempt := attempts.get(each.name):
            said = say(each, world, choices, site, attempt.sayable, attempt.patches)
            if said:
                found[each.name] = said
    return found


def _judged(manifests: Iterable[Manifest], said: Said, attempt: _Attempt, world: World) -> _Attempt | None:
    """The attempt with a patch for each object that is not the one that runs, or without those that no patch makes so:
    others are said differently then, and need patches anew. The main workload alone where no patch makes that so, the
    same where nothing is left to do."""
    patches, refused = dict(attempt.patches), set(said.keyed)
    for manifest in manifests:
        key = key_of(manifest)
        live = world.manifests.get(key)
        if live is None:
            return _plain(attempt, said)
        refused.discard(key)
        if key not in said.keyed:
            continue
        try:
            patch = patch_between(manifest, manifest_of(key, world, "", []), is_scaled=key in world.scaled)
        except Unpatchable:
            refused.add(key)
            continue
        if patch is None:
            refused |= {key} if _disturbs(manifest, live) else set()
        elif key in patches or _is_longer(patch, said, key):
            refused.add(key)
        else:
            patches[key] = patch
    if said.file.found.main in refused:
        return _plain(attempt, said)
    return _Attempt(attempt.sayable - refused) if refused else _Attempt(attempt.sayable, patches)


def _kept(attempts: Mapping[str, _Attempt], changed: Mapping[str, _Attempt | None]) -> dict[str, _Attempt]:
    """The attempts with those that changed; a service without one stays as it is written."""
    return {name: each for name, each in {**attempts, **changed}.items() if each}


def _plain(attempt: _Attempt, said: Said) -> _Attempt | None:
    """The main workload alone; None where it is that already."""
    main = said.file.found.main
    assert main is not None, "only a service with a main workload is tried"
    alone = frozenset({main})
    return None if attempt.sayable == alone else _Attempt(alone)


def _accepted(attempt: _Attempt, said: Said, problems: Iterable[Problem]) -> _Attempt | None:
    """The attempt without the keys that the loader refuses, with what belongs to them."""
    refused: set[Key] = set()
    for problem in problems:
        kinds = _KEYS_OF.get(str(problem.path[2])) if len(problem.path) > 2 else None
        if kinds is None:
            return _plain(attempt, said)
        refused |= {key for key in said.keyed if key.kind in kinds}
    return _Attempt(attempt.sayable - refused) if refused else _plain(attempt, said)


def _is_longer(patch: Mapping[str, Any], said: Said, key: Key) -> bool:
    """Whether an object is shorter as it stands than in keys and with a patch. The main workload is never: without it
    there are no keys."""
    if key == said.file.found.main:
        return False
    keys, whole = said.keyed[key]
    return keys + _PATCH + dumped(dict(patch)).count("\n") >= whole


def _disturbs(planned: Manifest, live: Manifest) -> bool:
    """Whether an object would be changed in more than labels and annotations, or would seem to be."""
    if is_reordered(planned.get("spec"), live.get("spec")):
        return True
    return any(each.effect != "in place" or each.path[:1] != ("metadata",) for each in differences(planned, live))


def _errors(plan: Plan) -> frozenset[tuple[str, str]]:
    """The services that each error of a plan concerns, with its code."""
    return frozenset((name, each.code) for each in plan.errors for name in each.services)


def _with(files: Mapping[str, str], services: Iterable[ServiceFile]) -> dict[str, str]:
    return {**files, **{f"services/{path}": content for each in services for path, content in each.files.items()}}


def _lines(written: ServiceFile) -> int:
    return sum(content.count("\n") for content in written.files.values())
