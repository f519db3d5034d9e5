"""The file for `pulumi import`: with inputs and outputs of each object, so that taking it over writes nothing."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from observation.objects import MANAGER
from operations.adopt.cluster.as_live import as_live
from operations.adopt.cluster.comparison import Difference, differences
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.releases import HelmRelease
from operations.adopt.takeover.live import Owned, Unfit
from operations.adopt.takeover.release_inputs import release_as_live, release_outputs, with_release_secrets
from operations.adopt.takeover.secret_marks import marked, stated_secret, without_content
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text
from plan.workloads.kept_values import secret_outputs

RELEASE = "kubernetes:helm.sh/v3:Release"
KUBERNETES = "kubernetes:"


class Live(NamedTuple):
    """The running cluster, asked for one object at a time."""

    get: Callable[[Manifest], Owned | Unfit | None]
    """The object that runs where another is stated."""
    release: Callable[[str, str], HelmRelease | None]
    """The release of a namespace and a name."""


class Taken(NamedTuple):
    """An object that is taken over."""

    name: str
    """As the program calls it."""
    key: Key
    differences: tuple[Difference, ...]
    """Changes that the next `up` makes to it."""


class TakeOver(NamedTuple):
    """The input for `pulumi import`."""

    file: dict[str, Any]
    taken: tuple[Taken, ...]
    missing: tuple[str, ...]
    """Objects that do not run: the next `up` creates them."""
    unfit: tuple[tuple[str, str], ...]
    """Objects that run and that the API server would not let become what is stated, with its words."""
    elsewhere: tuple[str, ...]
    """Resources that are not objects of the cluster, or whose provider is not in the state yet: not taken over here."""


def take_over(import_file: Fields, preview: Fields, urns: Iterable[str], live: Live) -> TakeOver:
    """The completed import file of a preview. `urns` are the resources that the state holds already."""
    inputs = {_of_urn(text(step, "urn")): mapping(step, "newState", "inputs") for step in entries(preview, "steps")}
    held = {_of_urn(urn): urn for urn in urns}
    names = dict(mapping(import_file, "nameTable"))
    entered: list[dict[str, Any]] = []
    taken: list[Taken] = []
    missing: list[str] = []
    elsewhere: list[str] = []
    unfit: list[tuple[str, str]] = []
    for spec in entries(import_file, "resources"):
        place = (text(spec, "type"), text(spec, "logicalName") or text(spec, "name"))
        if place in held:
            names[text(spec, "name")] = held[place]
        elif spec.get("component"):
            entered.append(dict(spec))
        elif not place[0].startswith(KUBERNETES) or text(spec, "provider") not in names:
            elsewhere.append(place[1])
        elif (found := _completed(spec, inputs.get(place, {}), live)) is None:
            missing.append(place[1])
        elif isinstance(found, Unfit):
            unfit.append((place[1], found.reason))
        else:
            entered.append(found.entry)
            taken.append(found.taken)
    resources = list(_with_parents(entered))
    used = {text(each, field) for each in resources for field in ("parent", "provider")}
    table = {name: urn for name, urn in names.items() if name in used}
    file = {"nameTable": table, "resources": resources}
    return TakeOver(file, tuple(taken), tuple(missing), tuple(unfit), tuple(elsewhere))


class _Completed(NamedTuple):
    entry: dict[str, Any]
    taken: Taken


def _of_urn(urn: str) -> tuple[str, str]:
    """Type and name of a resource; the types of its parents aside."""
    types, _, name = urn.split("::", 2)[-1].partition("::")
    return types.rpartition("$")[2], name


def _completed(spec: Fields, stated: Fields, live: Live) -> _Completed | Unfit | None:
    """An entry with its id, inputs and outputs; None for what does not run."""
    if text(spec, "type") == RELEASE:
        return _completed_release(spec, stated, live)
    manifest = {key: value for key, value in stated.items() if key not in ("status",)}
    key = key_of(manifest)
    owned = live.get(manifest)
    if not isinstance(owned, Owned):
        return owned
    running = owned.manifest
    if key.kind == "Secret":
        found, inputs, outputs = (), stated_secret(manifest, running), without_content(running)
    else:
        found = differences(manifest, running)
        inputs = as_live(manifest, running, found)
        secret = secret_outputs(manifest)
        outputs = {field: marked(each) if field in secret else each for field, each in running.items()}
    outputs = {
        **outputs,
        "__inputs": inputs,
        "__initialApiVersion": text(manifest, "apiVersion"),
        "__fieldManager": MANAGER,
    }
    identity = "/".join(filter(None, (key.namespace, key.name)))
    return _Completed(
        {**spec, "id": identity, "inputs": inputs, "outputs": outputs}, Taken(text(spec, "name"), key, found)
    )


def _completed_release(spec: Fields, stated: Fields, live: Live) -> _Completed | None:
    key = Key("Release", text(stated, "namespace"), text(stated, "name"))
    running = live.release(key.namespace, key.name)
    if running is None:
        return None
    inputs, found = release_as_live(stated, running)
    entry = {
        **spec,
        "id": f"{key.namespace}/{key.name}",
        "inputs": with_release_secrets(inputs, running),
        "outputs": release_outputs(inputs, running),
    }
    return _Completed(entry, Taken(text(spec, "name"), key, found))


def _with_parents(entered: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Imported resources and the components around them; the next `up` creates components that are empty."""
    entered = list(entered)
    by_name = {text(each, "name"): each for each in entered}
    wanted: set[str] = set()
    for each in entered:
        name = "" if each.get("component") else text(each, "name")
        while name in by_name and name not in wanted:
            wanted.add(name)
            name = text(by_name[name], "parent")
    yield from (each for each in entered if text(each, "name") in wanted)


def written(take_over: TakeOver) -> str:
    """The file as text. It holds the content of Secrets: it is for its owner's eyes alone."""
    return json.dumps(take_over.file, indent=1) + "\n"


def urns_of(export: Mapping[str, Any]) -> tuple[str, ...]:
    """The resources in what `pulumi stack export` printed."""
    return tuple(text(each, "urn") for each in entries(export, "deployment", "resources"))
