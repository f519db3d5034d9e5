"""Hosts of Ingresses that charts make of their values."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from config.service import HelmService
from config.source import Path, is_mapping, is_sequence
from plan.model.fields import Fields, text, values

_CLASSES = ("className", "ingressClassName", "ingressClass", "class")
_ANNOTATION = "kubernetes.io/ingress.class"


class ChartHost(NamedTuple):
    """A host and a path of an Ingress of a chart."""

    at: Path
    """Of the Ingress in the values."""
    host: str
    path: str
    controller: str
    """Its class; empty where the values do not say it."""


def chart_hosts(name: str, service: HelmService) -> Iterator[ChartHost]:
    """The hosts of each Ingress that the values of a chart switch on, those that Helm fills in aside."""
    for each in _in(service.values, ("services", name, "values")):
        if each.host and "{{" not in each.host and "*" not in each.host:
            yield each


def _in(found: Any, at: Path) -> Iterator[ChartHost]:
    """An Ingress stands under a key that ends so, or several by name; parts that are switched off have none."""
    if is_mapping(found) and found.get("enabled") is not False:
        for key, below in found.items():
            here = (*at, key)
            if not is_mapping(below):
                continue
            if str(key).lower().endswith("ingress") and below.get("enabled") is True:
                yield from _of_ingress(below, here)
            elif str(key).lower().endswith("ingress"):
                named = ((name, each) for name, each in below.items() if is_mapping(each))
                for name, each in named:
                    if each.get("hosts") and each.get("enabled") is not False:
                        yield from _of_ingress(each, (*here, name))
            else:
                yield from _in(below, here)


def _of_ingress(stated: Fields, at: Path) -> Iterator[ChartHost]:
    found = (text(stated, key) for key in _CLASSES)
    controller = next(filter(None, found), "") or text(stated, "annotations", _ANNOTATION)
    shared = text(stated, "path") or "/"
    for key in ("host", "hostname"):
        yield ChartHost(at, text(stated, key).lower(), shared, controller)
    hosts = stated.get("hosts")
    for each in hosts if is_sequence(hosts) else hosts.values() if is_mapping(hosts) else ():
        if isinstance(each, str):
            yield ChartHost(at, each.lower(), shared, controller)
        elif is_mapping(each):
            host = (text(each, "host") or text(each, "name")).lower()
            for path in values(each, "paths") or [shared]:
                yield ChartHost(at, host, path if isinstance(path, str) else text(path, "path") or "/", controller)
