"""A workload that runs, in the keys of the format."""

from collections.abc import Mapping
from typing import Any

from config.service.unsized import AMOUNTS
from observation import Usage
from operations.adopt.app.containers import container_keys, probe_keys
from operations.adopt.app.devices import further_networks, resource_claims
from operations.adopt.app.pods import pod_keys
from operations.adopt.app.ports import Reached, listens_at, stated_ports
from operations.adopt.app.volumes import Mounted
from operations.adopt.cluster.footprint import RUNS_AS, figures
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text, value
from plan.model.templates import containers_of, pod_spec, pod_template
from plan.workloads.pods import MULTUS

COUNTED = frozenset({"Deployment", "StatefulSet"})
"""Controllers with a number of replicas."""


def workload_keys(
    key: Key, stated: Manifest, reach: Reached | None, volumes: Mounted, usage: Usage | None
) -> dict[str, Any]:
    """Keys of a workload, `stated` as its owner would write it."""
    pod = pod_spec(stated)
    main, *others = entries(pod, "containers")

    def said_of(container: Fields, reach: Reached | None) -> dict[str, Any]:
        return {**_container(key, container, reach, volumes, usage), **resource_claims(container, pod)}

    said = said_of(main, reach)
    said |= _controller(key, stated)
    if reach:
        said |= reach.keys
    before = entries(pod, "initContainers")
    native, init = [each for each in before if _goes_on(each)], [each for each in before if not _goes_on(each)]
    sidecars = {text(each, "name"): said_of(each, reach) for each in others}
    sidecars |= {text(each, "name"): {**said_of(each, reach), "native": True} for each in native}
    if sidecars:
        said["sidecars"] = sidecars
    if init:
        said["init"] = {text(each, "name"): said_of({**each, "ports": ()}, None) for each in init}
    if [*before] != [*native, *init]:
        said["init_order"] = FlowList(text(each, "name") for each in before)
    said |= pod_keys(pod)
    if seconds := value(stated, "spec", "minReadySeconds"):
        said["min_ready_seconds"] = seconds
    if networks := further_networks(stated):
        said["further_networks"] = FlowList(networks)
    said |= _marks(key, stated, said)
    return {**said, "adopt": Flow(_adopted(key, stated, main, reach))}


def _goes_on(container: Fields) -> bool:
    return text(container, "restartPolicy") == "Always"


def _container(
    key: Key, container: Fields, reach: Reached | None, volumes: Mounted, usage: Usage | None
) -> dict[str, Any]:
    name = text(container, "name")
    said = container_keys(container)
    image = {"image": said.pop("image")}
    sized = _amounts(key, container, usage)
    listens: dict[str, Any] = {}
    ports = stated_ports(container, reach)
    if ports:
        listens["ports"] = ports
    numbers = {each: at for each, port in ports.items() if isinstance(at := listens_at(port), int)}
    numbers |= reach.numbers.get(name, {}) if reach else {}
    named = reach.stated == "named" if reach else bool(ports)
    listens |= probe_keys(container, numbers, named=named)
    mounts = {"mounts": dict(volumes.mounts[name])} if name in volumes.mounts else {}
    return {**image, **sized, **said, **listens, **mounts}


def _amounts(key: Key, container: Fields, usage: Usage | None) -> dict[str, Any]:
    """The amounts that a container states, and which of them it does not."""
    stated = [mapping(container, "resources", each) for each in ("requests", "limits")]
    missing = [amount for amount in AMOUNTS if not any(amount in each for each in stated)]
    disk = {
        key: str(each["ephemeral-storage"])
        for key, each in zip(("ephemeral_storage_request", "ephemeral_storage"), stated, strict=True)
        if "ephemeral-storage" in each
    }
    if len(missing) == len(AMOUNTS):
        return {"unsized": True, **disk}
    limit = value(container, "resources", "limits", "cpu")
    found: dict[str, Any] = figures(key, container, usage, []) | ({} if limit is None else {"cpu_limit": str(limit)})
    request = value(container, "resources", "requests", "memory")
    if request is not None and request == value(container, "resources", "limits", "memory"):
        found["memory_request"] = str(request)
    found = {name: amount for name, amount in found.items() if name.partition("_")[0] not in missing}
    return found | disk | ({"unsized": FlowList(missing)} if missing else {})


