"""Values in plain text that look like secrets: named, and not written into files."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from observation.redaction import REDACTED
from operations.adopt.cluster.objects import is_fields, is_list
from plan.model import Manifest
from plan.model.command_secrets import suspected_words
from plan.model.fields import entries, text, values
from plan.model.secrecy import may_be_secret
from plan.model.templates import containers_of, pod_spec

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_VARIABLE = {"name", "value"}
"""Keys of a variable in a list of them, as most charts take extra ones."""


Mark = Callable[[Any], Any]
"""Marks a value as a secret; or leaves it as it is, where the whole is marked."""


class Withheld(NamedTuple):
    """A value that is not written."""

    place: str
    """Where: a container and a variable, or the path of a value of a chart."""

    @property
    def path(self) -> str:
        """The path of a value of a chart, behind `values`."""
        return self.place if self.place.startswith("[") else f".{self.place}"


def is_secret(name: str, value: Any) -> bool:
    """Whether a value with a name looks like a secret, or was left out of a dump as one."""
    return isinstance(value, str) and (value == REDACTED or may_be_secret(name, value))


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
            holder["env"] = [{"name": name} if (name := text(each, "name")) in secret else each for each in variables]
            found += [Withheld(f"{text(container, 'name')}: {name}") for name in sorted(secret)]
    return manifest, tuple(found)


def secret_arguments(manifest: Manifest) -> Iterator[str]:
    """Containers whose command holds what looks like a secret: an argument cannot be left out."""
    for container in containers_of(pod_spec(manifest)):
        said = [str(each) for each in (*values(container, "command"), *values(container, "args"))]
        if REDACTED in said or suspected_words(said):
            yield text(container, "name")


def without_secret_values(values: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Withheld, ...]]:
    """Values of a chart without those that look like secrets, with the path of each: `users[0].token`."""
    found: list[Withheld] = []
    return _public(values, "", found), tuple(found)


def _public(values: Mapping[str, Any], path: str, found: list[Withheld]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        place = _below(path, name)
        if is_fields(value):
            kept[name] = _public(value, place, found)
        elif is_list(value):
            kept[name] = [
                _public(each, f"{place}[{index}]", found) if is_fields(each) else each
                for index, each in enumerate(value)
            ]
        elif _is_withheld(values, name, value):
            found.append(Withheld(place))
        else:
            kept[name] = value
    return kept


def _is_withheld(values: Mapping[str, Any], name: str, value: Any) -> bool:
    """Whether one of some values of a chart looks like a secret; `secretKey` beside `secretName` names a key."""
    if name == "secretKey" and "secretName" in values and value != REDACTED:
        return False
    is_variable = name == "value" and values.keys() >= _VARIABLE
    return is_secret(str(values["name"]) if is_variable else name, value)


def with_secret_values(stated: Mapping[str, Any], running: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    """Values of a chart with the secrets that run, each marked."""
    return _joined(stated, running, mark)


def _joined(stated: Any, running: Mapping[str, Any], mark: Mark) -> dict[str, Any]:
    joined: dict[str, Any] = dict(stated) if is_fields(stated) else {}
    for name, value in running.items():
        beside = joined.get(name)
        if is_fields(value):
            below = _joined(beside, value, mark)
            if below or name in joined:
                joined[name] = below
        elif is_list(value) and is_list(beside) and len(value) == len(beside):
            joined[name] = [
                _joined(one, each, mark) if is_fields(one) and is_fields(each) else one
                for one, each in zip(beside, value, strict=True)
            ]
        elif name not in joined and _is_withheld(running, name, value):
            joined[name] = mark(value)
    return joined


def _below(path: str, name: str) -> str:
    """The path of a key, as the engine writes it."""
    if not _PLAIN.fullmatch(name):
        return f'{path}["{name}"]'
    return f"{path}.{name}" if path else name
