"""Effects of another value in a field that decides who reaches a service, as plain data.

Sources: kubernetes v1.34.2 (`pkg/apis/core/validation/validation.go`, ValidateServiceUpdate); Traefik 3.7
(`pkg/provider/kubernetes/{ingress,crd}`); ingress-nginx 1.13 (`docs/user-guide/nginx-configuration/annotations.md`).
"""

from collections.abc import Mapping

from plan.changes.field_rule import (
    BELOW,
    COMPARE,
    COMPARE_FIRST,
    FOLLOW,
    OFF,
    OLD_ADDRESS,
    OLD_HOST,
    OLD_PATH,
    OTHER_CERTIFICATE,
    UNGUARDED_ROUTE,
    UNLESS_INTENDED,
    FieldRule,
)
from plan.changes.kind_rule import Kind

_GUARDING = (
    "traefik.ingress.kubernetes.io/router.middlewares",
    *(
        f"nginx.ingress.kubernetes.io/{name}"
        for name in ("auth-secret", "auth-signin", "auth-tls-secret", "auth-type", "auth-url", "whitelist-source-range")
    ),
)
"""Annotations by which a controller asks for a login, or admits some addresses alone."""

_ADDRESSES = (
    "io.cilium/lb-ipam-ips",
    "io.cilium/lb-ipam-sharing-key",
    "kube-vip.io/loadbalancerIPs",
    "lbipam.cilium.io/ips",
    "lbipam.cilium.io/sharing-key",
    "metallb.io/address-pool",
    "metallb.io/allow-shared-ip",
    "metallb.io/ip-allocated-from-pool",
    "metallb.io/loadBalancerIPs",
    "metallb.universe.tf/address-pool",
    "metallb.universe.tf/allow-shared-ip",
    "metallb.universe.tf/loadBalancerIPs",
    "purelb.io/addresses",
    "purelb.io/service-group",
)
"""Annotations from which a load balancer gets its address."""


def _of_a_port(field: str) -> FieldRule:
    return FieldRule(
        field,
        "goes",
        "DISCONNECT",
        "Requests go to another port of the service, where nobody may listen.",
        FOLLOW,
        severity="warning",
    )


_OF_A_SERVICE = FieldRule(
    "spec.routes.services.name",
    "goes",
    "DISCONNECT",
    "Requests no longer reach the service that goes.",
    FOLLOW,
    severity="warning",
)
_OF_AN_ENTRY_POINT = FieldRule(
    "spec.entryPoints",
    "goes",
    "DISCONNECT",
    "Nobody reaches it by the entry point that goes.",
    FOLLOW,
    severity="warning",
)

