"""An API server that remembers what it is given, and does nothing else."""

from collections.abc import Mapping
from typing import Any, cast

from plan.model import Manifest
from rehearsal.control_plane import Api, Refused


class Memory:
    """Objects by kind, namespace and name."""

    def __init__(self, *manifests: Manifest, kinds: frozenset[tuple[str, str]] = frozenset()) -> None:
        self.objects: dict[tuple[str, str, str], Manifest] = {}
        self.kinds = kinds
        for manifest in manifests:
            self.apply(manifest)

    @property
    def api(self) -> Api:
        return cast(Api, self)

    def apply(self, manifest: Manifest) -> Manifest:
        metadata = manifest["metadata"]
        self.objects[manifest["kind"], metadata.get("namespace", ""), metadata["name"]] = manifest
        return manifest

    def create(self, manifest: Manifest) -> Manifest:
        metadata = manifest["metadata"]
        if (manifest["kind"], metadata.get("namespace", ""), metadata["name"]) in self.objects:
            raise Refused(409, "AlreadyExists", f"{metadata['name']} already exists")
        return self.apply(manifest)

    def get(self, api_version: str, kind: str, name: str, namespace: str = "") -> Manifest | None:
        return self.objects.get((kind, namespace, name))

    def patch(self, manifest: Manifest, change: Mapping[str, Any], *, part: str | None = None) -> Manifest:
        return self.apply({**manifest, **change})

    def delete(self, manifest: Manifest, *, now: bool = False) -> None:
        metadata = manifest["metadata"]
        self.objects.pop((manifest["kind"], metadata.get("namespace", ""), metadata["name"]), None)

    def list(self, api_version: str, kind: str, *, fields: str | None = None) -> list[Manifest]:
        return [each for (found, _, _), each in self.objects.items() if found == kind]

    def knows(self, api_version: str, kind: str) -> bool:
        return (api_version, kind) in self.kinds
