"""Exposures: how a service is reached from outside, and who checks the visitor."""

from collections.abc import Iterator, Mapping

from config.draft import Draft
from config.platform import Platform
from config.route_filter import OF_GRPC
from config.route_match import OF_GRPC as MATCHES_OF_GRPC
from config.service import Service
from config.service.exposure import Exposure
from config.source import Problem
from config.suggest import did_you_mean


def check_exposures(lab: Draft) -> Iterator[Problem]:
    """There is an ingress controller, and something that answers."""
    for name, service in lab.services.items():
        path = ("services", name, "expose")
        if any(_needs_a_way(each) for each in service.expose) and _has_no_way(lab):
            yield lab.problem(path, "needs platform.ingress in cluster.yaml: the controller that visitors come through")
        for index, exposure in enumerate(service.expose):
            if exposure.workload and not lab.is_said("services", name, "workloads", exposure.workload):
                continue
            ports = service.named_ports(name, exposure.workload)
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


def _has_no_way(lab: Draft) -> bool:
    platform = lab.cluster.platform if lab.cluster else None
    return platform is not None and platform.ingress is None and not platform.gateways


def _needs_a_way(exposure: Exposure) -> bool:
    """Whether it is reached through what the lab's cluster.yaml names."""
    return exposure.ingress_class is None and exposure.traefik is None


def _missing(service: Service, exposure: Exposure) -> str | None:
    if not service.speaks_http:
        return f"a {service.kind} service does not speak HTTP; use load_balancer"
    if service.listens(exposure.workload) or exposure.backends:
        return None
    if service.listens_at != "ports":
        return f"needs {service.listens_at}: the Kubernetes Service that answers"
    whose = f"workload {exposure.workload!r}" if exposure.workload else "the service"
    return f"needs a port; declare one under ports of {whose}"


def check_ways(lab: Draft) -> Iterator[Problem]:
    """Whatever an exposure asks for is something that its way to the service can do."""
    platform = lab.cluster.platform if lab.cluster else None
    if platform is None:
        return
    for name, service in lab.services.items():
        for index, exposure in enumerate(service.expose):
            path = ("services", name, "expose", index)
            if exposure.gateway is not None and exposure.gateway not in platform.gateways:
                continue
            if _needs_a_way(exposure) and _has_no_way(lab):
                continue
            if exposure.gateway and exposure.ingress_class:
                yield lab.problem((*path, "ingress_class"), "a route has one way; leave out gateway or ingress_class")
            if exposure.traefik and (exposure.gateway or exposure.ingress_class):
                message = "a route has one way; leave out traefik, or gateway and ingress_class"
                yield lab.problem((*path, "traefik"), message)
            for key, message in _impossible(platform, exposure).items():
                yield lab.problem((*path, key), message)


