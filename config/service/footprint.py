"""Footprints: what a chart or an operator will run, declared for the planner."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from config.kubernetes import LabelKey, LabelValue
from config.model import Model, Name, Text
from config.service.common import Endpoint, Named, ServiceBase
from config.service.container import Part
from config.service.port import ContainerPort, PortNumber
from config.service.resources import Gpu, Resources
from config.source import Path


class FootprintContainer(Resources):
    """A container that the chart runs."""

    values: Text | None = None
    """Path of its resources in the chart's values, for example `server.resources`. The planner sets them
    there. Left out, the chart offers no such place and the figures are only counted."""
    gpu: Gpu | None = None
    """Its share of a GPU."""


class FootprintWorkload(Model):
    """A controller that the chart creates."""

    runs_as: Literal["deployment", "statefulset", "daemonset", "cronjob", "job"] = "deployment"
    """Kind of the controller."""
    replicas: Annotated[int, Field(ge=0, le=100)] = 1
    """Number of its pods."""
    containers: Annotated[dict[Name, FootprintContainer], Field(min_length=1)]
    """Containers of a pod, by name."""
    init: dict[Name, FootprintContainer] = {}
    """Containers that run to their end first, by name."""
    volumes: tuple[Name, ...] = ()
    """Volumes of the service that its pods mount."""
    claims: dict[Name, Name] = {}
    """Claims that the chart itself makes for its pods, with their storage classes, as `{data: block}`."""
    host_ports: tuple[PortNumber, ...] = ()
    """Ports of the node that each of its pods takes, for example 443 or 53/udp: two such pods never share a node."""
    node_selector: dict[LabelKey, LabelValue] = {}
    """Labels that a node must have."""
    every_node: bool = False
    """A daemonset that tolerates every taint, so that it runs on the control plane and the GPU node too."""


def containers_in(
    service: str, footprint: Mapping[str, FootprintWorkload]
) -> Iterator[tuple[Path, FootprintContainer]]:
    """The containers of a service's footprint, with where each stands."""
    for key, workload in footprint.items():
        for group, found in (("containers", workload.containers), ("init", workload.init)):
            for name, container in found.items():
                yield ("services", service, "footprint", key, group, name), container


class FootprintService(ServiceBase):
    """A service whose pods others write, from a chart or from objects."""

    listens_at: ClassVar = "endpoint"

    footprint: dict[Name, FootprintWorkload]
    endpoint: Endpoint | None = None
    """Where others, and `expose`, reach it; left out, nobody does."""
    provides: tuple[Text, ...] = ()

    def parts(self, name: str) -> tuple[Part, ...]:
        return ()

    def named(self, name: str) -> Iterator[Named]:
        for key, workload in self.footprint.items():
            yield Named(("services", name, "footprint", key), key, workload.runs_as)

    def sized(self, name: str) -> Iterator[tuple[Path, Resources]]:
        yield from containers_in(name, self.footprint)

    def gpus(self, name: str) -> Iterator[tuple[Path, Gpu]]:
        for path, container in containers_in(name, self.footprint):
            if container.gpu:
                yield (*path, "gpu"), container.gpu

    def listens(self, workload: str | None = None) -> tuple[ContainerPort, ...]:
        return (ContainerPort(self.endpoint.port, "TCP"),) if self.endpoint else ()

    def answering(self, name: str) -> str:
        assert self.endpoint is not None, "checked when the lab is loaded"
        return self.endpoint.service

    def mounted(self, name: str) -> Collection[str]:
        return {volume for workload in self.footprint.values() for volume in workload.volumes}

    def installs(self) -> tuple[str, ...]:
        return self.provides
