"""Streams: where they come in, and which port answers."""

from collections.abc import Iterator

from config.draft import Draft
from config.service.stream import Stream
from config.source import Path, Problem
from config.suggest import did_you_mean


def check_streams(lab: Draft) -> Iterator[Problem]:
    """A stream comes in somewhere, goes to a port that exists, and is one of a kind at its entry."""
    platform = lab.cluster.platform if lab.cluster else None
    taken: dict[tuple[str | None, str, str | None], Path] = {}
    for name, service in lab.services.items():
        for index, stream in enumerate(service.streams):
            path: Path = ("services", name, "streams", index)
            if platform and stream.gateway is None and platform.ingress is None and not platform.gateways:
                message = "needs platform.ingress or platform.gateways in cluster.yaml: where it comes in"
                yield lab.problem((*path, "entry"), message)
            yield from _check_port(lab, path, name, stream)
            if stream.certificate and stream.host is None:
                yield lab.problem((*path, "certificate"), "is of a host; state it, or leave this out")
            elif stream.certificate and (stream.gateway or (platform and platform.ingress is None)):
                message = "the listener of the Gateway has the certificate; leave it out"
                yield lab.problem((*path, "certificate"), message)
            key = (stream.gateway, stream.entry, stream.host)
            if key in taken:
                whose = f"for {stream.host}" if stream.host else "without a host"
                message = f"another stream {whose} comes in at {stream.entry}: {lab.pointer(taken[key])}"
                yield lab.problem((*path, "entry"), f"{message}; take another entry")
            taken.setdefault(key, path)


def _check_port(lab: Draft, path: Path, name: str, stream: Stream) -> Iterator[Problem]:
    service = lab.services[name]
    if not service.speaks_http:
        yield lab.problem(path, f"a {service.kind} service has no streams; use load_balancer")
        return
    if stream.workload and not lab.is_said("services", name, "workloads", stream.workload):
        return
    ports = service.named_ports(name, stream.workload)
    if stream.port is not None and stream.port not in ports:
        yield lab.problem((*path, "port"), f"unknown port {stream.port!r}{did_you_mean(stream.port, ports)}")
        return
    if not service.listens(stream.workload):
        yield lab.problem(path, f"nothing answers; declare {service.listens_at}")
        return
    port = ports[stream.port] if stream.port else next(iter(ports.values()), None)
    if stream.host and port is not None and port.protocol == "UDP":
        yield lab.problem((*path, "host"), "UDP names no host; leave it out")
    if stream.host and "." not in stream.host:
        yield lab.problem((*path, "host"), f"{stream.host!r} is no whole name; write for example mail.lab.example")
