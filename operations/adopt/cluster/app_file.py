"""A service with a main workload, as a file of kind `app`: what the format says of it, the rest as a
patch, and everything else as objects."""

from collections.abc import Mapping
from typing import Any

from observation.templates import pod_spec
from operations.adopt.cluster.comparison import is_same
from operations.adopt.cluster.footprint import RUNS_AS, footprint
from operations.adopt.cluster.objects import is_fields, is_list
from operations.adopt.cluster.pod_keys import job_keys, pod_keys
from operations.adopt.cluster.service_file import OBJECTS_FILE, Choices, ServiceFile, manifest_of
from operations.adopt.cluster.stated import as_stated
from operations.adopt.cluster.world import World
from operations.adopt.cluster.yaml_text import Flow, FlowList, document, documents
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text, value, values
from plan.model.merging import LIST_KEYS, identity

_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob"})
_COUNTED = frozenset({"Deployment", "StatefulSet"})
"""Controllers with a number of replicas."""
REASON = "It runs so, and the format has no word for it"


class Unpatchable(Exception):
    """The planned object has an element that the running one does not have: no patch takes it away."""


def app_of(written: ServiceFile, world: World, choices: Choices, merge: Mapping[str, Any] | None) -> ServiceFile | None:
    """The same service as a file of kind `app`, with a patch of its workload; None where it can be none."""
    found, main = written.found, written.found.main
    if main is None or main.kind not in _KINDS or main in world.scaled or found.release or not written.files:
        return None
    live = world.manifests[main]
    containers = entries(pod_spec(live), "containers")
    if not containers:
        return None
    rest = [manifest_of(key, world, found.namespace, []) for key in written.objects if key != main]
    said = _said(written, live, containers[0], choices)
    if rest:
        said |= {"objects": FlowList([OBJECTS_FILE]), "as_found": True}
    if choices.provides.get(found.name):
        return None
    if merge:
        said["patch"] = {f"{main.kind.lower()}/{main.name}": {"reason": REASON, "merge": dict(merge)}}
    service = f"{found.name}.yaml"
    comments = [line[2:] for line in written.files[service].splitlines() if line.startswith("# ")]
    files = {service: document(said, comments)}
    if rest:
        files[f"{found.name}/{OBJECTS_FILE}"] = documents(rest)
    return written._replace(kind="app", files=files)


def _said(written: ServiceFile, live: Manifest, container: Fields, choices: Choices) -> dict[str, Any]:
    found = written.found
    kind = str(live["kind"])
    main = found.workloads[0]._replace(kind=kind, name=text(live, "metadata", "name"))
    measured = footprint([(main, live)], choices.usage).workloads[main.name]["containers"][text(container, "name")]
    said: dict[str, Any] = {
        "kind": "app",
        "tier": choices.tiers[found.namespace],
        "namespace": found.namespace,
        "description": ", ".join(key.name for key in found.workloads[:4]),
        "image": text(container, "image"),
        **measured,
    }
    if kind != "Deployment":
        said["runs_as"] = RUNS_AS[kind]
    if kind == "CronJob":
        said["schedule"] = text(live, "spec", "schedule")
        said["job"] = Flow(job_keys(live))
    if kind in _COUNTED and (replicas := number(live, "spec", "replicas", default=1)) != 1:
        said["replicas"] = replicas
    for field in ("command", "args"):
        if stated := values(container, field):
            said[field] = FlowList(stated)
    stated = as_stated(live)
    said |= pod_keys(pod_spec(stated), entries(pod_spec(stated), "containers")[0])
    adopt: dict[str, Any] = {"name": text(live, "metadata", "name"), "container": text(container, "name")}
    if selector := mapping(live, "spec", "selector", "matchLabels"):
        adopt["selector"] = Flow(selector)
    if kind == "Deployment":
        adopt["strategy"] = text(live, "spec", "strategy", "type") or "RollingUpdate"
    elif strategy := text(live, "spec", "updateStrategy", "type"):
        adopt["strategy"] = strategy
    if service := text(live, "spec", "serviceName"):
        adopt["service"] = service
    if management := text(live, "spec", "podManagementPolicy"):
        adopt["pod_management"] = management
    said["adopt"] = Flow(adopt, as_it_is=True)
    return said


def merge_patch(planned: Any, wanted: Any, field: str = "") -> Any:
    """Merge patch that turns a planned value into another one; None where they are equal. Raises Unpatchable."""
    if is_fields(planned) and is_fields(wanted):
        changes = {name: None for name in planned if name not in wanted}
        for name, each in wanted.items():
            if name not in planned:
                changes[name] = each
            elif (change := merge_patch(planned[name], each, name)) is not None:
                changes[name] = change
        return changes or None
    keys = LIST_KEYS.get(field)
    if keys and is_list(planned) and is_list(wanted) and all(is_fields(each) for each in (*planned, *wanted)):
        return _list_patch(planned, wanted, keys)
    return None if is_same(wanted, planned, (field,)) else wanted


def _list_patch(planned: list[Any], wanted: list[Any], keys: tuple[str, ...]) -> list[Any] | None:
    there = {identity(each, keys): each for each in planned}
    if there.keys() - {identity(each, keys) for each in wanted}:
        raise Unpatchable
    changes: list[Any] = []
    for each in wanted:
        element = identity(each, keys)
        if element not in there:
            changes.append(each)
        elif change := merge_patch(there[element], each):
            changes.append({key: each[key] for key in keys if key in each} | change)
    return changes or None


def workload_patch(planned: Manifest, world: World, written: ServiceFile) -> dict[str, Any] | None:
    """The patch that makes a planned workload the one that runs. Raises Unpatchable."""
    main = written.found.main
    assert main is not None, "only a service with a main workload becomes an app"
    wanted = manifest_of(main, world, "", [])
    stated = {"metadata": {key: each for key, each in wanted["metadata"].items() if key in ("labels", "annotations")}}
    base = {"metadata": {key: each for key, each in planned["metadata"].items() if key in ("labels", "annotations")}}
    patch = merge_patch({**base, "spec": planned["spec"]}, {**stated, "spec": wanted["spec"]})
    if patch and value(patch, "spec", "replicas") is None and "replicas" in mapping(patch, "spec"):
        del patch["spec"]["replicas"]
    return patch


def lines_of(written: ServiceFile) -> int:
    """How long the files of a service are."""
    return sum(content.count("\n") for content in written.files.values())
