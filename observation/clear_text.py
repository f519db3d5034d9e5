"""Secrets in clear text, in objects that are no Secret: a dump leaves them out, and says where each was."""

import json
from collections.abc import Mapping
from typing import Any, cast

import yaml

from config.pod import POD_TEMPLATES
from observation.objects import annotations_of
from observation.redaction import REDACTED, without_secrets
from plan.model import Manifest
from plan.model.command_secrets import suspected_words
from plan.model.custom_secrets import without_stated_secrets
from plan.model.fields import Fields, entries, mapping, text, values
from plan.model.secrecy import may_be_secret, without_passwords

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_OF_CHARTS = ("HelmRelease", "Application", "HelmChart", "HelmChartConfig")
"""Kinds of Flux, Argo CD and k3s that have values of a chart. They are never declared."""
_VALUES = ("values", "valuesObject", "parameters", "valuesContent", "set")
_PODS: Mapping[str, tuple[str, ...]] = {
    **{kind: (*path, "spec") for kind, path in POD_TEMPLATES.items()},
    "ControllerRevision": ("data", "spec", "template", "spec"),
}


def without_clear_text(manifest: Manifest) -> Manifest:
    """An object without variables, arguments and entries of a ConfigMap that look like secrets: the values that a
    lab's files do not get either. Of an address with a password everything else stays. kubectl repeats what it
    applied in an annotation."""
    kept = manifest
    if manifest.get("kind") == "ConfigMap" and "data" in manifest:
        kept = {**manifest, "data": {key: _hidden(key, each) for key, each in mapping(manifest, "data").items()}}
    elif path := _PODS.get(text(manifest, "kind")):
        kept = _changed(manifest, path)
    elif manifest.get("kind") in _OF_CHARTS and "spec" in manifest:
        kept = {**manifest, "spec": _values_of_chart(mapping(manifest, "spec"))}
    else:
        kept = without_stated_secrets(manifest, _without_secret)
    applied = annotations_of(manifest).get(_APPLIED)
    if applied is None:
        return kept
    metadata = kept["metadata"]
    return {**kept, "metadata": {**metadata, "annotations": {**metadata["annotations"], _APPLIED: _applied(applied)}}}


def _applied(stated: str) -> str:
    """The object that kubectl applied; as it stands, where nothing in it is a secret."""
    try:
        before = json.loads(stated)
        after = without_clear_text(before)
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return REDACTED
    return stated if after == before else json.dumps(after, separators=(",", ":"), ensure_ascii=False) + "\n"


def _values_of_chart(spec: Fields) -> Manifest:
    """Values of a chart without those that look like secrets, in texts of YAML too."""
    changed: dict[str, Any] = {}
    for key, each in spec.items():
        if key in _VALUES:
            changed[key] = _harmless_text(each) if isinstance(each, str) else without_secrets(each)
        elif key in ("source", "helm") and isinstance(each, Mapping):
            changed[key] = _values_of_chart(cast(Fields, each))
        elif key == "sources":
            changed[key] = [_values_of_chart(source) for source in entries(spec, key)]
    return {**spec, **changed}


def _harmless_text(stated: str) -> str:
    try:
        before = yaml.safe_load(stated)
        after = without_secrets(before)
    except (yaml.YAMLError, RecursionError):
        return REDACTED
    return stated if after == before else yaml.safe_dump(after, sort_keys=False)


def _changed(of: Fields, path: tuple[str, ...]) -> Manifest:
    """A part of an object with the containers below it changed."""
    if not path:
        lists = {key: [_container(each) for each in entries(of, key)] for key in ("containers", "initContainers")}
        return {**of, **{key: each for key, each in lists.items() if each}}
    below = mapping(of, path[0])
    return {**of, path[0]: _changed(below, path[1:])} if below else dict(of)


def _container(container: Fields) -> Manifest:
    kept = dict(container)
    if "env" in container:
        kept["env"] = [_variable(each) for each in entries(container, "env")]
    command, args = _texts(container, "command"), _texts(container, "args")
    hidden = suspected_words([*command, *args])
    said = [_argument(each) if at in hidden else each for at, each in enumerate((*command, *args))]
    return kept | {
        key: part for key, part in (("command", said[: len(command)]), ("args", said[len(command) :])) if part
    }


def _texts(container: Fields, key: str) -> list[str]:
    return [str(each) for each in values(container, key)]


def _variable(variable: Fields) -> Fields:
    return (
        {**variable, "value": _hidden(text(variable, "name"), variable["value"])} if "value" in variable else variable
    )


def _argument(argument: str) -> str:
    name, equals, value = argument.partition("=")
    if equals and name.startswith("-"):
        shown = without_passwords(value, REDACTED)
        return f"{name}={REDACTED if shown == value else shown}"
    shown = without_passwords(argument, REDACTED)
    return REDACTED if shown == argument else shown


def _hidden(name: str, value: Any) -> Any:
    """A value that may be kept: with a secret in it, all that is none. What is left is still told as a secret."""
    if not isinstance(value, str) or not may_be_secret(name, value):
        return cast(Any, value)
    return _without_secret(value)


def _without_secret(value: str) -> str:
    shown = without_passwords(value, REDACTED)
    return REDACTED if shown == value else shown
