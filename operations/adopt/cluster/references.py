"""References of a cluster's objects: to claims, Secrets, Services, workloads, accounts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from observation.objects import labels_of
from operations.adopt.cluster.objects import Key, custom_group, is_fields, is_list, key_of
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.templates import containers_of, pod_spec, pod_template

_TARGETS = ("scaleTargetRef", "targetRef", "workloadRef")
_ROUTES = frozenset({"Ingress", "IngressRoute", "HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute"})
"""Kinds that nothing refers to."""
ENDPOINTS = frozenset({"Endpoints", "EndpointSlice"})
"""Kinds that say where a Service without a selector leads."""
_SERVICE = "kubernetes.io/service-name"
_NAMING_FIELD = re.compile(r"(?!.*[Cc]lass).*[Nn]ame|cluster|secret|service")
_HOST = re.compile(r"(?:^|//|@|[\s=,])([a-z0-9][-a-z0-9.]*)(?=:\d|/|\s\d)")
"""A host name in a text: of an URL, with a port behind it, or as `nc` takes it."""
_HOST_VARIABLE = re.compile(r"HOST|SERVER|URL|URI|ADDR|ENDPOINT|BROKER|UPSTREAM", re.IGNORECASE)


class References(NamedTuple):
    """The known objects that an object names, itself aside."""

    certain: frozenset[Key]
    """References whose kind is known too; of a selector, the workloads that it selects."""
    possible: frozenset[Key]
    """Any that is called as some field says, which may mean something else: a role of a database, for example."""

    @property
    def all(self) -> frozenset[Key]:
        """Both."""
        return self.certain | self.possible


def references(manifest: Manifest, known: Mapping[Key, Manifest]) -> References:
    """The known objects that an object names."""
    key = key_of(manifest)
    named = {each for each in (*_of_pods(manifest), *_of_kind(manifest)) if each in known}
    return References(
        frozenset((named | set(_selected(manifest, known))) - {key}),
        frozenset(set(_of_other_fields(key, manifest, known)) - {key}),
    )


def _of_pods(manifest: Manifest) -> Iterator[Key]:
    spec, namespace = pod_spec(manifest), key_of(manifest).namespace
    for volume in entries(spec, "volumes"):
        yield from (Key(kind, namespace, name) for kind, name in volume_sources(volume))
    for container in containers_of(spec):
        yield from (Key(kind, namespace, name) for kind, name in environment_sources(container))
    for secret in entries(spec, "imagePullSecrets"):
        yield Key("Secret", namespace, text(secret, "name"))
    yield Key("ServiceAccount", namespace, text(spec, "serviceAccountName"))
    if spec:
        yield Key("Service", namespace, text(manifest, "spec", "serviceName"))


def volume_sources(volume: Fields) -> Iterator[tuple[str, str]]:
    """Kind and name of what a volume of a pod is made of."""
    if claim := text(volume, "persistentVolumeClaim", "claimName"):
        yield "PersistentVolumeClaim", claim
    for source in (volume, *entries(volume, "projected", "sources")):
        if config := text(source, "configMap", "name"):
            yield "ConfigMap", config
        if secret := text(source, "secret", "secretName") or text(source, "secret", "name"):
            yield "Secret", secret


def environment_sources(container: Fields) -> Iterator[tuple[str, str]]:
    """Kind and name of what the environment of a container comes from."""
    for source in entries(container, "envFrom"):
        yield "ConfigMap", text(source, "configMapRef", "name")
        yield "Secret", text(source, "secretRef", "name")
    for variable in entries(container, "env"):
        yield "ConfigMap", text(variable, "valueFrom", "configMapKeyRef", "name")
        yield "Secret", text(variable, "valueFrom", "secretKeyRef", "name")


def _of_kind(manifest: Manifest) -> Iterator[Key]:
    """References in fields of their own, of Kubernetes' kinds and two common others."""
    kind, namespace, name, _ = key_of(manifest)
    spec = mapping(manifest, "spec")
    if kind == "PersistentVolume":
        yield Key("PersistentVolumeClaim", text(spec, "claimRef", "namespace"), text(spec, "claimRef", "name"))
    elif kind == "PersistentVolumeClaim":
        yield Key("PersistentVolume", "", text(spec, "volumeName"))
    elif kind in ENDPOINTS:
        yield Key("Service", namespace, str(labels_of(manifest).get(_SERVICE, name)))
    elif kind in ("ExternalSecret", "SealedSecret"):
        yield Key("Secret", namespace, text(spec, "target", "name") or name)
    elif kind == "ServiceAccount":
        for secret in (*entries(manifest, "secrets"), *entries(manifest, "imagePullSecrets")):
            yield Key("Secret", namespace, text(secret, "name"))
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        role = text(manifest, "roleRef", "kind")
        yield Key(role, "" if role == "ClusterRole" else namespace, text(manifest, "roleRef", "name"))
        for subject in entries(manifest, "subjects"):
            yield Key(text(subject, "kind"), text(subject, "namespace") or namespace, text(subject, "name"))
    for field in _TARGETS:
        if target := mapping(spec, field):
            group = custom_group(text(target, "apiVersion"))
            yield Key(text(target, "kind") or "Deployment", namespace, text(target, "name"), group)