def _controller(key: Key, stated: Manifest) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if key.kind != "Deployment":
        said["runs_as"] = RUNS_AS[key.kind]
    if key.kind == "CronJob":
        said["schedule"] = text(stated, "spec", "schedule")
        said["job"] = Flow(_job_keys(stated))
    if kept := mapping(stated, "spec", "persistentVolumeClaimRetentionPolicy"):
        said["claim_retention"] = Flow(_bounds(kept, {"whenDeleted": "deleted", "whenScaled": "scaled"}))
    if key.kind in COUNTED and (replicas := number(stated, "spec", "replicas", default=1)) != 1:
        said["replicas"] = replicas
    return said


def _job_keys(cron_job: Fields) -> dict[str, Any]:
    """How the runs of a cronjob are repeated and kept."""
    spec, runs = mapping(cron_job, "spec"), mapping(cron_job, "spec", "jobTemplate", "spec")
    stated = {
        "retries": runs.get("backoffLimit"),
        "restart": value(runs, "template", "spec", "restartPolicy"),
        "deadline_seconds": runs.get("activeDeadlineSeconds"),
        "keep_seconds": runs.get("ttlSecondsAfterFinished"),
        "concurrency": spec.get("concurrencyPolicy"),
        "start_within_seconds": spec.get("startingDeadlineSeconds"),
        "keep_succeeded": spec.get("successfulJobsHistoryLimit"),
        "keep_failed": spec.get("failedJobsHistoryLimit"),
        "completions": runs.get("completions"),
        "parallel": runs.get("parallelism"),
        "time_zone": spec.get("timeZone"),
        "suspended": spec.get("suspend") or None,
    }
    return {key: each for key, each in stated.items() if each is not None}


def _marks(key: Key, stated: Manifest, said: Mapping[str, Any]) -> dict[str, Any]:
    """Labels and annotations of the controller and its pods, beside those of the Service. The labels of the selector
    are on the pods anyway."""
    template = mapping(pod_template(stated), "metadata")
    selector = mapping(stated, "spec", "selector", "matchLabels")
    found: dict[str, Any] = {}
    for field in ("labels", "annotations"):
        pod = {name: each for name, each in mapping(template, field).items() if selector.get(name) != each}
        if "further_networks" in said:
            pod.pop(MULTUS, None)
        marks = {"workload": dict(mapping(stated, "metadata", field)), "pod": pod, **said.get(field, {})}
        if kept := {where: Flow(each) for where, each in marks.items() if each}:
            found[field] = kept
    return found


def _adopted(key: Key, stated: Manifest, main: Fields, reach: Reached | None) -> dict[str, Any]:
    adopt: dict[str, Any] = {"name": key.name}
    if (container := text(main, "name")) != key.name:
        adopt["container"] = container
    if selector := mapping(stated, "spec", "selector", "matchLabels"):
        adopt["selector"] = dict(selector)
    if key.kind == "Deployment":
        adopt["strategy"] = text(stated, "spec", "strategy", "type") or "RollingUpdate"
        bounds = mapping(stated, "spec", "strategy", "rollingUpdate")
        adopt |= _bounds(bounds, {"maxSurge": "surge", "maxUnavailable": "unavailable"})
    elif strategy := text(stated, "spec", "updateStrategy", "type"):
        adopt["strategy"] = strategy
        bounds = mapping(stated, "spec", "updateStrategy", "rollingUpdate")
        adopt |= _bounds(bounds, {"maxUnavailable": "unavailable", "partition": "partition"})
    adopt |= reach.adopted if reach else {}
    if service := text(stated, "spec", "serviceName"):
        adopt["service"] = service
    if adopt.get("service") == key.name:
        del adopt["service"]
    if management := text(stated, "spec", "podManagementPolicy"):
        adopt["pod_management"] = management
    pod = pod_spec(stated)
    settings = {
        "priority_class": pod.get("priorityClassName"),
        "token": pod.get("automountServiceAccountToken"),
        "service_links": pod.get("enableServiceLinks"),
        "device_requests": True if any(map(_requests_devices, containers_of(pod))) else None,
        "history": None if key.kind == "CronJob" else value(stated, "spec", "revisionHistoryLimit"),
    }
    adopt |= {name: each for name, each in settings.items() if each is not None}
    return {**adopt, "as_it_is": True}


def _requests_devices(container: Fields) -> bool:
    return any("/" in name and "kubernetes.io/" not in name for name in mapping(container, "resources", "requests"))


def _bounds(stated: Fields, keys: Mapping[str, str]) -> dict[str, Any]:
    return {key: stated[field] for field, key in keys.items() if field in stated}
