"""The Services that a pod names in its commands and variables: what it needs to start."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from observation.model import Observation
from observation.objects import Reference, labels_of, name_of, namespace_of, reference
from operations.doctor.pods import Container, is_over, is_ready
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text, value, values

_NAME = re.compile(
    r"(?<![\w.@/-])(?:[a-z][a-z0-9+]*://(?:[^\s/@]*@)?)?"
    r"([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)(?:\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?))?(?:\.svc(?:\.[a-z0-9.-]+?)?)?"
    r"(?::([0-9]{1,5})|[ ]+([0-9]{1,5}))?(?![\w.-])"
)
"""A host name in a URL, a variable or a command, followed by a port where there is one."""


_FOR_HOSTS = re.compile(r"host|url|uri|addr|server|endpoint|dsn|broker|upstream", re.I)
"""Names of variables that hold a host."""


class Named(NamedTuple):
    """A host that a container names."""

    name: str
    namespace: str | None
    port: int | None

    @property
    def reference(self) -> Reference:
        """The Service of that name."""
        return Reference("Service", self.namespace, self.name)


def hosts_in(words: str, namespace: str | None) -> Iterator[Named]:
    """Everything in a text that has the form of a Service's name."""
    for name, other, colon, space in _NAME.findall(words):
        port = colon or space
        yield Named(name, other or namespace, int(port) if port else None)


def texts_of(container: Fields) -> Iterator[str]:
    """Commands and plain variables of a container."""
    yield from _commands(container)
    for variable in entries(container, "env"):
        yield text(variable, "value")


def _commands(container: Fields) -> Iterator[str]:
    for key in ("command", "args"):
        yield from (str(each) for each in values(container, key))


def _hosts_of(container: Fields, namespace: str | None) -> Iterator[Named]:
    """The hosts that a container names. A bare word is one only in a variable for a host: `shop` may be a user."""
    for words in _commands(container):
        yield from (each for each in hosts_in(words, namespace) if each.port or f"{each.name}." in words)
    for variable in entries(container, "env"):
        words = text(variable, "value")
        is_host = _FOR_HOSTS.search(text(variable, "name")) is not None
        yield from (each for each in hosts_in(words, namespace) if is_host or each.port or f"{each.name}." in words)


def services_named(observed: Observation, container: Container, namespace: str | None) -> dict[Reference, Named]:
    """The Services that a container names, where they exist."""
    found: dict[Reference, Named] = {}
    for named in _hosts_of(container.wanted, namespace):
        if observed.get("Service", named.name, named.namespace):
            found.setdefault(named.reference, named)
    return found


def selected_pods(observed: Observation, service: Manifest) -> list[Manifest]:
    """The pods that a Service's selector means and that have not ended."""
    selector = mapping(service, "spec", "selector")
    if not selector:
        return []
    return [
        pod
        for pod in observed.in_namespace("Pod", namespace_of(service))
        if not is_over(pod) and all(labels_of(pod).get(key) == wanted for key, wanted in selector.items())
    ]


def behind(observed: Observation, service: Manifest) -> frozenset[Reference]:
    """The Service, its pods and their workloads: trouble of one of these is trouble of who asks the Service."""
    found: set[Reference] = {reference(service)}
    for pod in selected_pods(observed, service):
        found |= {reference(pod), *(reference(each) for each in observed.owners(pod))}
    found |= {reference(each) for each in templates_for(observed, service)}
    return frozenset(found)


def templates_for(observed: Observation, service: Manifest) -> list[Manifest]:
    """The workloads whose pods a Service's selector would mean, pods or no pods."""
    selector = mapping(service, "spec", "selector")
    if not selector:
        return []
    return [
        each
        for kind in ("Deployment", "StatefulSet", "DaemonSet")
        for each in observed.in_namespace(kind, namespace_of(service))
        if all(mapping(each, "spec", "template", "metadata", "labels").get(k) == v for k, v in selector.items())
    ]


def needs(observed: Observation, pod: Manifest, container: Container) -> frozenset[Reference]:
    """All that a container depends on: the Services that it names with what is behind them, and DNS."""
    found: set[Reference] = set()
    for service in services_named(observed, container, namespace_of(pod)):
        manifest = observed.get(service.kind, service.name, service.namespace)
        if manifest is not None and not any(each is pod for each in selected_pods(observed, manifest)):
            found |= behind(observed, manifest)
    dns = observed.get("Service", "kube-dns", "kube-system")
    if dns is not None and found:
        found |= behind(observed, dns)
    own = {reference(pod), *(reference(each) for each in observed.owners(pod))}
    return frozenset(found - own)


def has_endpoints(observed: Observation, service: Manifest) -> bool | None:
    """Whether a Service has a ready pod; None where that is not known."""
    slices = [
        each
        for each in observed.in_namespace("EndpointSlice", namespace_of(service))
        if labels_of(each).get("kubernetes.io/service-name") == name_of(service)
    ]
    if slices and observed.knows("EndpointSlice"):
        return any(
            value(endpoint, "conditions", "ready") is not False
            for each in slices
            for endpoint in entries(each, "endpoints")
        )
    if not mapping(service, "spec", "selector") or not observed.knows("Pod"):
        return None
    return any(is_ready(pod) for pod in selected_pods(observed, service))


def offers_port(service: Manifest, port: int) -> bool:
    """Whether a Service has a port."""
    return any(number(each, "port") == port for each in entries(service, "spec", "ports"))
