"""`homelab adopt cluster` on a dump of several times a small cluster: `python -m benchmark.adopting FACTOR` prints CPU
seconds, peak MiB, objects."""

import base64
import gzip
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from benchmark.process import ROOT, cost_of
from observation import read_dump
from operations.adopt.cluster.origins import SYSTEM_NAMESPACES
from operations.adopt.cluster.releases import RELEASE_TYPE
from plan.model import Manifest

DUMP = ROOT / "tests" / "dumps" / "loft"
_NAMES_NAMESPACES = frozenset({"namespace", "targetNamespace"})


def copies(objects: Iterable[Manifest], factor: int) -> Iterator[Manifest]:
    """The objects, and `factor - 1` copies of those in namespaces of the owner, each in namespaces of its own."""
    every = list(objects)
    own = {each["metadata"]["name"] for each in every if each["kind"] == "Namespace"} - SYSTEM_NAMESPACES
    yield from every
    for copy in range(1, factor):
        for each in every:
            metadata = each["metadata"]
            namespace = metadata["name"] if each["kind"] == "Namespace" else metadata.get("namespace")
            is_volume = each["kind"] in ("PersistentVolume", "VolumeAttachment")
            if namespace in own or is_volume:
                yield _copied(each, f"-{copy}", own)


def _copied(manifest: Manifest, suffix: str, namespaces: set[str]) -> Manifest:
    made = _renamed(manifest, suffix, namespaces)
    if manifest["kind"] in ("Namespace", "PersistentVolume", "VolumeAttachment"):
        made["metadata"]["name"] += suffix
    if manifest.get("type") == RELEASE_TYPE:
        stored = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(manifest["data"]["release"]))))
        packed = gzip.compress(json.dumps(_renamed(stored, suffix, namespaces)).encode())
        made["data"] = {"release": base64.b64encode(base64.b64encode(packed)).decode()}
    return made


def _renamed(value: Any, suffix: str, namespaces: set[str]) -> Any:
    if isinstance(value, dict):
        return {
            name: f"{each}{suffix}"
            if name in _NAMES_NAMESPACES and each in namespaces
            else f"{each}{suffix}"
            if name in ("volumeName", "uid")
            else _renamed(each, suffix, namespaces)
            for name, each in cast(dict[str, Any], value).items()
        }
    if isinstance(value, list):
        return [_renamed(each, suffix, namespaces) for each in cast(list[Any], value)]
    return value


def write(folder: Path, factor: int, dump: Path = DUMP) -> int:
    """Write the dump; returns how many objects are in it."""
    resources = read_dump(dump).resources
    of_kind = {each["kind"]: resource for resource, found in resources.items() for each in found}
    written: dict[str, list[Manifest]] = {resource: [] for resource in resources}
    for each in copies((each for found in resources.values() for each in found), factor):
        written[of_kind[each["kind"]]].append(each)
    for resource, items in written.items():
        (folder / f"{resource}.json").write_text(json.dumps({"kind": "List", "items": items}), encoding="utf-8")
    return sum(map(len, written.values()))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        count = write(Path(folder), int(sys.argv[1]))
        arguments = ["homelab", "adopt", "cluster", "--dry-run", "--lab", f"{folder}/lab", "--dump", folder]
        ended = "try:\n    main()\nexcept SystemExit:\n    pass"
        cost = cost_of("-c", f"import sys; sys.argv = {arguments!r}\nfrom cli.main import main\n{ended}", runs=3)
        print(cost.cpu_seconds, cost.peak_mib, count)
