"""A running pod in the keys of the format. Whatever has no key is left to a patch.

The order of variables, volumes and mounts is a part of a pod: another one would restart it. So a key is used as far as
the program writes things in the order in which they run.
"""

from collections.abc import Collection
from itertools import takewhile
from typing import Any

from operations.adopt.cluster.withheld import is_secret
from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model.fields import Fields, entries, mapping, text, value, values

_VARIABLES = ("env", "secrets", "env_keys", "env_fields")
_VOLUMES = ("shares", "claims", "config_maps")
"""Keys in the order in which the program writes their elements."""


def pod_keys(pod: Fields, container: Fields) -> dict[str, Any]:
    """Keys of a workload whose pods and main container are these."""
    return {
        **_variables(container),
        **_process(container),
        **_devices(container),
        **_volumes(pod, container),
        **_settings(pod),
    }


def job_keys(cron_job: Fields) -> dict[str, Any]:
    """Keys of how the runs of a cronjob are repeated and kept."""
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
        "suspended": spec.get("suspend") or None,
    }
    return {key: each for key, each in stated.items() if each is not None}


def _variables(container: Fields) -> dict[str, Any]:
    said: dict[str, Any] = {}
    reached = 0
    for each in entries(container, "env"):
        key, meaning = _variable(each)
        if key is None or _VARIABLES.index(key) < reached:
            break
        reached = _VARIABLES.index(key)
        said.setdefault(key, {})[text(each, "name")] = meaning
    if any(f"$({name})" in str(each) for each in said.get("env", {}).values() for name in said.get("secrets", ())):
        del said["secrets"]
        said.pop("env_keys", None)
        said.pop("env_fields", None)
    return said


def _variable(variable: Fields) -> tuple[str | None, Any]:
    """The key that a variable stands under, and what it says there."""
    if "value" in variable:
        plain = not is_secret(text(variable, "name"), variable.get("value"))
        return ("env", text(variable, "value")) if plain else (None, None)
    source = mapping(variable, "valueFrom")
    if set(source) == {"secretKeyRef"} and set(secret := mapping(source, "secretKeyRef")) == {"name", "key"}:
        return "secrets", Flow(secret=secret["name"], key=secret["key"])
    if set(source) == {"configMapKeyRef"} and set(found := mapping(source, "configMapKeyRef")) == {"name", "key"}:
        return "env_keys", Flow(config_map=found["name"], key=found["key"])
    field = mapping(source, "fieldRef")
    if set(source) == {"fieldRef"} and field.get("apiVersion", "v1") == "v1":
        return "env_fields", text(field, "fieldPath")
    return None, None


def _process(container: Fields) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if folder := text(container, "workingDir"):
        said["working_dir"] = folder
    security = mapping(container, "securityContext")
    for field, key in (("runAsUser", "run_as_user"), ("runAsGroup", "run_as_group")):
        if isinstance(number := security.get(field), int) and (number or key == "run_as_group"):
            said[key] = number
    if security.get("runAsUser") == 0:
        said["run_as_root"] = True
    if security.get("readOnlyRootFilesystem"):
        said["read_only_root"] = True
    for field, key in (("add", "capabilities"), ("drop", "drop_capabilities")):
        if names := values(security, "capabilities", field):
            said[key] = FlowList(names)
    for field, key in (("preStop", "pre_stop"), ("postStart", "post_start")):
        if command := values(container, "lifecycle", field, "exec", "command"):
            said[key] = FlowList(command)
    return said


def _devices(container: Fields) -> dict[str, Any]:
    """Extended resources: limits whose names have a domain that is not Kubernetes' own."""
    limits = mapping(container, "resources", "limits")
    found = {
        name: int(str(amount))
        for name, amount in limits.items()
        if "/" in name and "kubernetes.io/" not in name and str(amount).isdecimal()
    }
    return {"devices": Flow(found), "exceptions": {"devices": "It had them before"}} if found else {}


