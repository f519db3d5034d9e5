"""Programs of a lab: the containers of its own workloads and of the pods in its files, read in one way."""

from collections.abc import Iterator, Mapping
from typing import Literal, NamedTuple

from config.image import short_name, tag_of
from config.lab import Lab
from config.namespaces import namespace_of_object
from config.pod import POD_TEMPLATES
from config.quantity import Memory, rounded_up
from config.service import Service
from config.service.container import Container, Part
from config.service.runs import ENDING
from config.source import Path
from plan.model.fields import Fields, entries, mapping, number, text, values
from plan.model.templates import containers_of, pod_spec
from plan.workloads.volumes import host_paths_of

_Maps = dict[str, dict[str, Fields]]
"""Data of the ConfigMaps in files, by namespace and name."""
Kept = Literal["volume", "scratch", "other"]
"""Kinds of mounts: a volume that stays, space that goes with the pod, or something else of the node or the cluster."""


class Program(NamedTuple):
    """A container, and what it is told."""

    path: Path
    service: str
    name: str
    """Of its controller."""
    image: str
    words: tuple[str, ...]
    """Command and arguments that replace the image's."""
    env: Mapping[str, str]
    """Values that stand in the lab, by variable."""
    variables: frozenset[str] | None
    """Names of all its variables, also of those whose value is elsewhere; None where a file or a Secret has more."""
    files: Mapping[str, str]
    mounts: Mapping[str, Kept]
    """By path."""
    sizes: tuple[int, ...]
    """Bytes of the volumes that it mounts."""
    memory: int | None
    """Its limit in bytes."""
    runs_as: str
    """The kind of its controller, in lower case."""
    replicas: int
    is_main: bool
    """It is neither beside the main container nor before it."""

    @property
    def ends(self) -> bool:
        """Whether it is part of a job."""
        return self.runs_as in ENDING

    @property
    def short(self) -> str:
        """The last part of the image's name."""
        return short_name(self.image)

    @property
    def version(self) -> tuple[int, ...]:
        """The numbers with which the tag begins; empty for a tag like latest."""
        tag = tag_of(self.image).removeprefix("v")
        numbers = tag.partition("-")[0].split(".")
        return tuple(int(each) for each in numbers) if all(each.isdigit() for each in numbers) else ()

    @property
    def told(self) -> str:
        """All texts that it is given."""
        settings = (f"{key}={each}" for key, each in self.env.items())
        return "\n".join((" ".join(self.words), *settings, *self.files.values()))

    def at(self, *keys: str) -> Path:
        """The place of one of its settings, where the lab has keys for them; else its own."""
        return (*self.path, *keys) if self.path[0] == "services" else self.path

    def is_on_volume(self, place: str) -> bool:
        """Whether a file lies on a volume that stays, or on what is not known."""
        return self._kept_at(place) in ("volume", "other")

    def is_mounted(self, place: str) -> bool:
        """Whether a file lies on a mount of any kind."""
        return self._kept_at(place) is not None

    def mounts_volume_at(self, place: str) -> bool:
        """Whether a file lies on a volume that stays."""
        return self._kept_at(place) == "volume"

    def _kept_at(self, place: str) -> Kept | None:
        """The mount in which a file lies; None where it lies in the container."""
        above = [at for at in self.mounts if f"{place}/".startswith(f"{at.rstrip('/')}/")]
        return self.mounts[max(above, key=len)] if above else None


def programs(lab: Lab) -> Iterator[Program]:
    """Every container of every workload that is not switched off."""
    maps: _Maps = {}
    for stated in lab.objects_by_kind.get("ConfigMap", ()):
        maps.setdefault(namespace_of_object(lab, stated), {})[stated.name] = mapping(stated.content, "data")
    for name, service in lab.services.items():
        for part in service.parts(name):
            if part.workload.replicas:
                yield from _of_part(lab, name, service, part)
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
