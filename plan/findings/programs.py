"""Programs of a lab: the containers of its own workloads, of pods in its files, and of charts that say them all."""

from collections.abc import Iterator, Mapping

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.notation import rounded_up
from config.pod import POD_TEMPLATES
from config.quantity import Memory
from config.service import HelmService, Service
from config.service.container import Container, Part
from plan.findings.app_template import programs_of_template
from plan.findings.chart_programs import programs_of_chart
from plan.findings.program import Kept, Program
from plan.model.fields import Fields, entries, mapping, number, text, values
from plan.model.templates import containers_of, pod_spec
from plan.workloads.volumes import host_paths_of

_Maps = dict[str, dict[str, Fields]]
"""Data of the ConfigMaps in files, by namespace and name."""


def programs(lab: Lab) -> Iterator[Program]:
    """Every container of every workload that is not switched off."""
    maps: _Maps = {}
    for stated in lab.objects_by_kind.get("ConfigMap", ()):
        maps.setdefault(namespace_of_object(lab, stated), {})[stated.name] = mapping(stated.content, "data")
    for name, service in lab.services.items():
        for part in service.parts(name):
            if part.workload.replicas:
                yield from _of_part(lab, name, service, part)
        if isinstance(service, HelmService):
            yield from programs_of_template(name, service)
            yield from (each.program for each in programs_of_chart(name, service))
        yield from _in_files(lab, name, maps)


def _of_part(lab: Lab, name: str, service: Service, part: Part) -> Iterator[Program]:
    folders, patched = host_paths_of(service), set(_patched(service))
    for path, each in part.containers:
        kinds: dict[str, Kept] = {}
        sizes: list[int] = []
        for key, points in each.mounts.items():
            is_volume = key in service.volumes
            stays = is_volume or key in getattr(service, "shares", {})
            is_elsewhere = key in folders or _is_claim(service, key)
            kept: Kept = "volume" if stays else "other" if is_elsewhere else "scratch"
            kinds |= {point.path: kept for point in points}
            if is_volume:
                sizes.append(service.volumes[key].size)
        yield Program(
            path=path,
            service=name,
            name=part.name,
            image=each.image,
            words=(*each.command, *each.args),
            env=each.env,
            variables=None
            if each.env_from
            else frozenset({*each.env, *each.secrets, *each.env_keys, *each.env_fields, *each.kept_env, *patched}),
            files=each.files,
            mounts=kinds,
            sizes=tuple(sizes),
            memory=limit_of(each),
            runs_as=part.workload.runs_as,
            replicas=part.workload.replicas,
            is_main=path == part.path,
        )


def _patched(service: Service) -> Iterator[str]:
    """Variables that patches set, with a value or with the one that runs: whichever container they are of."""
    for patch in service.patch.values():
        for path in (("spec", "template", "spec"), ("spec", "jobTemplate", "spec", "template", "spec")):
            pod = mapping(patch.merge, *path)
            for container in containers_of(pod):
                yield from (text(each, "name") for each in entries(container, "env"))


def limit_of(container: Container) -> int | None:
    """Bytes that a container may have; None where it has no limit."""
    return container.memory if isinstance(container.memory, Memory) and "memory" not in container.unsized else None


def _is_claim(service: Service, key: str) -> bool:
    return key in getattr(service, "claims", {})


def _in_files(lab: Lab, name: str, maps: _Maps) -> Iterator[Program]:
    for stated in lab.objects.get(name, ()):
        replicas = number(stated.content, "spec", "replicas", default=1)
        if stated.kind not in POD_TEMPLATES or replicas == 0:
            continue
        pod, own = pod_spec(stated.content), maps.get(namespace_of_object(lab, stated), {})
        kinds: dict[str, Kept] = {text(each, "name"): _kind(each) for each in entries(pod, "volumes")}
        for key in ("containers", "initContainers"):
            for index, each in enumerate(entries(pod, key)):
                limit = text(each, "resources", "limits", "memory")
                whole = [text(row, "configMapRef", "name") for row in entries(each, "envFrom")]
                taken = {key: said for found in whole for key, said in own.get(found, {}).items()}
                rows = entries(each, "env")
                yield Program(
                    path=stated.path,
                    service=name,
                    name=stated.name,
                    image=text(each, "image"),
                    words=tuple(str(word) for part in ("command", "args") for word in values(each, part)),
                    env={**taken, **{text(row, "name"): _value(row, own) for row in rows}},
                    variables=frozenset({*taken, *(text(row, "name") for row in rows)})
                    if all(found in own for found in whole)
                    else None,
                    files=_files(pod, each, own),
                    mounts=_mounted(each, kinds),
                    sizes=(),
                    memory=rounded_up(limit) if limit else None,
                    runs_as=stated.kind.lower(),
                    replicas=replicas,
                    is_main=key == "containers" and index == 0,
                )


def _value(row: Fields, own: Mapping[str, Fields]) -> str:
    """The value of a variable, also of one that a ConfigMap of its namespace has."""
    source = mapping(row, "valueFrom", "configMapKeyRef")
    return text(own.get(text(source, "name"), {}), text(source, "key")) if source else text(row, "value")


def _files(pod: Fields, container: Fields, own: Mapping[str, Fields]) -> Mapping[str, str]:
    """Texts of the ConfigMaps that a container mounts, by the path of their file in it."""
    found: dict[str, str] = {}
    volumes = {text(each, "name"): mapping(each, "configMap") for each in entries(pod, "volumes")}
    for point in entries(container, "volumeMounts"):
        source, place = volumes.get(text(point, "name"), {}), text(point, "mountPath").rstrip("/")
        data = own.get(text(source, "name"), {})
        named = {text(each, "key"): text(each, "path") for each in entries(source, "items")}
        names = named or {key: key for key in data}
        below = text(point, "subPath")
        for key, name in names.items():
            if key in data and below in ("", name):
                found[place if below else f"{place}/{name}"] = str(data[key])
    return found


def _mounted(container: Fields, kinds: Mapping[str, Kept]) -> Mapping[str, Kept]:
    """A name that is none of the pod's volumes is a template of claims."""
    points = entries(container, "volumeMounts")
    return {text(each, "mountPath"): kinds.get(text(each, "name"), "volume") for each in points}


def _kind(volume: Fields) -> Kept:
    if mapping(volume, "persistentVolumeClaim") or mapping(volume, "ephemeral") or mapping(volume, "nfs"):
        return "volume"
    return "scratch" if "emptyDir" in volume else "other"
