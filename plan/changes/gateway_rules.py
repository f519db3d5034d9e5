"""Effects of changes to objects of the Gateway API, as plain data.

Sources: gateway-api v1.4 (`apis/v1/{gateway,gatewayclass,httproute}_types.go`, `apis/v1beta1/referencegrant_types.go`).
"""

from collections.abc import Mapping

from plan.changes.field_rule import (
    BELOW,
    FOLLOW,
    NOT_ALL,
    OFF,
    OLD_HOST,
    OLD_PATH,
    OTHER_CERTIFICATE,
    UNGUARDED_ROUTE,
    FieldRule,
)
from plan.changes.kind_rule import Kind, KindRule, holds, serves

GROUP = "gateway.networking.k8s.io"
ROUTES = ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute")
_NO_ROUTE = KindRule(serves("Nothing reaches the service by this route."))
_OTHER_PLACE = "take the change back, unless the routes change in the same `up`"

GATEWAY_KINDS: Mapping[Kind, KindRule] = {
    (GROUP, "Gateway"): KindRule(
        holds("Nothing reaches the services whose routes are attached to it, and its address can go with it.")
    ),
    (GROUP, "GatewayClass"): KindRule(
        holds("Gateways of the class are no longer served."), refused=("spec.controllerName",)
    ),
    (GROUP, "ReferenceGrant"): KindRule(serves("Routes and certificates of other namespaces stop working.")),
    **{(GROUP, kind): _NO_ROUTE for kind in ROUTES},
}

_ROUTE = (
    FieldRule("spec.hostnames", "narrows", "DISCONNECT", OLD_HOST, FOLLOW, severity="warning"),
    FieldRule(
        "spec.parentRefs.name",
        "goes",
        "DISCONNECT",
        "Nothing reaches the service through the gateway that goes.",
        FOLLOW,
        severity="warning",
    ),
    FieldRule("spec.rules.matches.path.value", "narrows", "DISCONNECT", OLD_PATH, FOLLOW, severity="warning"),
    FieldRule("spec.rules.matches.method", "narrows", "DISCONNECT", NOT_ALL, FOLLOW, severity="warning"),
    FieldRule(
        "spec.rules.matches.headers",
        "differs",
        "DISCONNECT",
        "It takes other requests than before, by their headers.",
        FOLLOW,
        severity="warning",
    ),
    FieldRule(
        "spec.rules.backendRefs.name",
        "goes",
        "DISCONNECT",
        "Requests no longer reach the service that goes.",
        FOLLOW,
        severity="warning",
    ),
    FieldRule("spec.rules.matches.path.type", "becomes", "DISCONNECT", BELOW, FOLLOW, ("Exact",), severity="warning"),
    *(
        FieldRule(
            f"spec.{each}",
            "narrows",
            "DISCONNECT",
            "Nothing reaches the service through the listener that goes.",
            FOLLOW,
            severity="warning",
        )
        for each in ("parentRefs.sectionName", "parentRefs.port", "parentRefs.namespace")
    ),
    FieldRule(
        "spec.rules.backendRefs.port",
        "goes",
        "DISCONNECT",
        "Requests go to another port of the service, where nobody may listen.",
        FOLLOW,
        severity="warning",
    ),
    FieldRule(
        "spec.rules.backendRefs.weight",
        "becomes",
        "DISCONNECT",
        "A service with the weight 0 gets no requests.",
        OFF,
        (0,),
        severity="warning",
    ),
    FieldRule("spec.rules.filters", "goes", "UPDATE", UNGUARDED_ROUTE, FOLLOW, severity="warning"),
)

GATEWAY_FIELDS: Mapping[Kind, tuple[FieldRule, ...]] = {
    (GROUP, "Gateway"): (
        FieldRule(
            "spec.gatewayClassName",
            "differs",
            "DISCONNECT",
            "Another controller serves it, or none.",
            "take the change back, unless the other controller runs",
        ),
        FieldRule(
            "spec.listeners.name",
            "goes",
            "DISCONNECT",
            "Nothing reaches the services whose routes are attached to the listener that goes.",
            _OTHER_PLACE,
        ),
        FieldRule("spec.listeners.port", "goes", "DISCONNECT", "Nobody reaches it by the port that goes.", FOLLOW),
        FieldRule(
            "spec.listeners.protocol", "goes", "DISCONNECT", "Nobody reaches it by the protocol that goes.", FOLLOW
        ),
        FieldRule(
            "spec.listeners.tls.certificateRefs.name", "goes", "UPDATE", OTHER_CERTIFICATE, FOLLOW, severity="warning"
        ),
        FieldRule("spec.listeners.hostname", "goes", "DISCONNECT", OLD_HOST, FOLLOW),
        FieldRule(
            "spec.listeners.allowedRoutes.namespaces.from",
            "goes",
            "DISCONNECT",
            "Routes of namespaces that it no longer admits are detached.",
            OFF,
        ),
        FieldRule("spec.addresses.value", "goes", "DISCONNECT", "Nobody reaches it by the address that goes.", FOLLOW),
    ),
    **{(GROUP, kind): _ROUTE for kind in ROUTES},
}
"""The fields of each kind whose value decides about more than the object."""
