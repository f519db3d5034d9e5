"""Pods that name something of their own, or of the cluster, which is not there."""

from collections.abc import Iterator, Mapping

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.objects import StatedObject
from config.pod import POD_TEMPLATES
from config.service import HelmService
from plan.cluster.membership import founder
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.model.templates import containers_of
from plan.wording import listed

POD_NAMES_NOTHING = Rule(
    "POD-NAMES-NOTHING",
    "warning",
    title="A pod names a port, a key or a class that is not there",
    meaning=(
        "The API server takes a pod whose probe asks a port by a name that its container does not have, whose variable "
        "is of a key that the ConfigMap lacks, or whose runtime class does not exist, and says nothing. The probe "
        "fails for ever, the container is never created (CreateContainerConfigError), or no pod is made at all."
    ),
    remedy="Write the name of a port, a key or a class that is there.",
)

_PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
_OF_OPERATORS = frozenset({"gpu-operator", "kata-deploy", "runtime-class-manager", "nvidia-device-plugin"})
"""Charts that make runtime classes."""


def pod_name_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each name in pods that leads to nothing, in a lab that makes its cluster."""
    if founder(lab) is None:
        return
    for name, service in lab.services.items():
        for path, workload_name, workload in service.parts(name):
            for about, said, fix in _class(lab, workload.placement.runtime_class if workload.placement else ""):
                at = (*path, "placement", "runtime_class")
                yield POD_NAMES_NOTHING.finding(at, f"{workload_name}: {said}", fix, about=about)
    maps = {(namespace_of_object(lab, each), each.name): each for each in lab.objects_by_kind.get("ConfigMap", ())}
    for kind, path in POD_TEMPLATES.items():
        for each in lab.objects_by_kind.get(kind, ()):
            pod = mapping(each.content, *path, "spec")
            for about, said, fix in (
                *_ports(pod),
                *_keys(lab, each, pod, maps),
                *_class(lab, text(pod, "runtimeClassName")),
            ):
                yield POD_NAMES_NOTHING.finding(each.path, f"{kind} {each.name}: {said}", fix, about=about)


def _ports(pod: Fields) -> Iterator[tuple[str, str, str]]:
    for container in entries(pod, "containers"):
        names = [text(port, "name") for port in entries(container, "ports") if text(port, "name")]
        for probe in _PROBES:
            for way in ("httpGet", "tcpSocket"):
                port = value(container, probe, way, "port")
                if isinstance(port, str) and not port.isdigit() and port not in names:
                    yield (
                        f"{text(container, 'name')} {probe}",
                        (
                            f"{probe} of {text(container, 'name')} asks the port {port}, and the container has "
                            f"{listed(names) if names else 'no port with a name'}: the probe always fails"
                        ),
                        f"write {names[0] if names else 'the number of the port'} at {probe}",
                    )


def _keys(
    lab: Lab, stated: StatedObject, pod: Fields, maps: Mapping[tuple[str, str], StatedObject]
) -> Iterator[tuple[str, str, str]]:
    namespace = namespace_of_object(lab, stated)
    for container in containers_of(pod):
        for each in entries(container, "env"):
            source = mapping(each, "valueFrom", "configMapKeyRef")
            found = maps.get((namespace, text(source, "name")))
            key = text(source, "key")
            if found is None or source.get("optional") is True:
                continue
            has = [*mapping(found.content, "data"), *mapping(found.content, "binaryData")]
            if key not in has:
                yield (
                    f"{found.name} {key}",
                    (
                        f"{text(each, 'name')} is of the key {key} of ConfigMap {found.name}, which has {listed(has)}: "
                        "the container is never created"
                    ),
                    f"add the key {key} to {found.name}, or name one that it has",
                )


def _class(lab: Lab, name: str | None) -> Iterator[tuple[str, str, str]]:
    charts = {each.chart.name for each in lab.services.values() if isinstance(each, HelmService)}
    by_operator = charts & _OF_OPERATORS and name and name.startswith(("nvidia", "kata"))
    if name and not by_operator and name not in {each.name for each in lab.objects_by_kind.get("RuntimeClass", ())}:
        yield (
            name,
            f"the lab has no RuntimeClass {name}: the API server refuses its pods",
            "write a RuntimeClass of that name into a file of a service, or take the class out",
        )
