"""Filters of the routes of a Gateway, as in a manifest."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from config.model import shown
from config.suggest import did_you_mean

_FIELDS: Mapping[str, str] = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "ExtensionRef": "extensionRef",
    "CORS": "cors",
    "ExternalAuth": "externalAuth",
}
"""Types of filters of the Gateway API 1.4, each with the field that holds its settings."""
OF_GRPC = frozenset({"RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "ExtensionRef"})
"""Types of filters that a GRPCRoute has."""


def _filter(stated: dict[str, Any]) -> dict[str, Any]:
    """Settings that the Gateway API takes: a type, and its settings alone. Raises ValueError."""
    if "type" not in stated:
        raise ValueError(f"needs type: one of {', '.join(_FIELDS)}")
    kind = str(stated["type"])
    if kind not in _FIELDS:
        raise ValueError(f"type: {shown(kind)} is no filter of a Gateway{did_you_mean(kind, _FIELDS)}")
    field = _FIELDS[kind]
    if not isinstance(stated.get(field), dict):
        raise ValueError(f"type: {kind} needs its settings, under {field}")
    if others := sorted(stated.keys() - {"type", field}):
        raise ValueError(f"type: {kind} has no {others[0]}; write each filter for itself")
    return stated


RouteFilter = Annotated[dict[str, Any], AfterValidator(_filter)]
