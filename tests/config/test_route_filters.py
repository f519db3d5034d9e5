"""Filters of the routes of a Gateway: what the Gateway API takes, and what it refuses."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from config.route_filter import RouteFilter

FILTER: TypeAdapter[Any] = TypeAdapter(RouteFilter)


def test_a_filter_with_its_settings_is_taken() -> None:
    redirect = {"type": "RequestRedirect", "requestRedirect": {"hostname": "photos.lab.example"}}
    assert FILTER.validate_python(redirect) == redirect


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"requestRedirect": {}}, "needs type: one of RequestHeaderModifier"),
        ({"type": "Redirect"}, "'Redirect' is no filter of a Gateway; did you mean 'RequestRedirect'?"),
        ({"type": "URLRewrite"}, "type: URLRewrite needs its settings, under urlRewrite"),
        (
            {"type": "URLRewrite", "urlRewrite": {"hostname": "a"}, "requestRedirect": {"port": 443}},
            "type: URLRewrite has no requestRedirect; write each filter for itself",
        ),
    ],
)
def test_what_the_gateway_api_refuses_is_refused(stated: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as raised:
        FILTER.validate_python(stated)
    assert says in str(raised.value)
