"""Rules of the API server for objects in files: where it refuses one that can be read and planned.

They are those of k8s.io/kubernetes (pkg/apis/*/validation) and of its decoder, 1.34. Values of fields that are not
named here are not checked.
"""

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from config.field_names import misnamed
from config.field_types import mistyped
from config.kubernetes import MAX_FILES, is_subdomain, label_value_refusal
from config.model import shown
from config.notation import quantity_refusal
from config.object_names import mark_refusals, name_refusals
from config.pod import POD_TEMPLATES
from config.pod_rules import NOTHING, no_text, pod_refusals
from config.schedule import malformed, timezone_refusal
from config.service.port import NODE_PORTS
from config.source import Path, is_mapping, is_sequence

Refused = Iterator[tuple[Path, str]]
"""Where, and why."""
ENDING = ("Job", "CronJob")
MAX_CRON_JOB_NAME = 52
"""Characters: its jobs have the time behind the name (pkg/apis/batch/validation)."""
MAX_ANNOTATIONS = 256 << 10
"""Bytes: names and values of all annotations of an object (apimachinery, pkg/api/validation)."""
GROUPS = ("apps/v1", "batch/v1", "v1", "autoscaling/v2", "policy/v1", "networking.k8s.io/v1")
"""API versions whose kinds are judged: one of the same name in another group has rules of its own."""
POSTGRES = "postgresql.cnpg.io/"
"""Group of CloudNativePG, whose operator refuses sizes that are none."""


def object_refusals(document: Mapping[str, Any]) -> Refused:
    """Errors in an object of Kubernetes itself for which the API server takes none of it."""
    yield from _marks(document)
    if str(document.get("apiVersion")).startswith(POSTGRES) and document["kind"] == "Cluster":
        yield from _postgres_cluster(document)
    if document.get("apiVersion") not in GROUPS:
        return
    yield from misnamed(document)
    yield from mistyped(document)
    yield from name_refusals(document)
    kind = document["kind"]
    if template := POD_TEMPLATES.get(kind):
        yield from _controller(document, template)
    if kind in POD_TEMPLATES:
        at = (*POD_TEMPLATES[kind], "spec")
        claims = mappings(document, "spec", "volumeClaimTemplates") if kind == "StatefulSet" else ()
        yield from pod_refusals(inside(document, *at), at, frozenset(str(_name(each)) for _, each in claims))
    if kind in RULES:
        yield from RULES[kind](document)


def inside(document: Any, *path: str) -> Mapping[str, Any]:
    """The mapping at a path; empty where there is none."""
    for key in path:
        document = document.get(key) if is_mapping(document) else None
    return document if is_mapping(document) else {}


