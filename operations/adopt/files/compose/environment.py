"""Variables of a Compose service: plain ones, and those that hold a secret."""

from collections.abc import Iterator, Mapping
from typing import Any

from config.files import UnreadableFile
from observation.redaction import REDACTED
from operations.adopt.cluster.objects import is_fields, is_list
from operations.adopt.cluster.withheld import is_secret
from operations.adopt.cluster.yaml_text import Flow
from operations.adopt.files.compose.project import Project
from operations.adopt.files.compose.taken import Taken
from operations.adopt.files.compose.values import environment, unset_in
from plan.model.fields import Fields
from plan.model.secrecy import may_be_secret


def variables(project: Project, key: str, stated: Fields) -> Taken:
    """Variables of `environment` and of the files of `env_file`, which it overrides. No secret value is written."""
    every: dict[str, str] = {}
    lacking: list[str] = []
    for path, is_required in _files(stated.get("env_file")):
        try:
            every |= project.read_variables(path)
        except UnreadableFile as error:
            lacking += [f"env_file {path} {error}"] if is_required else []
    every |= environment(stated.get("environment"))
    secret = sorted(name for name, value in every.items() if is_secret(name, value))
    said: dict[str, Any] = {}
    if plain := {name: value for name, value in every.items() if name not in secret}:
        said["env"] = plain
    if secret:
        said["secrets"] = secret_variables(project, key, secret)
    return Taken(said, tuple(where_to_put(project, key, secret)), tuple(lacking))


def _files(stated: Any) -> Iterator[tuple[str, bool]]:
    for each in stated if is_list(stated) else [stated] if stated else []:
        if is_fields(each):
            yield str(each.get("path", "")), each.get("required") is not False
        else:
            yield str(each), True


def with_secrets_apart(stated: Fields, known: Mapping[str, str]) -> Fields:
    """A service in which variables that hold a secret need no value: it is not written anyway."""
    every = environment(stated.get("environment"))
    apart = {
        name: REDACTED
        for name, value in every.items()
        if any(unset_in(value, known)) and may_be_secret(name, "a-value-that-is-not-known")
    }
    return {**stated, "environment": {**every, **apart}} if apart else stated


def secret_variables(project: Project, key: str, names: list[str]) -> dict[str, Flow]:
    """Variables that come from the lab's Vault, or without one from a Secret that the owner makes."""
    if project.receiver.has_vault:
        return {name: Flow() for name in names}
    return {name: Flow(secret=project.name_of(key), key=name) for name in names}


def where_to_put(project: Project, key: str, names: list[str]) -> Iterator[str]:
    """A note on where the owner puts secret values."""
    name = project.name_of(key)
    if names and project.receiver.has_vault:
        yield f"put {', '.join(names)} into secret/{name} of Vault; the values are not written"
    elif names:
        where = f"the Secret {name} in the namespace {project.name}"
        yield f"make {where} with {', '.join(names)}; the values are not written"
