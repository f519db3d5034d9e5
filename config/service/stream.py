"""Streams: connections that are no HTTP, led on by an ingress controller or a Gateway."""

from config.kubernetes import Hostname, ObjectName, PortName
from config.model import Model, Name


class Stream(Model):
    """A port at which visitors reach the service by TCP, UDP or TLS, without a sign-in: an entry point of the lab's
    Traefik, or a listener of a Gateway. The protocol is that of the port."""

    entry: Name
    """The entry point of Traefik (`ports` in its values), or the listener of the Gateway, for example mqtt."""
    port: PortName | None = None
    """The port that answers; left out, the first one."""
    workload: Name | None = None
    """The workload that answers; left out, the main one."""
    host: Hostname | None = None
    """Of TLS that passes through unopened: the whole name that is asked for. Left out, all that comes in."""
    certificate: ObjectName | None = None
    """The Secret with the certificate of `host`: Traefik ends TLS itself, and asks the service without it. Left out,
    TLS passes through. A Gateway ends TLS at its listener."""
    gateway: Name | None = None
    """The Gateway of `platform.gateways`; left out, the lab's ingress controller, and in a lab without one the first
    Gateway."""