def _impossible(platform: Platform, exposure: Exposure) -> Mapping[str, str]:
    """Keys that have no effect on the way of an exposure, each with the reason."""
    gateway = platform.gateway_of(exposure)
    further = [platform.gateways[each] for each in exposure.further_gateways if each in platform.gateways]
    found: dict[str, str] = {}
    if further and gateway is None:
        found["further_gateways"] = "the route is an Ingress; name the first Gateway under gateway"
    elif exposure.reach == "lan" and any(each.reach != "lan" for each in further):
        found["further_gateways"] = "one of them is for the internet, and the route for the lan: say reach: internet"
    elif gateway and exposure.auth == "required" and any(each.sign_in != gateway.sign_in for each in further):
        found["further_gateways"] = "with auth: required, their sign_in in cluster.yaml is that of the first Gateway"
    for key in ("timeout_seconds", "backend_timeout_seconds"):
        if gateway is None and getattr(exposure, key) is not None:
            found[key] = "only routes of a Gateway have one; name one under gateway, or leave it out"
    whole, attempt = exposure.timeout_seconds, exposure.backend_timeout_seconds
    if gateway and whole and attempt and attempt > whole:
        found["backend_timeout_seconds"] = f"must not be more than timeout_seconds, {whole}: the Gateway refuses it"
    if exposure.controller_paths and (gateway or exposure.traefik or exposure.exact):
        found["controller_paths"] = "is of an Ingress, in place of exact; leave one of them out"
    if wrong := _wrong_backends(
        exposure, is_ingress=gateway is None and exposure.traefik is None, by_gateway=gateway is not None
    ):
        found["backends"] = wrong
    if gateway is None and exposure.filters:
        found["filters"] = "only routes of a Gateway have filters; name one under gateway, or use middlewares"
    if gateway is None:
        for key in ("grpc", "headers", "methods", "matches", "own_namespace"):
            if getattr(exposure, key):
                found[key] = "only routes of a Gateway have it; name one under gateway, or leave it out"
    elif exposure.grpc and (exposure.paths != ("/",) or exposure.methods or (whole, attempt) != (None, None)):
        found["grpc"] = "a GRPCRoute has no paths, methods of HTTP or timeouts; leave those out, or this"
    if exposure.matches and (exposure.paths != ("/",) or exposure.exact or exposure.headers or exposure.methods):
        found["matches"] = "they say it in place of path, exact, headers and methods; leave those out, or this"
    elif exposure.grpc and any(each.keys() - MATCHES_OF_GRPC for each in exposure.matches):
        found["matches"] = "a GRPCRoute matches headers and method alone"
    types = [each["type"] for each in exposure.filters]
    if other := next((each for each in types if exposure.grpc and each not in OF_GRPC), None):
        found["filters"] = f"a GRPCRoute has no filter {other}; leave it out, or grpc: true"
    elif {"RequestRedirect", "URLRewrite"} <= {*types}:
        found["filters"] = "a rule redirects or rewrites, and not both; leave out one of the two"
    if exposure.port_by_name and (gateway or exposure.traefik):
        found["port_by_name"] = "only an Ingress names ports; leave it out"
    if not platform.passes_ingress(exposure):
        own = "filters" if gateway else "middlewares" if exposure.traefik else "annotations: {route: ...}"
        for key in ("middlewares", "max_body", "groups"):
            if getattr(exposure, key) and not (key == "middlewares" and exposure.traefik):
                found[key] = f"is for routes through the lab's ingress controller; this one has {own}"
        if exposure.reach == "lan" and (gateway is None or gateway.reach != "lan"):
            instead = "; its controller has annotations for it"
            if gateway or exposure.traefik:
                instead = ", or name a gateway with reach: lan" if gateway else "; a middleware of its own can"
            found["reach"] = f"the program cannot keep others out here: say reach: internet{instead}"
    if gateway and exposure.certificate:
        found["certificate"] = "the listener of the Gateway has the certificate; leave it out"
    if exposure.groups and exposure.auth != "required":
        found["groups"] = "only the lab's sign-in knows groups; say auth: required"
    if exposure.dns and platform.public_dns is None:
        found["dns"] = "needs platform.public_dns in cluster.yaml: the service that writes public records"
    return found


def _wrong_backends(exposure: Exposure, *, is_ingress: bool, by_gateway: bool) -> str | None:
    """Why Services cannot answer a route; None where they can."""
    if exposure.backends and (exposure.workload or exposure.port):
        return "they answer in place of the service's own; leave out workload and port, or this"
    if is_ingress and any(
        each.kind != "Service" or each.namespace or each.weight is not None for each in exposure.backends
    ):
        return "an Ingress knows Services of its own namespace, without a weight; write traefik: {}, or name a gateway"
    if is_ingress and len(exposure.backends) > 1:
        return "an Ingress has one Service for a path; write traefik: {}, or name a gateway"
    if exposure.traefik is None and any(each.kind == "TraefikService" for each in exposure.backends):
        return "a TraefikService is for routes by Traefik's own kind; write traefik: {}"
    if by_gateway and any(isinstance(each.port, str) for each in exposure.backends):
        return "a Gateway knows ports by their number; write it in place of the name"
    if exposure.backends and not any(each.weight != 0 for each in exposure.backends):
        return "all weights are 0, and nobody answers; leave one out"
    return None


def check_authentication(lab: Draft) -> Iterator[Problem]:
    """Whether the lab's forward authentication can protect the routes that ask for it."""
    platform = lab.cluster.platform if lab.cluster else None
    if platform is None:
        return
    for name, service in lab.services.items():
        for index, exposure in enumerate(service.expose):
            if exposure.auth == "required" and (message := _unprotected(platform, exposure, name)):
                yield lab.problem(("services", name, "expose", index), message)


def _unprotected(platform: Platform, exposure: Exposure, name: str) -> str | None:
    """Why visitors cannot be made to sign in; None where they can, or where the way itself is unknown."""
    ingress = platform.ingress
    if exposure.ingress_class is not None or (exposure.traefik is not None and ingress is None):
        return "auth: required is for the lab's ingress controller; say auth: app, public or none"
    if exposure.gateway is not None or ingress is None:
        gateway = platform.gateway_of(exposure)
        if gateway is None or gateway.sign_in:
            return None
        return "auth: required needs sign_in of the Gateway in cluster.yaml, or say auth: app"
    if ingress.forward_auth is None:
        return "auth: required needs platform.ingress.forward_auth in cluster.yaml, or say auth: app"
    if ingress.forward_auth == name:
        return "the service that authenticates cannot ask itself; say auth: app"
    if exposure.groups and ingress.forward_auth_groups is None:
        return "groups needs platform.ingress.forward_auth_groups in cluster.yaml: how the sign-in takes them"
    return None
