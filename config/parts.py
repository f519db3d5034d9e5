"""The parts of a service, with where each stands: for whatever looks at all of them."""

from collections.abc import Iterator
from typing import NamedTuple

from config.service import AppService, GpuService, HelmService, MysqlService, PostgresService, Service
from config.service.container import Container, ContainerPort, Gpu, GpuWorkload, Resources, Workload
from config.source import Path

_DATABASE_PORT = {"postgres": ContainerPort(5432, "TCP"), "mysql": ContainerPort(3306, "TCP")}


class Part(NamedTuple):
    """A workload of a service."""

    path: Path
    name: str
    workload: Workload


def workloads(name: str, service: Service) -> Iterator[Part]:
    """The workloads of an app, the main one first."""
    if isinstance(service, AppService | GpuService):
        yield Part(("services", name), name, service)
        for key, workload in service.workloads.items():
            yield Part(("services", name, "workloads", key), f"{name}-{key}", workload)


def containers(name: str, service: Service) -> Iterator[tuple[Path, Container]]:
    """The containers of an app: of each workload the main one, sidecars and init containers."""
    for path, _, workload in workloads(name, service):
        yield path, workload
        for key, container in workload.sidecars.items():
            yield (*path, "sidecars", key), container
        for key, container in workload.init.items():
            yield (*path, "init", key), container


def resources(name: str, service: Service) -> Iterator[tuple[Path, Resources]]:
    """Whatever of a service states resources."""
    if isinstance(service, PostgresService | MysqlService):
        yield ("services", name), service
    elif isinstance(service, HelmService):
        for key, workload in service.footprint.items():
            for group, found in (("containers", workload.containers), ("init", workload.init)):
                for container_name, container in found.items():
                    yield ("services", name, "footprint", key, group, container_name), container
    else:
        yield from containers(name, service)


def gpus(name: str, service: Service) -> Iterator[tuple[Path, Gpu]]:
    """The shares of a GPU that a service asks for."""
    for path, _, workload in workloads(name, service):
        if isinstance(workload, GpuWorkload) and workload.gpu:
            yield (*path, "gpu"), workload.gpu
    if isinstance(service, HelmService):
        for path, container in resources(name, service):
            if gpu := getattr(container, "gpu", None):
                yield (*path, "gpu"), gpu


def ports(service: Service) -> tuple[ContainerPort, ...]:
    """The ports at which a service is reached. Of a chart only the declared endpoint is known."""
    if isinstance(service, AppService | GpuService):
        return tuple(service.ports.values())
    if isinstance(service, HelmService):
        return (ContainerPort(service.endpoint.port, "TCP"),) if service.endpoint else ()
    return (_DATABASE_PORT[service.kind],)
