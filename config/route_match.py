"""Which requests a rule of a Gateway's route takes, as in a manifest."""

from typing import Annotated, Any

from pydantic import AfterValidator

from config.model import shown
from config.suggest import did_you_mean

_FIELDS = ("path", "headers", "queryParams", "method")
OF_GRPC = frozenset({"headers", "method"})
"""Fields of a match that a GRPCRoute has."""


def _match(stated: dict[str, Any]) -> dict[str, Any]:
    """A match that the Gateway API takes. Raises ValueError."""
    if not stated:
        raise ValueError(f"asks for nothing; state one of {', '.join(_FIELDS)}")
    if other := next((key for key in stated if key not in _FIELDS), None):
        raise ValueError(f"{shown(other)} is no field of a match{did_you_mean(other, _FIELDS)}")
    return stated


RouteMatch = Annotated[dict[str, Any], AfterValidator(_match)]
