"""Exposures: how a service is reached from outside, and who checks the visitor."""

from collections.abc import Collection, Iterator

from config.draft import Draft
from config.service import Service
from config.service.common import Exposure
from config.source import Problem
from config.suggest import did_you_mean


def check_exposures(lab: Draft) -> Iterator[Problem]:
    """There is an ingress controller, and something that answers."""
    for name, service in lab.services.items():
        path = ("services", name, "expose")
        if service.expose and lab.cluster and lab.cluster.platform.ingress is None:
            yield lab.problem(path, "needs platform.ingress in cluster.yaml: the controller that visitors come through")
        for index, exposure in enumerate(service.expose):
            if exposure.workload and not lab.is_said("services", name, "workloads", exposure.workload):
                continue
            ports = _ports(name, service, exposure)
            if exposure.port is not None and exposure.port not in ports:
                message = f"unknown port {exposure.port!r}{did_you_mean(exposure.port, ports)}"
                yield lab.problem((*path, index, "port"), message)
            if (exposure.auth, exposure.reach) == ("none", "internet") and "no-sign-in" not in service.exceptions:
                message = (
                    "without a sign-in, reach: internet needs the exception no-sign-in with a reason; or say auth: app"
                )
                yield lab.problem((*path, index, "auth"), message)
            if missing := _missing(service, exposure):
                yield lab.problem((*path, index), missing)


def _ports(name: str, service: Service, exposure: Exposure) -> Collection[str]:
    """Names of the ports of the workload that answers."""
    for part in service.parts(name):
        if part.is_main if exposure.workload is None else part.path[-1] == exposure.workload and not part.is_main:
            return part.workload.ports
    return ()


def _missing(service: Service, exposure: Exposure) -> str | None:
    if not service.speaks_http:
        return f"a {service.kind} service does not speak HTTP; use load_balancer"
    if service.listens(exposure.workload):
        return None
    if service.listens_at != "ports":
        return f"needs {service.listens_at}: the Kubernetes Service that answers"
    whose = f"workload {exposure.workload!r}" if exposure.workload else "the service"
    return f"needs a port; declare one under ports of {whose}"


def check_authentication(lab: Draft) -> Iterator[Problem]:
    """Whether the lab's forward authentication can protect the routes that ask for it."""
    ingress = lab.cluster.platform.ingress if lab.cluster else None
    if not ingress:
        return
    for name, service in lab.services.items():
        for index, exposure in enumerate(service.expose):
            if exposure.auth != "required":
                continue
            path = ("services", name, "expose", index)
            if ingress.forward_auth is None:
                message = "auth: required needs platform.ingress.forward_auth in cluster.yaml, or say auth: app"
                yield lab.problem(path, message)
            elif ingress.forward_auth == name:
                yield lab.problem(path, "the service that authenticates cannot ask itself; say auth: app")
