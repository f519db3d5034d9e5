"""A service as it runs, as a file of the lab: of kind `helm`, or of kind `objects` with every object as it stands."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from observation import Usage
from operations.adopt.cluster.footprint import RUNS_AS, Assumed, Footprint, footprint
from operations.adopt.cluster.lab_storage import classes_of_claims
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.questions import Question, questions_about, waits_for_address
from operations.adopt.cluster.releases import HelmRelease
from operations.adopt.cluster.repositories import KNOWN
from operations.adopt.cluster.services import FoundService
from operations.adopt.cluster.stated import as_stated
from operations.adopt.cluster.withheld import secret_arguments, without_secret_values, without_secrets
from operations.adopt.cluster.world import World
from operations.adopt.cluster.yaml_text import Flow, FlowList, document, documents
from plan.model import Manifest
from plan.model.metadata import NOT_AWAITED
from plan.wording import listed
from plan.workloads.objects import CLUSTER_WIDE
from plan.workloads.ownership import release_target

SCHEMA = "yaml-language-server: $schema=../../../schema/service.json"
BEFORE = "It had it before"
"""The reason of exceptions that what runs needs."""
OBJECTS_FILE = "as-found.yaml"
"""The further file of a service, with its objects as they run."""


class Choices(NamedTuple):
    """Choices of the owner, in addition to what runs."""

    tiers: Mapping[str, str]
    """The tier of each namespace."""
    repositories: Mapping[Key, str]
    """The repositories of charts, by release: `Key("Release", namespace, name)`."""
    usage: Usage | None = None
    provides: Mapping[str, Sequence[str]] = {}
    """The API groups that each service brings."""
    runs: bool = True
    """Whether what is read runs; from files, nothing stays in the cluster that is not written."""
    storage_classes: Collection[str] = ()
    """The storage classes that the lab has."""
    schema: str | None = SCHEMA
    """The line that names the schema for an editor; none for a lab elsewhere."""


class ServiceFile(NamedTuple):
    """A file of a service, and its further files."""

    name: str
    found: FoundService
    kind: str
    files: Mapping[str, str]
    """Texts by their path in the folder `services`; none where the service cannot be written."""
    objects: tuple[Key, ...]
    """The objects in the files."""
    kept: tuple[Key, ...]
    """Objects that belong to the service, and are not declared."""
    questions: tuple[Question, ...]
    assumed: tuple[Assumed, ...]


def write_service(found: FoundService, world: World, choices: Choices) -> ServiceFile:
    """The file of a service as found."""
    questions = list(questions_about(found, world))
    kept = tuple(key for key in found.objects if world.is_kept(key))
    declared = tuple(key for key in found.objects if key not in kept)
    manifests = [manifest_of(key, world, found.namespace, questions) for key in declared]
    measured = footprint(_workloads(found, world), choices.usage, classes_of_claims(world, choices.storage_classes))
    release = world.releases[found.release] if found.release else None
    said: dict[str, Any] = {"kind": "helm" if release else "objects", "tier": choices.tiers[found.namespace]}
    said |= {"namespace": found.namespace or "kube-system", "description": _description(found, release)}
    if release:
        chart = _chart(release, choices, questions)
        values, withheld = without_secret_values(release.values)
        key = Key("Release", release.namespace, release.name)
        if withheld:
            questions.append(Question(key, "secret-value", tuple(each.place for each in withheld)))
        said["chart"] = chart
        if release.name != found.name:
            said["release"] = release.name
        if values:
            said["values"] = values
        if withheld:
            said["ignore_fields"] = {release_target(release.name): [f"values{each.path}" for each in withheld]}
        said["footprint"] = measured.workloads
    if manifests:
        said["objects"] = FlowList([OBJECTS_FILE])
    if manifests or release:
        said["as_found"] = True
    if not release and measured.workloads:
        said["footprint"] = measured.workloads
    if groups := choices.provides.get(found.name):
        said["provides"] = FlowList(groups)
    if measured.host_access:
        said["exceptions"] = {"host-access": BEFORE}
    files = {f"{found.name}.yaml": document(said, _comments(found, measured, questions, choices))}
    if manifests:
        files[f"{found.name}/{OBJECTS_FILE}"] = documents(manifests)
    unwritable = any(each.what in ("repository-unknown", "secret-argument") for each in questions)
    empty = not release and not manifests
    return ServiceFile(
        found.name,
        found,
        str(said["kind"]),
        {} if unwritable or empty else files,
        declared,
        kept,
        tuple(questions),
        measured.assumed,
    )


def manifest_of(key: Key, world: World, namespace: str, questions: list[Question]) -> Manifest:
    """An object as it is written in a file: without the service's namespace, and without the
    number of pods that an autoscaler owns."""
    manifest, withheld = without_secrets(as_stated(world.manifests[key]))
    if waits_for_address(world.manifests[key]):
        manifest["metadata"]["annotations"] = {**manifest["metadata"].get("annotations", {}), **NOT_AWAITED}
    if key in world.scaled:
        manifest["spec"].pop("replicas", None)
    if not key.namespace:
        manifest["metadata"] |= {} if key.kind in CLUSTER_WIDE else {"namespace": ""}
    elif key.namespace == namespace:
        manifest["metadata"].pop("namespace", None)
    if withheld:
        questions.append(Question(key, "secret-withheld", tuple(each.place for each in withheld)))
    if arguments := tuple(secret_arguments(manifest)):
        questions.append(Question(key, "secret-argument", arguments))
    return manifest


def _workloads(found: FoundService, world: World) -> list[tuple[Key, Manifest]]:
    """Workloads of a chart, or those that an operator makes of the service's objects: all that no file states."""
    if found.release is None:
        return [each for key in found.workloads if key in world.operated for each in _operated(key, world)]
    of_chart = [key for key, origin in world.origins.items() if origin == found.release and world.is_workload(key)]
    return [
        each
        for key in of_chart
        for each in (_operated(key, world) if key in world.operated else [(key, world.manifests[key])])
    ]


