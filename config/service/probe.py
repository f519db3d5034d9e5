"""Probes: how Kubernetes asks whether a container has started, can be reached, and lives."""

from typing import Annotated

from pydantic import Field

from config.kubernetes import PortName, RequestPath
from config.model import Model, Prose, Text, text_like
from config.service.port import LARGEST

Positive = Annotated[int, Field(ge=1, le=86400)]


HeaderName = Annotated[str, text_like(r"^[-A-Za-z0-9]+$", "the name of a header, for example Host")]


class Probe(Model):
    """One of `http`, `exec`, `grpc` and, where none of them is stated, an attempt to open the port."""

    http: RequestPath | None = None
    """A path that answers 200 to 399."""
    exec: tuple[Prose, ...] = ()
    """A command that ends with 0."""
    grpc: bool = False
    """The gRPC health service."""
    https: bool = False
    """Ask `http` by HTTPS, whatever certificate answers."""
    headers: dict[HeaderName, str] = {}
    """Headers of that request, as `{Host: photos.lab.example}`."""
    host: Text | None = None
    """Who is asked by `http`, left out the pod; needs the exception `host-access`, since the node asks."""
    grpc_service: Text | None = None
    """The service that the gRPC health service is asked about; left out, the server as a whole."""
    port: PortName | Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    """The port's name, or its number; left out, the first one."""
    delay_seconds: Annotated[int, Field(ge=0, le=86400)] = 0
    """How long it is not asked after the start."""
    period_seconds: Positive = 10
    """How often it is asked."""
    timeout_seconds: Positive = 1
    """How long an answer may take."""
    failures: Positive = 3
    """So many in a row count."""
    successes: Positive = 1
    """Of readiness: so many in a row count."""
    grace_seconds: Positive | None = None
    """Of startup and liveness: the time to stop after it failed; left out, the pod's."""


class Probes(Model):
    """The probes of a container; one that is left out is not asked."""

    startup: Probe | None = None
    """Until it succeeds, the others wait: a service that starts for ten minutes has `failures: 60`."""
    readiness: Probe | None = None
    """While it fails, no requests are sent to the pod."""
    liveness: Probe | None = None
    """When it fails, the container is restarted."""
