"""Values in plain text that look like secrets: named, and not written into files."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from operations.adopt.cluster.objects import containers_of, is_fields, is_list, pod_spec
from plan.model import Manifest
from plan.model.fields import entries, text

_NAME = re.compile(
    r"pass(word|wd|phrase)?$|secret|token|api_?key|private_?key|access_?key|credential|encryption_?key|(^|_)dsn$",
    re.IGNORECASE,
)
_HARMLESS = frozenset(
    [
        "file",
        "path",
        "dir",
        "name",
        "length",
        "ttl",
        "timeout",
        "expiry",
        "expires",
        "expiration",
        "enable",
        "enabled",
        "disable",
        "disabled",
        "url",
        "uri",
        "existing",
        "ref",
        "lifetime",
        "count",
        "max",
        "min",
    ]
)
"""Words of a name that say that a value is about a secret, and none itself."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_HARMLESS_VALUE = re.compile(r"(true|false|yes|no|on|off|none|null|\d{1,4}|/.*|\$\(.*\)|\$\{.*\}|)", re.IGNORECASE)
_OPTION = re.compile(r"--?([\w.-]+)=(\S+)")
_IN_ADDRESS = re.compile(r"://[^/\s:@]+:[^/\s:@$]+@")
"""A user with a password in a URL."""


class Withheld(NamedTuple):
    """A value that is not written."""

    place: str
    """Where: a container and a variable, or the path of a value of a chart."""


def is_secret(name: str, value: Any) -> bool:
    """Whether a value with a name looks like a secret."""
    if not isinstance(value, str):
        return False
    if _IN_ADDRESS.search(value):
        return True
    by_name = _NAME.search(name) is not None and _HARMLESS.isdisjoint(word.lower() for word in _WORD.findall(name))
    return by_name and _HARMLESS_VALUE.fullmatch(value) is None


def without_secrets(manifest: Manifest) -> tuple[Manifest, tuple[Withheld, ...]]:
    """An object without the values of variables, and the entries of a ConfigMap, that look like secrets.

    Values that are not stated stay in the cluster as they are. A variable keeps its name and its place, as the engine's
    provider compares lists by place: with one left out, every preview would show those behind it as changed.
    """
    found: list[Withheld] = []
    if manifest["kind"] == "ConfigMap":
        data: dict[str, Any] = manifest.get("data") or {}
        for name in [name for name, value in data.items() if is_secret(name, value)]:
            del data[name]
            found.append(Withheld(name))
    for container in containers_of(pod_spec(manifest)):
        variables = entries(container, "env")
        secret = {text(each, "name") for each in variables if is_secret(text(each, "name"), each.get("value"))}
        if secret:
            holder: Any = container
            holder["env"] = [{"name": each["name"]} if each["name"] in secret else each for each in holder["env"]]
            found += [Withheld(f"{text(container, 'name')}: {name}") for name in sorted(secret)]
    return manifest, tuple(found)


def secret_arguments(manifest: Manifest) -> Iterator[str]:
    """Containers whose command holds what looks like a secret: an argument cannot be left out."""
    for container in containers_of(pod_spec(manifest)):
        for each in (*(container.get("command") or ()), *(container.get("args") or ())):
            option = _OPTION.fullmatch(str(each))
            if option and is_secret(option[1], option[2]):
                yield text(container, "name")


def without_secret_values(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Withheld, ...]]:
    """Values of a chart without those that look like secrets."""
    found: list[Withheld] = []
    return _public(values, "", found), tuple(found)


def _public(values: Mapping[str, Any], path: str, found: list[Withheld]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        place = f"{path}{name}"
        if is_fields(value):
            below = _public(value, f"{place}.", found)
            if below or not value:
                kept[name] = below
        elif is_list(value):
            kept[name] = [_public(each, f"{place}[].", found) if is_fields(each) else each for each in value]
        elif is_secret(name, value):
            found.append(Withheld(place))
        else:
            kept[name] = value
    return kept
