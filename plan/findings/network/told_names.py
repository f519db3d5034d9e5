"""Names of hosts in what the pods of a plan are told: variables, commands, arguments, ConfigMaps."""

import re
from collections.abc import Iterable, Iterator, Mapping

from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.templates import containers_of

_IN_ADDRESS = re.compile(r"(?:://(?:[^/@\s]*@)?([a-z0-9-]+)(?=[:/?]|$))|(?:^([a-z0-9-]+):\d+$)")
"""A name alone, where an address has its host: `http://cache:8080/`, `cache:6379`."""
_HOST = re.compile(r"(?i)(host|hostname|addr|address|server|endpoint|broker)s?$")
"""Ends of variables and arguments for a host."""


def config_maps(services: Iterable[Service]) -> Mapping[tuple[str, str], Manifest]:
    """The ConfigMaps of the plan, by namespace and name."""
    return {
        (service.namespace_of(each), each["metadata"]["name"]): each
        for service in services
        for each in service.objects
        if each["kind"] == "ConfigMap"
    }


def told(pod: Fields, maps: Mapping[tuple[str, str], Manifest], namespace: str) -> Iterator[tuple[str, str]]:
    """Texts that the containers of a pod are given, each with what it is called, if it is called. `maps` are
    `config_maps`."""
    yield from _settings(pod)
    yield from _mapped(pod, maps, namespace)


def lone_names(key: str, said: str) -> Iterator[str]:
    """Hosts without a domain in a text, which may be of a Service in the pod's own namespace."""
    if _HOST.search(key):
        yield said
    for match in _IN_ADDRESS.finditer(said):
        yield match[1] or match[2]


def _settings(pod: Fields) -> Iterator[tuple[str, str]]:
    """Commands, arguments and variables, each with what it is called, if it is called."""
    for container in containers_of(pod):
        for each in entries(container, "env"):
            yield text(each, "name"), text(each, "value")
        words = [str(each) for key in ("command", "args") for each in values(container, key)]
        for before, word in zip(("", *words), words, strict=False):
            name, mark, said = word.partition("=")
            yield (name, said) if mark and name.startswith("-") else (before if before.startswith("-") else "", word)


def _mapped(pod: Fields, maps: Mapping[tuple[str, str], Manifest], namespace: str) -> Iterator[tuple[str, str]]:
    """Keys of ConfigMaps that become its variables or its files."""
    named: dict[str, set[str] | None] = {}
    for volume in entries(pod, "volumes"):
        named[text(volume, "configMap", "name")] = None
    for container in containers_of(pod):
        for each in entries(container, "envFrom"):
            named[text(each, "configMapRef", "name")] = None
        for each in entries(container, "env"):
            source = mapping(each, "valueFrom", "configMapKeyRef")
            keys = named.setdefault(text(source, "name"), set())
            if keys is not None:
                keys.add(text(source, "key"))
    for name, keys in named.items():
        for key, said in mapping(maps.get((namespace, name), {}), "data").items():
            if keys is None or key in keys:
                yield key, str(said)
