"""Folders that containers mount besides volumes: of Secrets and ConfigMaps that exist, of several of them, of nodes."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from config.kubernetes import CsiDriver, FileMode, HostPath, ObjectName, SecretKey
from config.model import Model, Name, Text, or_text, shown, text_like
from config.service.environment import FieldSource


def _within(path: str) -> str:
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError(f"{shown(path)} must lie within the folder, as certs/tls.crt")
    return path


RelativePath = Annotated[str, Field(min_length=1), AfterValidator(_within)]


_AMOUNT = r"(requests|limits)\.(cpu|memory|ephemeral-storage)"


class FieldFile(FieldSource):
    """A field of the pod, or an amount of a container, as a file."""

    field: Annotated[
        str,
        text_like(
            rf"^(metadata\.(name|namespace|uid|labels|annotations|(labels|annotations)\['[^']+'\])|{_AMOUNT})$",
            "a field of the pod that a file can hold, for example metadata.labels or limits.memory",
        ),
    ]
    """For example metadata.labels or limits.memory."""
    container: Name | None = None
    """Of an amount: the container; left out, the main one."""


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
    fields: dict[RelativePath, FieldFile] = {}
    """Files with fields of the pod and amounts of its containers, as `{labels: metadata.labels}` or
    `{memory: {field: limits.memory, divisor: 1Mi}}`."""
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
    """A folder with files of several sources, or with fields of the pod alone."""

    sources: Annotated[tuple[Source, ...], Field(min_length=1)] | None = None
    """Objects and tokens of which the folder has files."""
    fields: dict[RelativePath, FieldFile] = {}
    """In place of sources: files with fields of the pod, as `{labels: metadata.labels}`."""
    mode: FileMode | None = None
    """Rights of the files; left out, 0644."""

    @model_validator(mode="after")
    def _has_each_file_once(self) -> Self:
        if bool(self.sources) == bool(self.fields):
            raise ValueError("state one of sources and fields")
        seen: set[str] = set()
        for source in self.sources or ():
            token = [source.token.path] if source.token else []
            for path in (*source.items.values(), *source.fields, *token):
                if path in seen:
                    raise ValueError(f"two sources make the file {shown(path)}; give one of them another path")
                seen.add(path)
        return self


class InlineCsi(Model):
    """A volume that a CSI driver makes with each pod, without a claim."""

    driver: CsiDriver
    """The driver's name, for example `secrets-store.csi.k8s.io`."""
    attributes: dict[Text, str] = {}
    """Attributes by which the driver makes it, for example `{secretProviderClass: vault}`."""
    secret: ObjectName | None = None
    """A Secret of the service's namespace that the driver reads."""
    file_system: Name | None = None
    """For example ext4, where the driver makes one."""
    read_only: bool = False
    """Whether pods may only read it."""


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
