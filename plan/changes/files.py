"""Every manifest and machine specification as a file: its name, and whose it is."""

from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import Any, Literal, NamedTuple, get_args

from plan.model import Manifest, Plan

SubjectKind = Literal[
    "service",
    "machine",
    "host",
    "tier",
    "namespace",
    "kubeadm document",
    "template",
    "snippet",
    "cluster-wide object",
]
KINDS: tuple[SubjectKind, ...] = get_args(SubjectKind)


HOSTS = "machines/hosts"
"""Folder of the ways to the hosts: the arguments of the provider that follow from the lab."""
GENERATED = "generated"
"""Folder of what Kyverno makes in a namespace."""


class Subject(NamedTuple):
    """The object or part of the lab that a file belongs to."""

    kind: SubjectKind
    name: str


def rendered_files(plan: Plan) -> Iterator[tuple[str, Any]]:
    """The files of a rendering: their names in the folder, and their content."""
    for name, endpoint in {each.host: each.endpoint for each in (*plan.templates, *plan.machines)}.items():
        host = plan.lab.site.hosts[name]
        node = {"name": name, "address": str(host.address), "port": host.ssh_port}
        yield f"{HOSTS}/{name}.yaml", {**({"endpoint": endpoint} if endpoint else {}), "ssh": {"nodes": [node]}}
    for template in plan.templates:
        yield (
            f"machines/templates/{template.name}.yaml",
            {
                "ignoreChanges": list(template.ignore_changes),
                "image": dict(template.image),
                "properties": dict(template.properties),
            },
        )
    for machine in plan.machines:
        for snippet in machine.snippets:
            yield f"machines/snippets/{snippet.file_name}", snippet.content
        yield (
            f"machines/{machine.name}.yaml",
            {
                "import": machine.import_id,
                "ignoreChanges": list(machine.ignore_changes),
                "pciMappings": [dict(mapping.properties) for mapping in machine.pci_mappings],
                "properties": dict(machine.properties),
                **(
                    {"usbMappings": [dict(each.properties) for each in machine.usb_mappings]}
                    if machine.usb_mappings
                    else {}
                ),
            },
        )
    for name, document in plan.bootstrap.items():
        yield f"cluster/{name}", document
    for manifest in plan.defaults:
        yield f"defaults/{_file_name(manifest)}", manifest
    for manifest in plan.policies:
        yield f"policies/{_file_name(manifest)}", manifest
    for namespace in plan.namespaces:
        if namespace.is_declared:
            yield f"namespaces/{namespace.name}/namespace.yaml", namespace.manifest
        for generated in (namespace.limit_range, namespace.quota):
            if generated is not None:
                yield f"namespaces/{namespace.name}/{GENERATED}/{_file_name(generated)}", generated
    for service in plan.services:
        folder = f"namespaces/{service.namespace}/{service.name}"
        for name, manifest in _named(service.objects, service.namespace):
            yield f"{folder}/{name}", manifest
        if service.release is not None:
            yield (
                f"{folder}/release.yaml",
                {
                    "name": service.release.name,
                    "namespace": service.namespace,
                    "chart": service.release.chart,
                    "repository": dict(service.release.repository),
                    "version": service.release.version,
                    "values": dict(service.release.values),
                },
            )


def subject_of(file_name: str) -> Subject:
    """The subject of a file, by the file's name."""
    match file_name.removesuffix(".yaml").split("/"):
        case ["machines", "templates", name]:
            return Subject("template", name)
        case ["machines", "hosts", name]:
            return Subject("host", name)
        case ["machines", "snippets", name]:
            return Subject("snippet", name)
        case ["machines", name]:
            return Subject("machine", name)
        case ["cluster", name]:
            return Subject("kubeadm document", name)
        case ["defaults", name] if name.startswith("priorityclass-"):
            return Subject("tier", name.removeprefix("priorityclass-"))
        case ["namespaces", namespace, service, _] if service != GENERATED:
            return Subject("service", service)
        case ["namespaces", namespace, *_]:
            return Subject("namespace", namespace)
        case _:
            return Subject("cluster-wide object", file_name.removesuffix(".yaml").rpartition("/")[2])


def _named(objects: Iterable[Manifest], namespace: str) -> Iterator[tuple[str, Manifest]]:
    """Each object of a service with a file of its own, on file systems too that know no upper case. A name says a
    namespace where it is another one, and a number where kinds or names differ by less than a file can."""
    taken: set[str] = set()
    for manifest in sorted(objects, key=_identity):
        there = manifest["metadata"].get("namespace") or namespace
        stem = _file_name(manifest).removesuffix(".yaml") + (f"@{there}" if there != namespace else "")
        names = chain([stem], (f"{stem}-{number}" for number in count(2)))
        name = next(each for each in names if each.lower() not in taken)
        taken.add(name.lower())
        yield f"{name}.yaml", manifest


def _identity(manifest: Manifest) -> tuple[bool, str, str, str]:
    """Kinds of Kubernetes itself come first: their groups have no dot, or end so."""
    group = manifest["apiVersion"].rpartition("/")[0]
    is_foreign = "." in group and not group.endswith(".k8s.io")
    return is_foreign, manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"]


def _file_name(manifest: Manifest) -> str:
    return f"{manifest['kind'].lower()}-{manifest['metadata']['name']}.yaml"
