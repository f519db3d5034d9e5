"""Services of kind `helm`: a chart, with the footprint of what it will run declared."""

from typing import Annotated, Any, Literal

from pydantic import Field

from config.model import Model, Name, Text, text_like
from config.service.common import Endpoint, ServiceBase
from config.service.container import Gpu, Resources, SecretVariable


class Chart(Model):
    """A Helm chart at a pinned version."""

    name: Text
    repository: Annotated[str, text_like(r"^(https|oci)://", "the URL of a chart repository, https:// or oci://")]
    version: Annotated[str, text_like(r"^v?\d+\.\d+\.\d+([-+].+)?$", "a full chart version, for example 1.2.3")]


class FootprintContainer(Resources):
    """A container that the chart runs."""

    values: Text | None = None
    """Where its resources stand in the chart's values, for example `server.resources`. The planner sets them
    there. Left out, the chart offers no such place and the figures are only counted."""
    gpu: Gpu | None = None


class FootprintWorkload(Model):
    """A controller that the chart creates."""

    runs_as: Literal["deployment", "statefulset", "daemonset", "cronjob", "job"] = "deployment"
    replicas: Annotated[int, Field(ge=0, le=100)] = 1
    containers: Annotated[dict[Name, FootprintContainer], Field(min_length=1)]
    init: dict[Name, FootprintContainer] = {}
    volumes: tuple[Name, ...] = ()
    """Volumes of the service that its pods mount."""
    node_selector: dict[Text, str] = {}
    every_node: bool = False
    """A daemonset that tolerates every taint, so that it runs on the control plane and the GPU node too."""


class HelmService(ServiceBase):
    """A Helm release."""

    kind: Literal["helm"]
    chart: Chart
    values: dict[str, Any] = {}
    """Values of the chart, besides the resources of the footprint."""
    footprint: Annotated[dict[Name, FootprintWorkload], Field(min_length=1)]
    """What the chart will run, by the name of the workload."""
    endpoint: Endpoint | None = None
    provides: tuple[Text, ...] = ()
    """API groups whose kinds the chart installs, for example `traefik.io`."""
    secrets: dict[Text, SecretVariable] = {}
    """Keys of the Secret named like the service that the chart refers to."""
