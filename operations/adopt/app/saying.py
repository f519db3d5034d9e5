"""A service that runs as a file of kind `app`: its workloads, Services, claims and routes in the keys of the format, as
far as it has them, and every other object as it stands."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from config.ingress import Gateway
from operations.adopt.app.claims import SaidClaim, claim_keys
from operations.adopt.app.databases import database_keys, is_database
from operations.adopt.app.exposing import Answering
from operations.adopt.app.external_secrets import external_secret_keys
from operations.adopt.app.patches import REASON
from operations.adopt.app.ports import Further, Reached, further_services, reached, service_of
from operations.adopt.app.routes import SaidRoute, route_keys
from operations.adopt.app.visitors import visitors
from operations.adopt.app.volumes import Declared, Mounted, claim_templates, declarations, mounted, volume_order
from operations.adopt.app.workloads import workload_keys
from operations.adopt.cluster.footprint import UNLIMITED
from operations.adopt.cluster.objects import Key, is_fields
from operations.adopt.cluster.service_file import BEFORE, OBJECTS_FILE, Choices, ServiceFile, manifest_of
from operations.adopt.cluster.services import as_name
from operations.adopt.cluster.world import World
from operations.adopt.cluster.yaml_text import Flow, FlowList, document, documents, dumped
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.model.templates import pod_spec, pod_template

KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "CronJob"})
_HOST_ACCESS = "host-access"
_OF_DEVICES = frozenset({"devices", "resource_claims", "further_networks"})
"""Keys that need the exception `devices`."""
_VISITORS = "auth and reach of its routes say that the program keeps nobody out."
Patches = Mapping[Key, Mapping[str, Any]]


class Site(NamedTuple):
    """The lab around a service, as far as its file depends on it."""

    domain: str
    modes: Mapping[str, str]
    """Access modes of its storage classes."""
    gateways: Mapping[str, Gateway]


class Said(NamedTuple):
    """A service in the keys of the format."""

    file: ServiceFile
    keyed: Mapping[Key, tuple[int, int]]
    """Its objects that are keys of the file, and no objects of it any more; with the number of lines that each takes in
    keys, and as it stands."""


def say(
    written: ServiceFile, world: World, choices: Choices, site: Site, sayable: Collection[Key], patches: Patches
) -> Said | None:
    """A service as a file of kind `app` or `postgres`, with those of its objects in keys that are `sayable`; None where
    its main workload can be none."""
    found, main = written.found, written.found.main
    if main is None or main not in sayable:
        return None
    stated = {key: manifest_of(key, world, found.namespace, []) for key in written.objects}
    usable = {key: each for key, each in stated.items() if key in sayable}
    if is_database(stated[main]) and text(stated[main], "spec", "storage", "storageClass") in site.modes:
        return _file(written, choices, stated, _database(main, usable, choices), patches, world)
    if main.kind not in KINDS or not entries(pod_spec(stated[main]), "containers"):
        return None
    return _file(written, choices, stated, _app(main, found.name, usable, site, choices), patches, world)


class _Keys(NamedTuple):
    """The keys of a service, and of each object behind them the number of lines that it takes."""

    kind: str
    said: Mapping[str, Any]
    lines: Mapping[Key, int]


def _database(main: Key, usable: Mapping[Key, Manifest], choices: Choices) -> _Keys:
    """A database cluster, and the Secrets that are fetched for it."""
    said = {main: database_keys(main, usable[main], choices.usage), **(fetched := external_secret_keys(usable))}
    lines = {key: dumped(each).count("\n") for key, each in said.items()}
    return _Keys("postgres", {**said[main], **_fetched(fetched)}, lines)


def _app(main: Key, service: str, usable: Mapping[Key, Manifest], site: Site, choices: Choices) -> _Keys:
    """Workloads, Services, claims and routes."""
    others = (key for key, each in usable.items() if key.kind in KINDS and entries(pod_spec(each), "containers"))
    workloads = list(dict.fromkeys((main, *others)))
    claims = claim_keys(usable, site.modes)
    reach = _reached(workloads, usable)
    further = _further_services(workloads, usable, reach)
    names = {key: None if key == main else _further(key, service, main) for key in workloads}
    declared: dict[str, Declared] = {}
    parts: dict[Key, dict[str, Any]] = {}
    said_here: dict[Key, Mounted] = {}
    for key in workloads:
        volumes = _mounted(usable[key], claims, declared, site, names[key] or service)
        declared |= volumes.volumes
        parts[key] = workload_keys(key, usable[key], reach.get(key), volumes, choices.usage)
        if services := further[key]:
            parts[key]["further_services"] = {each.service.name: dict(each.said) for each in services}
        said_here[key] = volumes
    for key, volumes in said_here.items():
        if order := volume_order(pod_spec(usable[key]), volumes, declared):
            parts[key]["adopt"]["volume_order"] = FlowList(order)
        if volumes.names:
            parts[key]["adopt"]["volume_names"] = Flow(volumes.names)
    routes = route_keys(usable, _answers(workloads, reach, names), site.domain, site.gateways)
    fetched = external_secret_keys(usable)
    lines = {key: dumped(each).count("\n") for key, each in {**parts, **fetched}.items()}
    lines |= {each.service: len(each.at) for each in reach.values()}
    lines |= {each.service: dumped(dict(each.said)).count("\n") for services in further.values() for each in services}
    lines |= {each.key: dumped(list(each.exposures)).count("\n") for each in routes}
    lines |= dict.fromkeys(_said_claims(declared, claims), 1)
    said = {
        **_service(parts, main, names),
        **declarations(declared),
        **_fetched(fetched),
        **_exposures(routes, parts[main]),
        **_exceptions(parts, declared),
    }
    return _Keys("app", said, lines)


def _file(
    written: ServiceFile,
    choices: Choices,
    stated: Mapping[Key, Manifest],
    keys: _Keys,
    patches: Patches,
    world: World,
) -> Said:
    found = written.found
    rest = [each for key, each in stated.items() if key not in keys.lines]
    said: dict[str, Any] = {
        "kind": keys.kind,
        "tier": choices.tiers[found.namespace],
        "namespace": found.namespace,
        "description": ", ".join(key.name for key in found.workloads[:4]),
        **keys.said,
        **({"objects": FlowList([OBJECTS_FILE]), "as_found": True} if rest else {}),
        **_patches(patches, keys.lines),
    }
    if groups := choices.provides.get(found.name):
        said["provides"] = FlowList(groups)
    comments = [line[2:] for line in written.files[f"{found.name}.yaml"].splitlines() if line.startswith("# ")]
    routes = [(key.name, stated[key]) for key in keys.lines if key.kind in ("Ingress", "HTTPRoute")]
    if routes:
        comments += [_VISITORS, *visitors(routes, world.manifests)]
    files = {f"{found.name}.yaml": document(said, comments)}
    if rest:
        files[f"{found.name}/{OBJECTS_FILE}"] = documents(rest)
    keyed = {key: (count, dumped(stated[key]).count("\n")) for key, count in keys.lines.items()}
    return Said(written._replace(kind=keys.kind, files=files), keyed)


def _service(parts: Mapping[Key, dict[str, Any]], main: Key, names: Mapping[Key, str | None]) -> dict[str, Any]:
    """The main workload's keys are the service's; further ones stand under their names."""
    further = {name: parts[key] for key, name in names.items() if name}
    return {**parts[main], **({"workloads": further} if further else {})}


def _further(key: Key, service: str, main: Key) -> str:
    """The key of a further workload in the file: its name, without that of the service."""
    for prefix in (f"{service}-", f"{main.name}-"):
        if key.name.startswith(prefix) and key.name != prefix:
            return as_name(key.name.removeprefix(prefix))
    return as_name(key.name)


def _reached(workloads: Collection[Key], usable: Mapping[Key, Manifest]) -> dict[Key, Reached]:
    """How each workload is reached; no Service is of two."""
    services = {key: each for key, each in usable.items() if key.kind == "Service"}
    found: dict[Key, Reached] = {}
    for key in workloads:
        labels = mapping(pod_template(usable[key]), "metadata", "labels")
        chosen = service_of(key, usable[key], labels, services)
        ways = reached(chosen, services[chosen], pod_spec(usable[key])) if chosen and key.kind != "CronJob" else None
        if chosen and ways:
            found[key] = ways
            del services[chosen]
    return found


def _further_services(
    workloads: Collection[Key], usable: Mapping[Key, Manifest], reach: Mapping[Key, Reached]
) -> dict[Key, list[Further]]:
    """The further Services of each workload; no Service is of two."""
    taken = {each.service for each in reach.values()}
    found: dict[Key, list[Further]] = {}
    for key in workloads:
        labels = mapping(pod_template(usable[key]), "metadata", "labels")
        selector = mapping(usable[key], "spec", "selector", "matchLabels")
        left = {each: usable[each] for each in usable if each.kind == "Service" and each not in taken}
        ends = key.kind == "CronJob"
        found[key] = [] if ends else further_services(labels, selector, left, pod_spec(usable[key]))
        taken |= {each.service for each in found[key]}
    return found


def _mounted(
    stated: Manifest, claims: Mapping[str, SaidClaim], declared: Mapping[str, Declared], site: Site, workload: str
) -> Mounted:
    meanings = {name: each.meaning for name, each in claims.items()}
    return mounted(pod_spec(stated), claim_templates(stated, site.modes), meanings, declared, site.modes, workload)


def _said_claims(declared: Mapping[str, Declared], claims: Mapping[str, SaidClaim]) -> frozenset[Key]:
    """The claims, and volumes of shares, that are volumes of the file."""
    meanings = [each.meaning for each in declared.values() if each.key == "volumes"]
    return frozenset(key for each in claims.values() if each.meaning in meanings for key in each.objects)


def _fetched(secrets: Mapping[Key, Mapping[str, Any]]) -> dict[str, Any]:
    return {"external_secrets": {key.name: each for key, each in secrets.items()}} if secrets else {}


def _answers(
    workloads: Collection[Key], reach: Mapping[Key, Reached], names: Mapping[Key, str | None]
) -> dict[tuple[str, int], Answering]:
    found: dict[tuple[str, int], Answering] = {}
    for key in workloads:
        if key in reach:
            for index, (name, port) in enumerate(reach[key].at.items()):
                answering = Answering(names[key], name if index else None)
                found.setdefault((reach[key].service.name, port), answering)
    return found


def _exposures(routes: Collection[SaidRoute], main: dict[str, Any]) -> dict[str, Any]:
    """The routes, and the labels and annotations of the first of them: they are the same for all in a file."""
    if not routes:
        return {}
    first = next(iter(routes))
    marks = {field: {**main.get(field, {}), "route": dict(each)} for field, each in first.marks.items()}
    return {"expose": [exposure for each in routes for exposure in each.exposures], **marks}


def _exceptions(parts: Mapping[Key, Mapping[str, Any]], declared: Mapping[str, Declared]) -> dict[str, Any]:
    """The exceptions that the keys need."""
    containers = [
        each
        for part in parts.values()
        for each in (part, *part.get("sidecars", {}).values(), *part.get("init", {}).values())
    ]
    access = any(each.key == "host_paths" for each in declared.values())
    access |= any(each.get("privileged") or each.get("host_network") for each in containers)
    access |= any(not {"host_pid", "host_ipc"}.isdisjoint(part.get("security", {})) for part in parts.values())
    ports = [port for each in containers for port in each.get("ports", {}).values()]
    access |= any(is_fields(port) and "host" in port for port in ports)
    found = {_HOST_ACCESS: BEFORE} if access else {}
    if any(not _OF_DEVICES.isdisjoint(each) for each in containers):
        found["devices"] = BEFORE
    if any("cpu_limit" in each for each in containers):
        found["limited-cpu"] = BEFORE
    if any(each.get("memory") == UNLIMITED for each in containers):
        found["unlimited-memory"] = BEFORE
    return {"exceptions": found} if found else {}


def _patches(patches: Patches, keyed: Collection[Key]) -> dict[str, Any]:
    found = {
        f"{key.kind.lower()}/{key.name}": {"reason": REASON, "merge": dict(merge)}
        for key, merge in patches.items()
        if key in keyed
    }
    return {"patch": found} if found else {}
