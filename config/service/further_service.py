"""Further Kubernetes Services of a workload, beside the one that its ports make."""

from typing import Annotated

from pydantic import Field

from config.kubernetes import AnnotationKey, LabelKey, LabelValue, PortName
from config.model import Model
from config.service.port import ContainerPort, PortNumber
from config.service.published import StatedAddress
from config.service.serving import ServiceOptions


class FurtherService(Model):
    """A Kubernetes Service of its own name that leads to the pods of a workload too."""

    ports: Annotated[dict[PortName, PortNumber], Field(min_length=1)]
    """Its ports, written as those of a container; `number` is where a container listens. One with the name and the
    number of a container's port leads to it by its name, unless the workload stays as it is."""
    selector: Annotated[dict[LabelKey, LabelValue], Field(max_length=16)] = {}
    """Labels by which it knows its pods, for example of one replica; left out, those of the workload."""
    headless: bool = False
    """It has no address of its own: its name stands for the addresses of the pods."""
    load_balancer: StatedAddress | None = None
    """Address of the load-balancer pool at which all of its ports are reached; `any` is whichever it gives."""
    service_options: ServiceOptions = ServiceOptions()
    """How it leads requests on."""
    session_affinity_seconds: Annotated[int, Field(ge=1, le=86_400)] | None = None
    """How long a client stays with the pod that answered it first; left out, any pod answers."""
    publish_not_ready: bool = False
    """It names pods before they are ready."""
    unnamed_port: bool = False
    """Its port has no name; only one that is alone can have none."""
    labels: dict[LabelKey, LabelValue] = {}
    """Labels in addition to those of the program."""
    annotations: dict[AnnotationKey, str] = {}
    """Annotations in addition to those of the program."""

    @property
    def is_balanced(self) -> bool:
        """Whether a load balancer leads to it."""
        return self.load_balancer is not None or self.service_options.load_balancer_class is not None

    @property
    def at_nodes(self) -> bool:
        """Whether a port of every node leads to it."""
        return any(port.node for port in self.ports.values())

    @property
    def published(self) -> tuple[ContainerPort, ...]:
        """The ports at its address of the load balancer."""
        return tuple(self.ports.values())
