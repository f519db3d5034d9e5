"""Base of every model of the configuration, and the small types that they share."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import chain_schema, custom_error_schema, str_schema

UNLIKE = "text_unlike"
"""Type of pydantic's error for a text of another form; its context has the `meaning`."""


class TextLike(NamedTuple):
    """A constraint on a string, with the words for what is right."""

    pattern: str
    meaning: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The pattern comes last, so that only its own error bears the meaning."""
        form = custom_error_schema(
            str_schema(pattern=self.pattern),
            custom_error_type=UNLIKE,
            custom_error_message="is not {meaning}",
            custom_error_context={"meaning": self.meaning},
        )
        return chain_schema([handler(source), form])

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema of the text, with the pattern."""
        return handler(schema) | {"pattern": self.pattern}


def text_like(pattern: str, meaning: str) -> TextLike:
    """A constraint on a string, with the words for what is right."""
    return TextLike(pattern, meaning)


def shown(value: object) -> str:
    """A value as an error message shows it, on one line and not too long."""
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def or_text(schema: dict[str, Any]) -> None:
    """For editors: a text in place of a mapping stands for its first key."""
    schema["type"] = ["string", "object"]


class Model(BaseModel):
    """A strict, frozen part of the lab: unknown keys are refused, nothing is converted by guessing."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Itself, since it never changes. Otherwise pydantic copies the default of each field that is left out."""
        return self


def address(value: object) -> IPv4Address:
    """An address out of a file. Raises ValueError."""
    if isinstance(value, IPv4Address):
        return value
    try:
        return IPv4Address(str(value))
    except ValueError:
        raise ValueError(f"{shown(value)} is not an IPv4 address; {_meant(str(value))}") from None


def _meant(text: str) -> str:
    """The address in `10.0.20.101/24` or `https://10.0.20.101:8006`, or an example."""
    found = re.search(r"(?<![\d.])(?P<address>\d{1,3}(\.\d{1,3}){3})(?P<length>/\d{1,2}$)?(?![\d.])", text[:200])
    if found and is_address(found["address"]):
        rest = f", without {found['length']}" if found["length"] else " alone"
        return f"write {found['address']}{rest}"
    return "IPv6 is not supported here" if text.count(":") > 1 else "write for example 10.0.20.101"


def is_address(text: str) -> bool:
    """Whether a text is an IPv4 address and nothing else."""
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def _network(value: object) -> IPv4Network:
    if isinstance(value, IPv4Network):
        return value
    text = str(value)
    if is_address(text):
        raise ValueError(f"{shown(value)} has no prefix length; write for example {text}/24")
    try:
        meant = IPv4Network(text, strict=False)
    except ValueError:
        raise ValueError(f"{shown(value)} is not a network; write for example 10.0.20.0/22") from None
    if not text.startswith(f"{meant.network_address}/"):
        raise ValueError(f"{text!r} has host bits set; the network is {meant}")
    return meant


Address = Annotated[IPv4Address, BeforeValidator(address), WithJsonSchema({"type": "string", "format": "ipv4"})]
"""An IPv4 address."""

Cidr = Annotated[
    IPv4Network,
    BeforeValidator(_network),
    WithJsonSchema({"type": "string", "pattern": r"^\d+\.\d+\.\d+\.\d+/\d+$"}),
]
"""An IPv4 network in CIDR notation, without host bits."""


def _network6(value: object) -> IPv6Network:
    if isinstance(value, IPv6Network):
        return value
    try:
        meant = IPv6Network(str(value), strict=False)
    except ValueError:
        raise ValueError(f"{shown(value)} is not an IPv6 network; write for example fd00:10::/56") from None
    if "/" not in str(value):
        raise ValueError(f"{shown(value)} has no prefix length; write for example {value}/64")
    if IPv6Address(str(value).partition("/")[0]) != meant.network_address:
        raise ValueError(f"{shown(value)} has host bits set; the network is {meant}")
    return meant


Cidr6 = Annotated[
    IPv6Network, BeforeValidator(_network6), WithJsonSchema({"type": "string", "pattern": r"^[0-9a-fA-F:]+/\d+$"})
]
"""An IPv6 network in CIDR notation, without host bits."""


def _address6(value: object) -> IPv6Address:
    if isinstance(value, IPv6Address):
        return value
    try:
        return IPv6Address(str(value))
    except ValueError:
        text = str(value).partition("/")[0]
        meant = f"write {text} alone" if text != str(value) else "write for example fd00:20::101"
        raise ValueError(f"{shown(value)} is not an IPv6 address; {meant}") from None


Address6 = Annotated[IPv6Address, BeforeValidator(_address6), WithJsonSchema({"type": "string", "format": "ipv6"})]
"""An IPv6 address."""

NAME_PATTERN = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
NAME_MEANING = "a name: lower-case letters, digits and hyphens, at most 63, beginning and ending with a letter or digit"
Name = Annotated[str, text_like(NAME_PATTERN, NAME_MEANING)]
"""An RFC 1123 label: what Kubernetes and DNS accept as a name."""

Prose = Annotated[str, StringConstraints(min_length=1)]
"""Words of any number of lines, or an argument that is a script."""
Text = Annotated[
    Prose, text_like(r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$", "one line of visible signs")
]
Reason = Annotated[str, StringConstraints(min_length=10)]
"""Why a convention does not hold here; a sentence, for whoever reads the plan at night."""

Port = Annotated[int, Field(ge=1, le=65535)]
Percent = Annotated[int, Field(ge=0, le=100)]
Seconds = Annotated[int, Field(ge=0, le=86_400)]
