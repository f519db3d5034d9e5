"""Probes of a container, as they are written in its manifest."""

from collections.abc import Mapping
from typing import Any

from config.service.adopted import Adopted
from config.service.container import Listening
from config.service.container import Workload as WorkloadConfig
from config.service.probe import Probe
from config.service.runs import ENDING


def probes(config: WorkloadConfig) -> Mapping[str, Any]:
    """Startup, readiness and liveness of a main container: as stated, else by HTTP where a path is, else by opening the
    first port."""
    if config.probes is not None:
        return stated_probes(config, config.adopt)
    if not config.ports or config.runs_as in ENDING or (config.adopt.as_it_is and config.health is None):
        return {}
    name, port = next(iter(config.ports.items()))
    asked = _asked(config, name, config.adopt)
    if config.health is not None:
        check: dict[str, Any] = {"httpGet": {"path": config.health, "port": asked}}
    elif port.protocol == "TCP":
        check = {"tcpSocket": {"port": asked}}
    else:
        return {}
    return {
        "startupProbe": {**check, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 30},
        "readinessProbe": {**check, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3},
        "livenessProbe": {**check, "periodSeconds": 30, "timeoutSeconds": 5, "failureThreshold": 5},
    }


def _asked(config: Listening, port: str | int, adopted: Adopted) -> str | int:
    """How a probe calls a port: by its name, which containers must state for that, or by its number."""
    return port if isinstance(port, int) or adopted.ports == "named" else config.ports[port].number


def stated_probes(config: Listening, adopted: Adopted) -> Mapping[str, Any]:
    """The probes that a container states."""
    if config.probes is None:
        return {}
    stated = {"startup": config.probes.startup, "readiness": config.probes.readiness}
    stated["liveness"] = config.probes.liveness
    return {f"{name}Probe": _probe(config, probe, adopted) for name, probe in stated.items() if probe is not None}


def _probe(config: Listening, probe: Probe, adopted: Adopted) -> dict[str, Any]:
    if probe.exec:
        check: dict[str, Any] = {"exec": {"command": list(probe.exec)}}
    else:
        port = probe.port if probe.port is not None else next(iter(config.ports))
        if probe.http is not None:
            check = {"httpGet": {"path": probe.http, "port": _asked(config, port, adopted), **_request(probe)}}
        elif probe.grpc:
            asked = {"service": probe.grpc_service} if probe.grpc_service else {}
            check = {"grpc": {"port": port if isinstance(port, int) else config.ports[port].number, **asked}}
        else:
            check = {"tcpSocket": {"port": _asked(config, port, adopted)}}
    delay = {"initialDelaySeconds": probe.delay_seconds} if probe.delay_seconds else {}
    times = {
        "periodSeconds": probe.period_seconds,
        "timeoutSeconds": probe.timeout_seconds,
        "failureThreshold": probe.failures,
        **({"successThreshold": probe.successes} if probe.successes > 1 else {}),
        **({"terminationGracePeriodSeconds": probe.grace_seconds} if probe.grace_seconds else {}),
    }
    return {**check, **delay, **times}


def _request(probe: Probe) -> dict[str, Any]:
    headers = [{"name": name, "value": value} for name, value in probe.headers.items()]
    return {
        **({"scheme": "HTTPS"} if probe.https else {}),
        **({"host": probe.host} if probe.host else {}),
        **({"httpHeaders": headers} if headers else {}),
    }
