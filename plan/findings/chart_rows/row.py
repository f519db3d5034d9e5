"""A container of a chart: where its values say it, and what they leave to the chart."""

from collections.abc import Mapping
from typing import NamedTuple


class Nested(NamedTuple):
    """Settings in mappings that the chart makes variables of."""

    at: str
    prefix: str
    joint: str = "_"
    is_upper: bool = True
    """Its keys become capitals."""


class Data(NamedTuple):
    """A folder that a chart puts onto a claim, or into scratch space that goes with the pod."""

    folder: str
    switch: str
    """The value that makes the claim: a switch, or, with `is_default` None, a mapping that has to be stated."""
    is_default: bool | None
    storage_class: str
    claim: str = ""
    """The value that names a claim which is there."""
    instead: tuple[str, ...] = ()
    """Values that, where they are stated, keep what matters elsewhere."""
    is_precious: bool = False
    """People put in what nobody has elsewhere."""
    kind: str = ""
    """The value that says of which kind the claim is."""
    kind_default: str = ""
    access: str = ""
    """The value with the access modes of a claim that all replicas mount; empty where each has a claim of its own, and
    where there is one replica only."""
    each: Mapping[str, tuple[str | bool, ...]] = {}
    """Values with which each replica has a claim of its own after all."""


class Row(NamedTuple):
    """A container of a chart. Places are those of its values, their keys parted by slashes."""

    image: str
    """The chart's own, without a tag."""
    image_at: tuple[str, ...] = ("image",)
    """The first of them that names an image counts."""
    switch: str = ""
    """The value that switches it off."""
    external: str = ""
    """The value that says `external` where it is not run."""
    replicas: str = "replicaCount"
    pods: int = 1
    """Pods where `replicas` is not stated."""
    scaled_by: str = ""
    """The value that has to be true for more than one pod."""
    variables: tuple[str, ...] = ()
    """Mappings, lists, or texts of lists of variables."""
    further: tuple[str, ...] = ()
    """Secrets and ConfigMaps that are variables as a whole."""
    own: tuple[str, ...] | None = None
    """Variables that the chart sets itself; None where it may set any."""
    nested: tuple[Nested, ...] = ()
    told: Mapping[str, str] = {}
    """Variables that stand under a key of their own."""
    arguments: tuple[str, ...] = ()
    files: Mapping[str, str] = {}
    """Texts of files, by their path in the container."""
    volumes: tuple[str, ...] = ("extraVolumes",)
    mounts: tuple[str, ...] = ("extraVolumeMounts",)
    limit: str = "resources"
    data: Data | None = None
    runs_as: str = "deployment"


class Chart(NamedTuple):
    """The containers of a chart of these repositories."""

    repositories: tuple[str, ...]
    rows: tuple[Row, ...]


def kept(
    folder: str,
    at: str = "persistence",
    storage_class: str = "storageClass",
    claim: str = "existingClaim",
    *,
    is_default: bool,
    is_precious: bool = True,
    instead: tuple[str, ...] = (),
    access: str = "",
) -> Data:
    """A folder whose claim stands below one key, with `enabled`; `access` is there for a claim of all replicas."""
    return Data(
        folder,
        f"{at}/enabled",
        is_default,
        f"{at}/{storage_class}",
        f"{at}/{claim}" if claim else "",
        instead,
        is_precious,
        access=f"{at}/{access}" if access else "",
    )
