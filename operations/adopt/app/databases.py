"""A database cluster of CloudNativePG that runs, in the keys of the kind `postgres`."""

from typing import Any

from config.notation import is_quantity
from observation import Usage
from observation.amounts import holds_only_quantities
from operations.adopt.cluster.footprint import figures
from operations.adopt.cluster.objects import Key
from plan.model import Manifest
from plan.model.fields import mapping, number, text
from plan.workloads.postgres import API_VERSION


def is_database(stated: Manifest) -> bool:
    """Whether an object is a Cluster of CloudNativePG whose image and volume it states itself."""
    spec = mapping(stated, "spec")
    return (
        (stated["apiVersion"], stated["kind"]) == (API_VERSION, "Cluster")
        and bool(text(spec, "imageName"))
        and bool(text(spec, "storage", "storageClass"))
        and is_quantity(text(spec, "storage", "size"))
        and holds_only_quantities(mapping(spec, "resources"))
    )


def database_keys(key: Key, stated: Manifest, usage: Usage | None) -> dict[str, Any]:
    """Keys of a database cluster."""
    spec = mapping(stated, "spec")
    container = {"name": "postgres", "resources": mapping(spec, "resources")}
    said: dict[str, Any] = {"image": text(spec, "imageName"), **figures(key, container, usage, [])}
    said |= {"storage_class": text(spec, "storage", "storageClass"), "size": text(spec, "storage", "size")}
    if (instances := number(spec, "instances", default=1)) != 1:
        said["instances"] = instances
    connections = text(spec, "postgresql", "parameters", "max_connections")
    if connections.isdecimal():
        said["max_connections"] = int(connections)
    return {**said, "cluster": key.name}