REACH_FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    ("", "Service"): (
        FieldRule(
            "spec.type",
            "leaves",
            "DISCONNECT",
            "Its address or port outside of the cluster goes: nothing reaches it from there any more.",
            OFF,
            ("LoadBalancer", "NodePort"),
            "ClusterIP",
        ),
        FieldRule(
            "spec.selector",
            "differs",
            "DISCONNECT",
            "It sends to other pods than before, or to none.",
            "take the change back, unless the pods' labels change in the same `up`",
        ),
        FieldRule(
            "spec.type",
            "becomes",
            "DISCONNECT",
            "Its name leads to another host, and no more to its pods.",
            OFF,
            ("ExternalName",),
            "ClusterIP",
        ),
        FieldRule("spec.ports.port", "goes", "DISCONNECT", "Nobody reaches it by the port that goes.", FOLLOW),
        FieldRule("spec.ports.nodePort", "goes", "DISCONNECT", "Nobody reaches it by the port that goes.", FOLLOW),
        FieldRule("spec.externalIPs", "goes", "DISCONNECT", OLD_ADDRESS, FOLLOW),
        FieldRule(
            "spec.loadBalancerClass",
            "differs",
            "FAIL",
            "The API server refuses another class as long as it is a load balancer: the `up` ends half-way.",
            "take the change back, or give the Service another name",
        ),
        FieldRule("spec.loadBalancerIP", "differs", "DISCONNECT", OLD_ADDRESS, FOLLOW),
        *(
            FieldRule(f"metadata.annotations.{each}", "differs", "DISCONNECT", OLD_ADDRESS, FOLLOW)
            for each in _ADDRESSES
        ),
        FieldRule(
            "spec.ports.name",
            "goes",
            "UPDATE",
            "Routes and monitors that name the port by its old name reach nothing.",
            FOLLOW,
            severity="warning",
        ),
        FieldRule(
            "spec.loadBalancerSourceRanges",
            "appears",
            "DISCONNECT",
            "Only those addresses reach it from then on.",
            FOLLOW,
        ),
        FieldRule(
            "spec.loadBalancerSourceRanges",
            "goes",
            "DISCONNECT",
            "Clients in the range that goes no longer reach it, unless no range is left.",
            FOLLOW,
        ),
        FieldRule(
            "spec.ipFamilies", "goes", "DISCONNECT", "Nobody reaches it by an address of the family that goes.", FOLLOW
        ),
        FieldRule(
            "spec.ipFamilyPolicy",
            "becomes",
            "DISCONNECT",
            "Where it has an address of a second family, nobody reaches it by that any more.",
            FOLLOW,
            ("SingleStack",),
            "SingleStack",
            severity="warning",
        ),
        FieldRule("spec.ports.protocol", "goes", "DISCONNECT", "Nobody reaches it by the protocol that goes.", FOLLOW),
        FieldRule("spec.externalName", "differs", "DISCONNECT", "Its name leads to another host.", FOLLOW),
        FieldRule(
            "spec.ports.targetPort",
            "goes",
            "UPDATE",
            "It sends to another port of its pods, and reaches none that does not listen there yet.",
            FOLLOW,
            severity="warning",
        ),
        *(
            FieldRule(
                f"spec.{name}TrafficPolicy",
                "becomes",
                "UPDATE",
                "A node without one of its pods no longer passes requests on.",
                UNLESS_INTENDED,
                ("Local",),
                "Cluster",
                severity="warning",
            )
            for name in ("external", "internal")
        ),
    ),
    ("networking.k8s.io", "Ingress"): (
        FieldRule("spec.rules.host", "goes", "DISCONNECT", OLD_HOST, FOLLOW, severity="warning"),
        FieldRule(
            "spec.ingressClassName",
            "differs",
            "DISCONNECT",
            "Another controller serves it, or none.",
            "take the change back, unless the other controller runs",
        ),
        FieldRule("spec.rules.http.paths.path", "goes", "DISCONNECT", OLD_PATH, FOLLOW, severity="warning"),
        FieldRule(
            "spec.rules.http.paths.pathType", "becomes", "DISCONNECT", BELOW, FOLLOW, ("Exact",), severity="warning"
        ),
        FieldRule("spec.defaultBackend", "goes", "DISCONNECT", OLD_HOST, FOLLOW, severity="warning"),
        _of_a_port("spec.rules.http.paths.backend.service.port.number"),
        _of_a_port("spec.rules.http.paths.backend.service.port.name"),
        FieldRule(
            "metadata.annotations.kubernetes.io/ingress.class",
            "differs",
            "DISCONNECT",
            "Another controller serves it, or none.",
            "take the change back, unless the other controller runs",
        ),
        FieldRule(
            "spec.rules.http.paths.backend.service.name",
            "goes",
            "DISCONNECT",
            "Requests no longer reach the service that goes.",
            FOLLOW,
            severity="warning",
        ),
        FieldRule(
            "spec.tls",
            "goes",
            "UPDATE",
            OTHER_CERTIFICATE,
            FOLLOW,
            severity="warning",
        ),
        *(
            FieldRule(f"metadata.annotations.{each}", "goes", "UPDATE", UNGUARDED_ROUTE, FOLLOW, severity="warning")
            for each in _GUARDING
        ),
        FieldRule(
            "metadata.annotations.traefik.ingress.kubernetes.io/router.entrypoints",
            "goes",
            "DISCONNECT",
            "Nothing reaches the service through the entry point that goes.",
            FOLLOW,
            severity="warning",
        ),
    ),
    ("networking.k8s.io", "NetworkPolicy"): (
        FieldRule("spec", "differs", "NOT-KNOWN", "Which traffic it stops depends on all its pods.", COMPARE),
    ),
    ("discovery.k8s.io", "EndpointSlice"): (
        FieldRule(
            "endpoints.addresses",
            "goes",
            "DISCONNECT",
            "Requests no longer reach the address that goes.",
            FOLLOW,
            severity="warning",
        ),
        FieldRule(
            "ports.port",
            "goes",
            "DISCONNECT",
            "Requests go to another port of the same address.",
            FOLLOW,
            severity="warning",
        ),
    ),
    ("traefik.io", "ServersTransport"): (
        FieldRule(
            "spec.insecureSkipVerify",
            "becomes",
            "UPDATE",
            "Traefik takes any certificate of the server that it forwards to.",
            UNLESS_INTENDED,
            (True,),
            False,
            severity="warning",
        ),
    ),
    ("traefik.io", "IngressRoute"): (
        FieldRule("spec.routes.match", "goes", "DISCONNECT", OLD_HOST, FOLLOW, severity="warning"),
        FieldRule("spec.routes.middlewares", "goes", "UPDATE", UNGUARDED_ROUTE, FOLLOW, severity="warning"),
        FieldRule("spec.tls", "differs", "UPDATE", OTHER_CERTIFICATE, FOLLOW, severity="warning"),
        _of_a_port("spec.routes.services.port"),
        _OF_AN_ENTRY_POINT,
        _OF_A_SERVICE,
    ),
    ("traefik.io", "IngressRouteTCP"): (
        FieldRule("spec.routes.match", "goes", "DISCONNECT", OLD_HOST, FOLLOW, severity="warning"),
        FieldRule("spec.routes.middlewares", "goes", "UPDATE", UNGUARDED_ROUTE, FOLLOW, severity="warning"),
        _OF_AN_ENTRY_POINT,
        _OF_A_SERVICE,
    ),
    ("traefik.io", "IngressRouteUDP"): (_OF_AN_ENTRY_POINT, _OF_A_SERVICE),
    ("traefik.io", "Middleware"): tuple(
        FieldRule(
            f"spec.{each}",
            "differs",
            "UPDATE",
            "Who passes it may be others than before, on every route that names it.",
            COMPARE_FIRST,
            severity="warning",
        )
        for each in ("basicAuth", "chain", "digestAuth", "forwardAuth", "ipAllowList", "ipWhiteList", "plugin")
    ),
}
"""The fields of each kind whose value decides about more than the object."""