def _operated(operator: Key, world: World) -> list[tuple[Key, Manifest]]:
    """The controllers that an operator makes, also by further objects of its own (Strimzi's sets of pods); of pods that
    it makes itself, one controller for all of them."""
    made = {
        key: world.manifests[key]
        for key in world.manifests
        if key.namespace == operator.namespace and world.made_by(key) == f"{operator.kind}/{operator.name}"
    }
    pods = [manifest for key, manifest in made.items() if key.kind == "Pod"]
    controllers = [(key, manifest) for key, manifest in made.items() if key.kind in RUNS_AS]
    further = (key for key in made if key in world.operated and key != operator)
    controllers += [each for key in further for each in _operated(key, world)]
    if pods:
        spec = {"replicas": len(pods), "template": pods[0]}
        controllers.append(
            (Key("StatefulSet", operator.namespace, operator.name), {"kind": "StatefulSet", "spec": spec})
        )
    return controllers


def _chart(release: HelmRelease, choices: Choices, questions: list[Question]) -> Flow:
    key = Key("Release", release.namespace, release.name)
    repository = choices.repositories.get(key) or KNOWN.get(release.chart)
    if repository is None:
        questions.append(Question(key, "repository-unknown", (release.chart,)))
    elif key not in choices.repositories:
        questions.append(Question(key, "repository-guessed", (repository,)))
    return Flow(name=release.chart, repository=repository or "", version=release.version)


def _description(found: FoundService, release: HelmRelease | None) -> str:
    if release:
        version = f" {release.app_version}" if release.app_version else ""
        return f"Release of the chart {release.chart}{version}"
    return listed(list(dict.fromkeys(key.name for key in (found.workloads or found.objects))), 4)


def _comments(found: FoundService, measured: Footprint, questions: list[Question], choices: Choices) -> list[str]:
    origin = "Adopted as it runs." if choices.runs else "As its manifests say."
    stays = "it stays in the cluster" if choices.runs else "write it under secrets"
    lines = [*([choices.schema] if choices.schema else []), origin]
    for each in questions:
        if each.what == "secret-withheld":
            names = ", ".join(each.names)
            lines.append(f"Not written, for it looks like a secret; {stays}: {each.key}: {names}")
        elif each.what == "secret-value":
            names = ", ".join(each.names)
            lines.append(f"Not written, for they look like secrets; upgrades take them from the stack's state: {names}")
        elif each.what == "secret-inside":
            lines.append(f"Not written, for a secret stands in it; {stays}: {each.key}")
        elif each.what == "secret-kept":
            lines.append(f"Not written; {stays}: {each.key}")
        elif each.what == "repository-guessed":
            lines.append("Check the repository: a release does not say where its chart came from.")
    assumed = [f"{each.workload.name}/{each.container} {each.resource}" for each in measured.assumed]
    if assumed:
        lines.append(f"Assumed, neither stated nor measured: {', '.join(assumed)}")
    return lines
