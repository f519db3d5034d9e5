"""Exceptions that a Compose service needs in its tier, so that its pods start as its containers did."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from config.pod_security import excepted_keys
from config.service.app import AppService
from config.tier import Tier
from operations.adopt.cluster.objects import is_fields, is_list
from operations.adopt.files.compose.taken import Taken

_REASON = "It has it in Docker Compose"
_AS_ITS_IMAGE = "It ran as its image says in Docker Compose; it may not need it"


def exceptions(said: Mapping[str, Any], tier: Tier | None) -> Taken:
    """Exceptions that its keys need, and in a tier of the standard `restricted` those of an unknown image: it may start
    as root, and write into its own folders."""
    if tier is None:
        return Taken()
    found = dict(_of_keys(said, tier))
    if tier.pod_security == "restricted":
        if "run_as_user" not in said:
            found["root-user"] = _AS_ITS_IMAGE
        if "read_only_root" not in said:
            found["writable-root"] = _AS_ITS_IMAGE
    return Taken({"exceptions": found}) if found else Taken()


def _of_keys(said: Mapping[str, Any], tier: Tier) -> Iterator[tuple[str, str]]:
    try:
        service = AppService.model_validate(_as_read(said))
    except ValidationError:
        return  # the loader names what is wrong with it
    yield from ((each.exception, _REASON) for each in excepted_keys("", service, tier))


def _as_read(value: Any) -> Any:
    """Lists as the loader reads them."""
    if is_fields(value):
        return {name: _as_read(each) for name, each in value.items()}
    return tuple(map(_as_read, value)) if is_list(value) else value
