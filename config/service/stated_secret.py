"""ExternalSecrets as they are written: keys of any store, whole paths, and templates."""

from typing import Annotated, Literal

from config.kubernetes import AnnotationKey, LabelKey, LabelValue, ObjectName, SecretKey
from config.model import Model, Text, text_like
from config.service.secret import StoreName

Duration = Annotated[
    str, text_like(r"^(0|(\d+(\.\d+)?(ms|s|m|h))+)$", "a duration, for example 1h or 15m; 0 fetches once")
]


class RemoteKey(Model):
    """A value in a store."""

    path: Text
    """How the store calls the item, for example `immich`."""
    key: Text | None = None
    """The field of that item; left out, the item itself is the value."""
    version: Text | None = None
    """A version of the item; left out, the newest."""
    base64: bool = False
    """The value is decoded from base64."""


class WholeItem(Model):
    """An item of a store, of which every field becomes a key."""

    path: Text
    """A path in the store."""
    rename: dict[Text, str] = {}
    """How keys are renamed, by regular expression, as `{"(.*)": "immich_$1"}`."""


class ExternalSecret(Model):
    """A Secret that External Secrets makes and keeps up to date."""

    store: StoreName | None = None
    """The ClusterSecretStore, or a store of the namespace as `SecretStore/NAME`; left out, the lab's Vault."""
    keys: dict[SecretKey, RemoteKey] = {}
    """Keys of the Secret, by where the store has their values."""
    items: tuple[WholeItem, ...] = ()
    """Items of which the Secret has all fields."""
    template: dict[SecretKey, str] = {}
    """Keys that are made of the others, as `{DB_URL: "postgres://{{ .user }}:{{ .password }}@db/app"}`. Then the Secret
    has these alone, unless `keeps_others`."""
    keeps_others: bool = False
    """Keep the values that `template` uses as keys too."""
    labels: dict[LabelKey, LabelValue] = {}
    """Labels of the Secret, for example `{cnpg.io/reload: "true"}`."""
    annotations: dict[AnnotationKey, str] = {}
    """Annotations of the Secret, for example for a tool that copies it."""
    own_labels: dict[LabelKey, LabelValue] = {}
    """Labels of the ExternalSecret itself."""
    own_annotations: dict[AnnotationKey, str] = {}
    """Annotations of the ExternalSecret itself."""
    type: Text | None = None
    """Type of the Secret, for example kubernetes.io/dockerconfigjson; left out, Opaque."""
    refresh: Duration = "1h"
    """How often it is fetched again."""
    creation: Literal["Owner", "Orphan", "Merge"] = "Owner"
    """`Owner` deletes the Secret with it, `Orphan` leaves it there, `Merge` writes into one that exists."""
    secret: ObjectName | None = None
    """The name of the Secret, where it is another."""
