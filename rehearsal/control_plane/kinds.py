"""Kinds that charts would install: stand-ins, so that objects of the lab have somewhere to go.

They take whatever they are given. Nothing acts on their objects, and a mistake in one is not found here.
"""

import time
from collections import defaultdict
from collections.abc import Iterable

from operations.clients.kubernetes import Api
from plan.model import Manifest
from plan.model.metadata import api_group

_OPEN_SCHEMA = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
_SECONDS = 120
"""Within which the API server serves a new kind."""


def stand_in_for_kinds(api: Api, manifests: Iterable[Manifest]) -> None:
    """Define every kind of the manifests that the API server does not know."""
    unknown: dict[tuple[str, str], list[Manifest]] = defaultdict(list)
    for manifest in {(each["apiVersion"], each["kind"]): each for each in manifests}.values():
        if not api.knows(manifest["apiVersion"], manifest["kind"]):
            unknown[api_group(manifest), manifest["kind"]].append(manifest)
    for applied in api.apply_all([definition(group, kind, found) for (group, kind), found in unknown.items()]):
        if applied.refused:
            raise applied.refused
    deadline = time.monotonic() + _SECONDS
    for manifest in (each for found in unknown.values() for each in found):
        while not api.knows(manifest["apiVersion"], manifest["kind"]) and time.monotonic() < deadline:
            time.sleep(0.1)


def definition(group: str, kind: str, manifests: Iterable[Manifest]) -> Manifest:
    """A definition that is open to anything, in the versions that the manifests use."""
    found = list(manifests)
    singular = kind.lower()
    plural = f"{singular[:-1]}ies" if singular.endswith("y") else f"{singular}s"
    versions = [manifest["apiVersion"].rpartition("/")[2] for manifest in found]
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, a stand-in"},
        },
        "spec": {
            "group": group,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": singular},
            "scope": "Namespaced" if "namespace" in found[0]["metadata"] else "Cluster",
            "versions": [
                {"name": version, "served": True, "storage": version == versions[0], "schema": _OPEN_SCHEMA}
                for version in versions
            ],
        },
    }
