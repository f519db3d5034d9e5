"""Secrets and ConfigMaps that pods cannot start without, and the keys in them."""

from collections.abc import Iterator
from typing import NamedTuple

from observation.objects import Reference, namespace_of
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.templates import pod_spec

_BUILT_IN = "kube-root-ca.crt"


class Wanted(NamedTuple):
    """A Secret or ConfigMap, or a key in it, that a pod cannot start without."""

    object: Reference
    key: str
    """Empty where the whole object is meant."""
    by: str
    """Its user, for example `variable DB_PASSWORD of container app`."""
    sub_paths: frozenset[str] = frozenset()
    """Keys of the whole object that containers mount, where they mount nothing else of it. Of one that is not there,
    the kubelet makes an empty folder."""


def wanted_by(manifest: Manifest) -> Iterator[Wanted]:
    """All that a pod's containers and volumes refer to, or those of a workload's pods, but for what is optional."""
    namespace, spec = namespace_of(manifest), pod_spec(manifest)
    for container in (*entries(spec, "initContainers"), *entries(spec, "containers")):
        name = text(container, "name")
        for variable in entries(container, "env"):
            for kind, field in (("Secret", "secretKeyRef"), ("ConfigMap", "configMapKeyRef")):
                source = mapping(variable, "valueFrom", field)
                by = f"variable {text(variable, 'name')} of container {name}"
                yield from _required(kind, namespace, source, text(source, "key"), by)
        for whole in entries(container, "envFrom"):
            for kind, field in (("Secret", "secretRef"), ("ConfigMap", "configMapRef")):
                yield from _required(kind, namespace, mapping(whole, field), "", f"variables of container {name}")
    for volume in entries(spec, "volumes"):
        sub_paths = _sub_paths(spec, text(volume, "name"))
        for source in (volume, *entries(volume, "projected", "sources")):
            for each in _mounted(namespace, source, text(volume, "name")):
                yield each if each.key else each._replace(sub_paths=sub_paths)


def _sub_paths(spec: Fields, volume: str) -> frozenset[str]:
    """The only files of a volume that containers mount; empty where one mounts the whole of it, or none any."""
    containers = (*entries(spec, "initContainers"), *entries(spec, "containers"))
    mounts = [each for of in containers for each in entries(of, "volumeMounts") if text(each, "name") == volume]
    found = [text(each, "subPath") for each in mounts]
    return frozenset(found) if all(found) else frozenset()


def _mounted(namespace: str | None, volume: Fields, name: str) -> Iterator[Wanted]:
    for kind, field, key in (("Secret", "secret", "secretName"), ("ConfigMap", "configMap", "name")):
        source = mapping(volume, field)
        named = {"name": text(source, key) or text(source, "name"), "optional": source.get("optional")}
        keys = [text(each, "key") for each in entries(source, "items")] or [""]
        for each in keys:
            yield from _required(kind, namespace, named, each, f"volume {name}")


def _required(kind: str, namespace: str | None, source: Fields, key: str, by: str) -> Iterator[Wanted]:
    name = text(source, "name")
    if name and name != _BUILT_IN and value(source, "optional") is not True:
        yield Wanted(Reference(kind, namespace, name), key, by)
