"""Registries that the lab runs itself, in its cluster or on a machine, and whose images come from them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, cast

from config.image import host_of, registry_of
from config.lab import Lab
from config.pod import POD_TEMPLATES
from config.service import HelmService
from plan.cluster.entrances import entrances
from plan.model.fields import entries, mapping, text

_IMAGE_KEYS = frozenset({"image", "registry", "repository", "imageregistry", "hub"})


def registry_users(lab: Lab) -> Mapping[str, tuple[str, ...]]:
    """By the service or the machine that is a registry, the services with images of it. A machine is known by its
    address, or by its name before the lab's domain; a name there that nothing else has is a machine's, too, where it is
    a word of the name of one alone, as registry.DOMAIN of docker-registry."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    places = {**_by_word(lab), **_machines(lab), **entrances(lab)}
    for name, image in _pulled(lab):
        registry = places.get(host_of(image)) or places.get(registry_of(image))
        if registry is not None:
            found[registry][name] = None
    return {registry: tuple(names) for registry, names in found.items()}


def _machines(lab: Lab) -> dict[str, str]:
    """Machines outside the cluster, by their addresses and names."""
    found: dict[str, str] = {}
    for name, machine in lab.machines.items():
        if machine.role == "appliance":
            found |= {str(each.address): name for each in machine.interfaces if each.address}
            found |= {name: name, f"{name}.{lab.site.domain}": name}
    return found


def _by_word(lab: Lab) -> dict[str, str]:
    """Appliances by the words of their names before the lab's domain, as far as a word is of one of them."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, machine in lab.machines.items():
        if machine.role == "appliance":
            for word in {*name.split("-")}:
                found[f"{word}.{lab.site.domain}"].append(name)
    return {host: names[0] for host, names in found.items() if len(names) == 1}


def _pulled(lab: Lab) -> Iterator[tuple[str, str]]:
    """Services and their images, as far as they are stated: of a chart perhaps the registry alone, with a slash."""
    for name, service in lab.services.items():
        for _, container in service.containers_of(name):
            yield name, container.image
        if isinstance(service, HelmService):
            yield from ((name, image) for image in _images_in(service.values))
        for stated in lab.objects.get(name, ()):
            pod = mapping(stated.content, *POD_TEMPLATES.get(stated.kind, ()), "spec")
            for each in (*entries(pod, "initContainers"), *entries(pod, "containers")):
                yield name, text(each, "image")


def _images_in(values: Mapping[str, Any]) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _images_in(cast(Mapping[str, Any], value))
        elif isinstance(value, str) and key.lower() in _IMAGE_KEYS:
            yield value if "/" in value else f"{value}/"
