"""Probes: how Kubernetes asks whether a container has started, can be reached, and lives."""

from typing import Annotated

from pydantic import Field

from config.kubernetes import AbsolutePath, PortName
from config.model import Model, Text
from config.service.port import LARGEST

Positive = Annotated[int, Field(ge=1, le=86400)]


class Probe(Model):
    """One of `http`, `exec`, `grpc` and, where none of them is stated, an attempt to open the port."""

    http: AbsolutePath | None = None
    """A path that answers 200 to 399."""
    exec: tuple[Text, ...] = ()
    """A command that ends with 0."""
    grpc: bool = False
    """The gRPC health service."""
    port: PortName | Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    """The port's name, or its number; left out, the first one."""
    delay_seconds: Annotated[int, Field(ge=0, le=86400)] = 0
    """How long it is not asked after the start."""
    period_seconds: Positive = 10
    timeout_seconds: Positive = 1
    failures: Positive = 3
    """So many in a row count."""


class Probes(Model):
    """The probes of a container; one that is left out is not asked."""

    startup: Probe | None = None
    """Until it succeeds, the others wait: a service that starts for ten minutes has `failures: 60`."""
    readiness: Probe | None = None
    liveness: Probe | None = None
