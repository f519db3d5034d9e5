"""Objects that follow from services: the API server takes their names and their sizes."""

import re
from collections.abc import Iterator

from config.checks.unique_services import kubernetes_services
from config.draft import Draft
from config.kubernetes import MAX_FILES, MAX_RELEASE_NAME, is_subdomain
from config.namespaces import namespace_of, namespace_of_object
from config.service import HelmService
from config.source import Path, Problem

_OF_THE_API_SERVER = ("default", "kubernetes")
_TAKEN = "the Service 'kubernetes' of the namespace 'default' leads all pods to the API server"


def check_service_names(lab: Draft) -> Iterator[Problem]:
    """A Kubernetes Service is a label of DNS by the older rule, which begins with a letter (RFC 1035)."""
    for name, service in lab.services.items():
        listens = service.listens() or any(part.workload.reached_ports for part in service.parts(name))
        if name[0].isdigit() and listens and service.makes_pods in ("program", "operator", "nobody"):
            message = f"{name!r} becomes the name of a Kubernetes Service, which begins with a letter; rename the file"
            yield lab.problem(("services", name), message)
        if service.makes_pods == "nobody" and (namespace_of(lab, name), name) == _OF_THE_API_SERVER:
            yield lab.problem(("services", name), f"{_TAKEN}; rename the file, or state another namespace")
        for part in service.parts(name):
            for further in part.workload.further_services:
                if further[0].isdigit():
                    message = f"{further!r} is the name of a Kubernetes Service, which begins with a letter"
                    yield lab.problem((*part.path, "further_services", further), message)
    for claim in kubernetes_services(lab):
        if claim.key == _OF_THE_API_SERVER:
            yield lab.problem(claim.path, f"{_TAKEN}; state adopt.service, or another namespace")
    for stated in (each for objects in lab.objects.values() for each in objects if each.kind == "Service"):
        if (namespace_of_object(lab, stated), stated.name) == _OF_THE_API_SERVER:
            yield lab.problem((*stated.path, "metadata", "name"), f"{_TAKEN}; leave it out")


def check_releases(lab: Draft) -> Iterator[Problem]:
    """Helm takes no longer names."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and len(name) > MAX_RELEASE_NAME:
            message = f"the release {name!r} has {len(name)} characters; Helm takes {MAX_RELEASE_NAME}"
            yield lab.problem(("services", name), message)


def check_files(lab: Draft) -> Iterator[Problem]:
    """The files of a container are one ConfigMap."""
    for name, service in lab.services.items():
        for path, container in service.containers_of(name):
            size = sum(len(text.encode()) for text in container.files.values())
            if size > MAX_FILES:
                message = f"{size:,} bytes in all; a ConfigMap holds {MAX_FILES:,}. Put them into the image or a volume"
                yield lab.problem((*path, "files"), message)


def check_routes(lab: Draft) -> Iterator[Problem]:
    """A whole host name is one, and no two exposures become one Ingress."""
    domain = lab.site.domain if lab.site else None
    owners: dict[tuple[str, str, str], Path] = {}
    for name, service in lab.services.items():
        for index, exposure in enumerate(service.expose):
            path: Path = ("services", name, "expose", index)
            hosts = exposure.host_names(domain) if domain else (exposure.host, *exposure.further_hosts)
            for host in (each for each in hosts if not is_subdomain(each)):
                yield lab.problem((*path, "host"), f"{host!r} has {len(host)} characters; a host name has at most 253")
            if exposure.route:
                continue
            host = hosts[0]
            slug = re.sub("[^a-z0-9]+", "-", exposure.path.lower()).strip("-")
            owner = owners.setdefault((namespace_of(lab, name), host, slug), path)
            if owner != path and _path_of(lab, owner) != exposure.path.rstrip("/"):
                message = f"{exposure.path!r} gives its Ingress the name of that of {lab.pointer(owner)}"
                yield lab.problem((*path, "path"), f"{message}; they differ in signs alone")


def _path_of(lab: Draft, exposure: Path) -> str:
    return str(lab.services[str(exposure[1])].expose[int(exposure[3])].path).rstrip("/")