def _of_other_fields(key: Key, manifest: Manifest, known: Mapping[Key, Manifest]) -> Iterator[Key]:
    """Routes and custom objects name others in many ways: any that is called so, in the same namespace."""
    if pod_template(manifest) or key.kind in ("ConfigMap", "Secret", "Service", "PersistentVolumeClaim"):
        return
    names = set(_names(manifest.get("spec")))
    if names and key.namespace:
        for other in known:
            if other.name in names and other.namespace == key.namespace and other.kind not in _ROUTES:
                yield other


def _names(value: Any, field: str = "") -> Iterator[str]:
    if is_fields(value):
        for name, each in value.items():
            yield from _names(each, name)
    elif is_list(value):
        for each in value:
            yield from _names(each, field)
    elif isinstance(value, str) and _NAMING_FIELD.fullmatch(field):
        yield value


def _selected(manifest: Manifest, known: Mapping[Key, Manifest]) -> Iterator[Key]:
    """The workloads whose pods a Service, a budget or a network policy selects; the Services of a monitor."""
    key = key_of(manifest)
    if pod_template(manifest):
        return
    field = "podSelector" if key.kind == "NetworkPolicy" else "selector"
    labels = mapping(manifest, "spec", field, *(() if key.kind == "Service" else ("matchLabels",)))
    if not labels:
        return
    for other, each in known.items():
        if other.namespace != key.namespace or (key.kind == "ServiceMonitor" and other.kind != "Service"):
            continue
        own = labels_of(each) if key.kind == "ServiceMonitor" else mapping(pod_template(each), "metadata", "labels")
        if labels.items() <= own.items():
            yield other


def service_hosts(manifest: Manifest, services: Iterable[Key]) -> Iterator[Key]:
    """The Services of its own namespace that a workload calls: whose host name its environment or command holds."""
    hosts = set(_hosts(pod_spec(manifest)))
    for service in services:
        name, namespace = service.name, service.namespace
        if namespace == key_of(manifest).namespace and (
            hosts & {name, f"{name}.{namespace}"} or any(host.startswith(f"{name}.{namespace}.svc") for host in hosts)
        ):
            yield service


def _hosts(spec: Fields) -> Iterator[str]:
    for container in containers_of(spec):
        for variable in entries(container, "env"):
            value = text(variable, "value")
            if _HOST_VARIABLE.search(text(variable, "name")):
                yield value
            yield from (match[1] for match in _HOST.finditer(value))
        for each in (*values(container, "command"), *values(container, "args")):
            yield from (match[1] for match in _HOST.finditer(str(each)))
