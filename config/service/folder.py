"""Folders that containers mount besides volumes: of Secrets and ConfigMaps that exist, of several of them, of nodes."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from config.kubernetes import HostPath, ObjectName, SecretKey
from config.model import Model, Text, or_text, shown, text_like

FileMode = Annotated[str, text_like(r"^0?[0-7]{3}$", "the rights of files, in octal, for example 0440")]


def _within(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError(f"{shown(path)} must lie within the folder, as certs/tls.crt")
    return path


RelativePath = Annotated[str, Field(min_length=1), AfterValidator(_within)]


PodField = Annotated[
    str,
    text_like(
        r"^metadata\.(name|namespace|uid|labels|annotations|(labels|annotations)\['[^']+'\])$",
        "a field of the pod that a file can hold, for example metadata.labels",
    ),
]


class KeyFolder(Model):
    """A Secret or a ConfigMap as a folder: a file for each key, or for those of `items`."""

    model_config = ConfigDict(json_schema_extra=or_text)

    name: ObjectName
    """Name of the Secret or ConfigMap."""
    items: dict[SecretKey, RelativePath] = {}
    """Keys that appear, each with its file, as `{tls.crt: certs/tls.crt}`; left out, all."""
    mode: FileMode | None = None
    """Rights of the files; left out, 0644."""
    optional: bool = False
    """The pod starts without it as well."""

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, stated: Any) -> Any:
        return {"name": stated} if isinstance(stated, str) else stated


class TokenFile(Model):
    """A token of the pod's ServiceAccount as a file."""

    path: RelativePath
    """Name of the file in the folder."""
    audience: Text | None = None
    """Whoever takes the token; left out, the API server."""
    seconds: Annotated[int, Field(ge=600, le=2**32)] = 3600
    """How long it is valid; the kubelet renews it."""


class Source(Model):
    """One source of a folder: a `secret`, a `config_map`, `fields` of the pod, or a `token`."""

    secret: ObjectName | None = None
    """Name of a Secret."""
    config_map: ObjectName | None = None
    """Name of a ConfigMap."""
    items: dict[SecretKey, RelativePath] = {}
    """Of a Secret or a ConfigMap: keys that appear, each with its file; left out, all."""
    optional: bool = False
    """Pods start without it as well."""
    fields: dict[RelativePath, PodField] = {}
    """Files with fields of the pod, as `{labels: metadata.labels}`."""
    token: TokenFile | None = None
    """A token of the pod's account."""

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        stated = (self.secret, self.config_map, self.fields or None, self.token)
        if sum(each is not None for each in stated) != 1:
            raise ValueError("state one of secret, config_map, fields and token")
        if (self.items or self.optional) and not (self.secret or self.config_map):
            raise ValueError("items and optional are of a secret or a config_map; leave them out")
        return self


class Projection(Model):
    """A folder with files of several sources."""

    sources: Annotated[tuple[Source, ...], Field(min_length=1)]
    """Objects and tokens of which the folder has files."""
    mode: FileMode | None = None
    """Rights of the files; left out, 0644."""

    @model_validator(mode="after")
    def _has_each_file_once(self) -> Self:
        seen: set[str] = set()
        for source in self.sources:
            token = [source.token.path] if source.token else []
            for path in (*source.items.values(), *source.fields, *token):
                if path in seen:
                    raise ValueError(f"two sources make the file {shown(path)}; give one of them another path")
                seen.add(path)
        return self


class HostFolder(Model):
    """A folder, a file or a device of the node."""

    model_config = ConfigDict(json_schema_extra=or_text)

    path: HostPath
    """Path on the node."""
    type: (
        Literal["DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"] | None
    ) = None
    """Kind of file that must be there before the pod starts, or is made; left out, any."""

    @model_validator(mode="before")
    @classmethod
    def _by_path(cls, stated: Any) -> Any:
        return {"path": stated} if isinstance(stated, str) else stated
