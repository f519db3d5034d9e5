"""Services of kind `helm`: a chart, with the footprint of what it will run declared."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, final

from config.kubernetes import SecretKey
from config.model import Model, Name, Text, text_like
from config.service.common import Endpoint
from config.service.footprint import FootprintService, FootprintWorkload
from config.service.secret import SecretVariable


class Chart(Model):
    """A Helm chart at a pinned version."""

    name: Annotated[str, text_like(r"^[A-Za-z0-9][-_.A-Za-z0-9/]*$", "the name of a chart, for example traefik")]
    """Name of the chart."""
    repository: Annotated[
        str,
        text_like(r"^(https|oci)://[-A-Za-z0-9._~:/?@%=+,]+$", "the URL of a chart repository, https:// or oci://"),
    ]
    """Address of its repository; `oci://...` for one in a registry."""
    version: Annotated[
        str, text_like(r"^v?\d+\.\d+\.\d+([-+][-+.A-Za-z0-9]+)?$", "a full chart version, for example 1.2.3")
    ]
    """Its version, exactly."""


@final
class HelmService(FootprintService):
    """A Helm release."""

    makes_pods: ClassVar = "chart"
    unmounted: ClassVar = "no workload of the footprint mounts it; name it under volumes of one, or remove it"

    kind: Literal["helm"]
    chart: Chart
    """The chart."""
    release: Name | None = None
    """Name of the release in Helm; left out, the service's."""
    values: dict[str, Any] = {}
    """Values of the chart, apart from the resources of the footprint."""
    footprint: dict[Name, FootprintWorkload]
    """Workloads that the chart will run, by name; `{}` of a chart without pods."""
    endpoint: Endpoint | None = None
    """Where others, and `expose`, reach it."""
    provides: tuple[Text, ...] = ()
    """API groups whose kinds the chart installs, for example `traefik.io`."""
    pod_security: Literal["restricted", "baseline"] = "baseline"
    """The Pod Security Standard that all pods of the chart keep with these values, as `helm template` shows them, those
    of hooks too: their namespace enforces it. The plan does not render charts, and takes your word for it."""
    secrets: dict[SecretKey, SecretVariable] = {}
    """Keys of the Secret named like the service that the chart refers to."""

    def volumes_of_replicas(self) -> Mapping[str, int]:
        """The chart claims the volumes of a statefulset, one for each replica."""
        return {
            volume: workload.replicas
            for workload in self.footprint.values()
            if workload.runs_as == "statefulset"
            for volume in workload.volumes
        }

    def secret(self, name: str) -> str:
        return name
