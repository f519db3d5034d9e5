"""Headers by which a sign-in says who a visitor is: a request loses them, since a visitor can write them too."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from config.ingress import Gateway
from config.lab import Lab
from plan.model.fields import entries, mapping, text, values

_AUTHENTIK = tuple(f"X-authentik-{each}" for each in ("username", "groups", "entitlements", "email", "name", "uid"))
_AUTHELIA = tuple(f"Remote-{each}" for each in ("User", "Groups", "Email", "Name"))
_OAUTH2_PROXY = tuple(f"X-Auth-Request-{each}" for each in ("User", "Groups", "Email", "Preferred-Username"))

HANDED_ON = (*_AUTHENTIK, *_AUTHELIA, *_OAUTH2_PROXY)
"""Headers that applications get from the answer of a sign-in (authentik, Authelia, oauth2-proxy). Its tokens, which are
good for more than one application, are not handed on."""

_ABOUT_AUTHENTIK = tuple(
    f"X-authentik-{each}"
    for each in ("jwt", *(f"meta-{each}" for each in ("jwks", "outpost", "provider", "app", "version")))
)
_OF_PROXIES = (
    "X-Auth-Request-Access-Token",
    *(f"X-Forwarded-{each}" for each in ("User", "Groups", "Email", "Preferred-Username", "Access-Token")),
)

_MOST_REMOVED = 16
"""Names that a RequestHeaderModifier of the Gateway API takes."""
_OF_SIGN_INS = {
    "authentik": (*_AUTHENTIK, *_ABOUT_AUTHENTIK),
    "authelia": _AUTHELIA,
    "oauth2-proxy": (*_OAUTH2_PROXY, *_OF_PROXIES),
}
"""The headers by the name of the program that writes them."""
_ASKS_FIRST = "SecurityPolicy"
_MODIFIER, _CHANGES = "RequestHeaderModifier", "requestHeaderModifier"


def taken_from_visitors() -> dict[str, str]:
    """The headers as Traefik removes them: with an empty value. Applications that get them as variables (WSGI, CGI) do
    not tell `-` from `_`, so each is removed in all spellings."""
    return {spelling: "" for name in (*HANDED_ON, *_ABOUT_AUTHENTIK, *_OF_PROXIES) for spelling in _spellings(name)}


def _spellings(name: str) -> Iterator[str]:
    first, *parts = name.split("-")
    for marks in product("-_", repeat=len(parts)):
        yield first + "".join(mark + part for mark, part in zip(marks, parts, strict=True))


def without_identity(
    lab: Lab, gateway: Gateway, filters: Sequence[Mapping[str, Any]], *, signs_in: bool
) -> list[Mapping[str, Any]]:
    """The filters of a Gateway's route, and one that removes the headers, where anything of the lab signs visitors in.

    Traefik passes filters in their order. Others ask their sign-in first, whatever the order: there the filter would
    remove its answer, so a route that `signs_in`, and a lab with a SecurityPolicy of Envoy Gateway, have none.
    """
    platform = lab.cluster.platform
    of_gateways = any(each.sign_in for each in platform.gateways.values())
    has_sign_in = of_gateways or (platform.ingress is not None and platform.ingress.forward_auth is not None)
    asks_first = (signs_in and not all(map(_is_of_traefik, gateway.sign_in))) or _ASKS_FIRST in lab.objects_by_kind
    if asks_first or not has_sign_in:
        return [*filters]
    stated = [mapping(each, _CHANGES) for each in filters if each.get("type") == _MODIFIER]
    own: Mapping[str, Any] = stated[0] if stated else {}
    written = {text(each, "name").lower() for verb in ("set", "add") for each in entries(own, verb)}
    removed = (each for each in _most_needed(lab) if each.lower() not in written)
    names: list[str] = [*dict.fromkeys((*values(own, "remove"), *removed))][:_MOST_REMOVED]
    others = [each for each in filters if each.get("type") != _MODIFIER]
    return [{"type": _MODIFIER, _CHANGES: {**own, "remove": names}}, *others]


def _most_needed(lab: Lab) -> list[str]:
    """First the headers of the sign-ins that are in the lab: an application behind one believes those."""

    def is_elsewhere(program: str) -> bool:
        return not any(program in each for each in lab.programs)

    return [each for program in sorted(_OF_SIGN_INS, key=is_elsewhere) for each in _OF_SIGN_INS[program]]


def _is_of_traefik(sign_in: Mapping[str, Any]) -> bool:
    return text(sign_in, "extensionRef", "group") == "traefik.io"
