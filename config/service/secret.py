"""Secrets: in Vault, in another store, or in an existing Secret."""

import re
from typing import Annotated, Self

from pydantic import model_validator

from config.kubernetes import FileMode, ObjectName, SecretKey
from config.model import Model, Text, shown, text_like

_KEY = re.compile(r"[-._A-Za-z0-9]{1,253}")

StoreName = Annotated[
    str,
    text_like(
        r"^(SecretStore/)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
        "a ClusterSecretStore, or one of the namespace as SecretStore/NAME",
    ),
]


class SecretVariable(Model):
    """A value that is secret. Without `secret`, External Secrets fetches it from the lab's Vault, or from a `store`."""

    path: Text | None = None
    """Path below the mount, for example `cloudflare`; left out, the service's own name."""
    key: Text | None = None
    """Key at that path, or in that Secret; left out, the variable's name."""
    secret: ObjectName | None = None
    """A Secret that exists already, or that another object of the service makes."""
    store: StoreName | None = None
    """The store that it is in, where that is not the lab's Vault."""
    optional: bool = False
    """The container starts without it as well."""

    @property
    def is_fetched(self) -> bool:
        """Whether External Secrets brings it."""
        return self.secret is None

    @model_validator(mode="after")
    def _has_key_of_secret(self) -> Self:
        if self.secret is not None and self.key is not None and not _KEY.fullmatch(self.key):
            raise ValueError(f"key: {shown(self.key)} is not the key of a Secret: letters, digits, '.', '_' and '-'")
        return self


class EnvironmentSource(Model):
    """All keys of something as environment variables: of a `secret`, of a `config_map`, or of a `path` in a store."""

    secret: ObjectName | None = None
    """Name of a Secret that exists."""
    config_map: ObjectName | None = None
    """Name of a ConfigMap that exists."""
    path: Text | None = None
    """A path in the store."""
    store: StoreName | None = None
    """The store, where that is not the lab's Vault."""
    prefix: Annotated[str, text_like(r"^[A-Za-z_][A-Za-z0-9_]*$", "the beginning of a variable's name")] | None = None
    """Prefix of each variable's name."""
    optional: bool = False
    """The container starts without it as well."""


class ConfigKey(Model):
    """A key of a ConfigMap that exists, or that another object of the service makes."""

    config_map: ObjectName
    """Name of the ConfigMap."""
    key: SecretKey | None = None
    """Left out, the variable's name."""
    optional: bool = False
    """The container starts without it as well."""


class SecretFile(Model):
    """A file, or with a Secret and no key a folder of files, that is secret."""

    secret: ObjectName | None = None
    """Name of a Secret that exists."""
    path: Text | None = None
    """A path in the store; left out, the service's own name."""
    key: SecretKey | None = None
    """Key at that path, or in that Secret."""
    store: StoreName | None = None
    """The store, where that is not the lab's Vault."""
    mode: FileMode | None = None
    """Rights of the file, for example 0400 for a key of SSH; left out, 0644."""
    optional: bool = False
    """The pod starts without it as well."""

    @property
    def is_fetched(self) -> bool:
        """Whether External Secrets brings it."""
        return self.secret is None