def _settings(pod: Fields) -> dict[str, Any]:
    said: dict[str, Any] = {}
    security = mapping(pod, "securityContext")
    stated = {
        "fs_group": security.get("fsGroup"),
        "fs_group_change": security.get("fsGroupChangePolicy"),
        "groups": FlowList(values(security, "supplementalGroups")),
    }
    if kept := {key: each for key, each in stated.items() if each is not None and each != []}:
        said["security"] = Flow(kept)
    if secrets := [text(each, "name") for each in entries(pod, "imagePullSecrets")]:
        said["pull_secrets"] = FlowList(secrets)
    if selector := mapping(pod, "nodeSelector"):
        said["node_selector"] = Flow(selector)
    if (grace := value(pod, "terminationGracePeriodSeconds")) not in (None, 30):
        said["grace_seconds"] = grace
    return said


def _volumes(pod: Fields, container: Fields) -> dict[str, Any]:
    """Volumes and their mounts: as many from the first one on as the main container mounts and the format can say."""
    mounts = entries(container, "volumeMounts")
    known = list(takewhile(lambda pair: pair[1] is not None, map(_named_volume, entries(pod, "volumes"))))
    while True:
        said = _until(mounts, {name for name, _ in known})
        kept = _used(known, {text(each, "name") for each in said})
        if len(kept) == len(known):
            break
        known = kept
    found: dict[str, Any] = {}
    for name, volume in known:
        assert volume is not None, "only those that are known were taken"
        key, meaning = volume
        found.setdefault(key, {})[name] = meaning
    if points := _mounts(said):
        found["mounts"] = points
    return found


def _until(mounts: list[Fields], names: Collection[str]) -> list[Fields]:
    """The mounts before the first that is of another volume, or that the format cannot say."""
    found: list[Fields] = []
    for each in mounts:
        if text(each, "name") not in names or not _is_plain(each):
            break
        found.append(each)
    return found


Known = tuple[str, tuple[str, Any] | None]


def _used(known: list[Known], used: Collection[str]) -> list[Known]:
    """The volumes before the first that is not mounted, or out of the order of their keys."""
    found: list[Known] = []
    reached = 0
    for name, volume in known:
        if volume is None or name not in used or _VOLUMES.index(volume[0]) < reached:
            break
        reached = _VOLUMES.index(volume[0])
        found.append((name, volume))
    return found


def _named_volume(volume: Fields) -> Known:
    """The name of a volume, and the key that it stands under with what it says there; None where there is no key."""
    name = text(volume, "name")
    rest = {key: each for key, each in volume.items() if key != "name"}
    match rest:
        case {"nfs": {"server": str(server), "path": str(path), **more}} if not more.keys() - {"readOnly"}:
            read_only = {"read_only": True} if more.get("readOnly") else {}
            return name, ("shares", Flow(server=server, path=path, **read_only))
        case {"persistentVolumeClaim": {"claimName": str(claim), **more}} if not more:
            return name, ("claims", claim)
        case {"configMap": {"name": str(config_map), **more}} if not more.keys() - {"defaultMode"}:
            return name, ("config_maps", config_map) if more.get("defaultMode", 420) == 420 else None
        case _:
            return name, None


def _is_plain(mount: Fields) -> bool:
    return not mount.keys() - {"name", "mountPath", "subPath", "readOnly", "mountPropagation"} and (
        mount.get("mountPropagation") in (None, "HostToContainer")
    )


def _mounts(mounts: list[Fields]) -> dict[str, Any]:
    """Where volumes are mounted. The program writes all mounts of a volume together: from the first one on that is not
    so, they are left to the patch."""
    said: dict[str, Any] = {}
    last = ""
    for each in mounts:
        name = text(each, "name")
        if name in said and name != last:
            break
        more = {
            "sub_path": each.get("subPath"),
            "read_only": each.get("readOnly") or None,
            "propagation": each.get("mountPropagation"),
        }
        stated = {key: found for key, found in more.items() if found is not None}
        path = text(each, "mountPath")
        said.setdefault(name, []).append(Flow(path=path, **stated) if stated else path)
        last = name
    return {name: FlowList(points) if len(points) > 1 else points[0] for name, points in said.items()}