def mappings(document: Mapping[str, Any], *path: str) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The mappings in a list, each with its path."""
    found = inside(document, *path[:-1]).get(path[-1])
    for index, each in enumerate(found if is_sequence(found) else ()):
        if is_mapping(each):
            yield (*path, index), each


def _name(document: Mapping[str, Any]) -> Any:
    return inside(document, "metadata").get("name")


def _marks(document: Mapping[str, Any]) -> Refused:
    """Labels and annotations are texts, of whatever kind an object is."""
    places: list[tuple[str, ...]] = [("metadata",)]
    if template := POD_TEMPLATES.get(document["kind"]):
        places.append((*template, "metadata"))
    yield from mark_refusals(document, places)
    for place in places:
        for key in ("labels", "annotations"):
            marks = inside(document, *place, key)
            yield from texts_only(marks, (*place, key))
            for name, value in marks.items() if key == "labels" else ():
                if refusal := isinstance(value, str) and label_value_refusal(value):
                    yield (*place, key, name), refusal
        annotations = inside(document, *place, "annotations")
        size = sum(_bytes(part) for each in annotations.items() for part in each)
        if size > MAX_ANNOTATIONS:
            yield (*place, "annotations"), f"{size:,} bytes in all; an object holds {MAX_ANNOTATIONS:,}"


def texts_only(values: Mapping[str, Any], path: Path) -> Refused:
    """Values that must be texts."""
    for key, value in values.items():
        if refusal := no_text(value) if value is not None else NOTHING:
            yield (*path, key), refusal


def _controller(document: Mapping[str, Any], template: tuple[str, ...]) -> Refused:
    kind = document["kind"]
    policy = inside(document, *template, "spec").get("restartPolicy", "Always")
    path = (*template, "spec", "restartPolicy")
    if kind in ENDING and policy not in ("Never", "OnFailure"):
        yield path if policy != "Always" else template, f"pods of a {kind} need restartPolicy: Never or OnFailure"
    if kind not in ENDING and policy != "Always":
        yield path, f"pods of a {kind} have restartPolicy: Always; a Job's end by themselves"
    if document["apiVersion"] == "apps/v1":
        selector = inside(document, "spec", "selector")
        labels = inside(document, *template, "metadata", "labels")
        if not selector:
            yield ("spec",), f"a {kind} needs selector: the labels by which it knows its pods"
        for key, value in inside(selector, "matchLabels").items():
            if labels.get(key) != value:
                yield ("spec", "selector"), f"selects pods with {key}: {value}, and its own pods do not have that label"


def _deployment(document: Mapping[str, Any]) -> Refused:
    strategy = inside(document, "spec", "strategy")
    rolling = inside(strategy, "rollingUpdate")
    if strategy.get("type") == "Recreate" and rolling:
        yield ("spec", "strategy"), "Recreate takes no rollingUpdate; remove one of the two"
    if {str(rolling.get(key)) for key in ("maxSurge", "maxUnavailable")} <= {"0", "0%"}:
        yield ("spec", "strategy"), "maxSurge and maxUnavailable must not both be 0: no pod could be replaced"


def _cron_job(document: Mapping[str, Any]) -> Refused:
    spec = inside(document, "spec")
    name = _name(document)
    if isinstance(name, str) and len(name) > MAX_CRON_JOB_NAME:
        message = f"{shown(name)} has {len(name)} characters; a CronJob's name has at most {MAX_CRON_JOB_NAME}"
        yield ("metadata", "name"), message
    schedule, zone = spec.get("schedule"), spec.get("timeZone")
    if not isinstance(schedule, str):
        yield ("spec",), "a CronJob needs schedule, for example 30 0 * * *"
    elif not schedule.startswith("@every ") and (refusal := malformed(schedule)):
        yield ("spec", "schedule"), refusal
    if isinstance(zone, str) and (refusal := timezone_refusal(zone)):
        yield ("spec", "timeZone"), refusal
    if spec.get("concurrencyPolicy", "Allow") not in ("Allow", "Forbid", "Replace"):
        yield ("spec", "concurrencyPolicy"), "is none of Allow, Forbid, Replace"


def _claim(document: Mapping[str, Any]) -> Refused:
    yield from _access(inside(document, "spec"), ("spec",))
    yield from _amounts(document, "spec", "resources", "requests")


def _access(spec: Mapping[str, Any], path: Path) -> Refused:
    modes = spec.get("accessModes")
    if not is_sequence(modes) or not modes:
        yield path, "needs accessModes, for example [ReadWriteOnce]"
    elif "ReadWriteOncePod" in modes and len(modes) > 1:
        yield (*path, "accessModes"), "ReadWriteOncePod stands alone"
    else:
        known = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod")
        for each in modes:
            if each not in known:
                yield (*path, "accessModes"), f"{shown(each)} is none of {', '.join(known)}"


def _stateful_set(document: Mapping[str, Any]) -> Refused:
    for path, template in mappings(document, "spec", "volumeClaimTemplates"):
        yield from _access(inside(template, "spec"), (*path, "spec"))


def _volume(document: Mapping[str, Any]) -> Refused:
    yield from _access(inside(document, "spec"), ("spec",))
    if "storage" not in inside(document, "spec", "capacity"):
        yield ("spec",), "a PersistentVolume needs capacity, as {storage: 10Gi}"
    yield from _amounts(document, "spec", "capacity")


def _amounts(document: Mapping[str, Any], *path: str) -> Refused:
    """A mapping from resources to amounts."""
    for resource, amount in inside(document, *path).items():
        if refused := quantity_refusal(str(amount)):
            yield (*path, resource), refused


def _quota(document: Mapping[str, Any]) -> Refused:
    yield from _amounts(document, "spec", "hard")


def _limit_range(document: Mapping[str, Any]) -> Refused:
    for path, limit in mappings(document, "spec", "limits"):
        for key in ("min", "max", "default", "defaultRequest"):
            yield from (((*path, *at), refused) for at, refused in _amounts(limit, key))


def _postgres_cluster(document: Mapping[str, Any]) -> Refused:
    for key in ("storage", "walStorage"):
        if refused := quantity_refusal(str(inside(document, "spec", key).get("size", "1Gi"))):
            yield ("spec", key, "size"), refused
    yield from _amounts(document, "spec", "resources", "requests")
    yield from _amounts(document, "spec", "resources", "limits")


def _config_map(document: Mapping[str, Any]) -> Refused:
    data = inside(document, "data")
    yield from texts_only(data, ("data",))
    size = sum(map(_bytes, data.values())) + sum(map(_decoded, inside(document, "binaryData").values()))
    if size > MAX_FILES:
        yield (), f"{size:,} bytes in all; a ConfigMap holds {MAX_FILES:,}. Put them into the image or a volume"


def _secret(document: Mapping[str, Any]) -> Refused:
    yield from texts_only(inside(document, "stringData"), ("stringData",))
    data = inside(document, "data")
    for key, value in data.items():
        if value is not None and not _is_base64(value):
            yield ("data", key), "is not base64; write the plain value under stringData"
    needed = {"kubernetes.io/tls": ("tls.crt", "tls.key"), "kubernetes.io/dockerconfigjson": (".dockerconfigjson",)}
    held = {*data, *inside(document, "stringData")}
    for key in needed.get(str(document.get("type")), ()):
        if key not in held:
            yield ("type",), f"a Secret of type {document.get('type')} has the key {key}"
    size = sum(map(_decoded, data.values())) + sum(map(_bytes, inside(document, "stringData").values()))
    if size > MAX_FILES:
        yield (), f"{size:,} bytes in all; a Secret holds {MAX_FILES:,}. Put them onto a volume"


def _bytes(value: Any) -> int:
    return len(value.encode()) if isinstance(value, str) else 0


def _decoded(value: Any) -> int:
    """Bytes that a text of base64 stands for."""
    text = "".join(str(value).split())
    return len(text) * 3 // 4 - text[-2:].count("=")


def _is_base64(value: Any) -> bool:
    try:
        base64.b64decode("".join(str(value).split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return isinstance(value, str)


def _autoscaler(document: Mapping[str, Any]) -> Refused:
    spec = inside(document, "spec")
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if not isinstance(most, int):
        yield ("spec",), "a HorizontalPodAutoscaler needs maxReplicas"
    elif isinstance(least, int) and least > most:
        yield ("spec", "maxReplicas"), f"{most} must not be less than minReplicas, {least}"


def _budget(document: Mapping[str, Any]) -> Refused:
    if {"minAvailable", "maxUnavailable"} <= {*inside(document, "spec")}:
        yield ("spec",), "takes minAvailable or maxUnavailable, not both"


def _ingress(document: Mapping[str, Any]) -> Refused:
    for path, rule in mappings(document, "spec", "rules"):
        host = rule.get("host")
        if isinstance(host, str) and host and not is_subdomain(host.removeprefix("*.")):
            yield (*path, "host"), f"{shown(host)} is not a host name: lower-case letters, digits, hyphens and dots"
        for at, each in mappings(inside(rule, "http"), "paths"):
            if each.get("pathType") not in ("Exact", "Prefix", "ImplementationSpecific"):
                yield (*path, "http", *at), "needs pathType: Prefix, Exact or ImplementationSpecific"


def _service(document: Mapping[str, Any]) -> Refused:
    ports = [*mappings(document, "spec", "ports")]
    spec = inside(document, "spec")
    if not ports and spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None":
        yield ("spec",), "a Service needs ports"
    for path, port in ports if len(ports) > 1 else ():
        if not port.get("name"):
            yield path, "needs a name, since the Service has several ports"
    for path, port in ports:
        node = port.get("nodePort")
        if isinstance(node, int) and node and node not in NODE_PORTS:
            first, last = NODE_PORTS[0], NODE_PORTS[-1]
            yield (*path, "nodePort"), f"{node} is no port of the nodes, which are {first} to {last}"


RULES: Mapping[str, Callable[[Mapping[str, Any]], Refused]] = {
    "ConfigMap": _config_map,
    "CronJob": _cron_job,
    "Deployment": _deployment,
    "HorizontalPodAutoscaler": _autoscaler,
    "Ingress": _ingress,
    "LimitRange": _limit_range,
    "PersistentVolume": _volume,
    "PersistentVolumeClaim": _claim,
    "PodDisruptionBudget": _budget,
    "ResourceQuota": _quota,
    "Secret": _secret,
    "Service": _service,
    "StatefulSet": _stateful_set,
}
"""By kind, in addition to those of pods and their controllers."""
