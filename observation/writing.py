"""Writing an observation as a dump, so that every answer can be had from it again."""

import json
from collections.abc import Mapping
from pathlib import Path

from observation.dump import DESCRIPTION, FORMAT_VERSION, HISTORY, NOW, USAGE, InvalidDump
from observation.history import write_history
from observation.model import Observation
from observation.objects import name_of, namespace_of
from observation.redaction import redacted
from observation.usage import write_usage
from plan.model import Manifest


def write_dump(observed: Observation, folder: Path) -> None:
    """Write a folder that is empty or a dump that was written here before. Raises InvalidDump and OSError.

    A resource without objects has no file; the description says which were asked.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / DESCRIPTION).is_file():
        raise InvalidDump(f"{folder} is neither empty nor a dump; name another folder")
    for old in (*folder.glob("*.json"), folder / NOW):
        old.unlink(missing_ok=True)
    for resource, objects in observed.resources.items():
        if objects:
            (folder / f"{resource}.json").write_text(_list(objects), encoding="utf-8")
    if observed.usage is not None:
        write_usage(observed.usage, folder / USAGE)
    if observed.history is not None:
        write_history(observed.history, folder / HISTORY)
    (folder / NOW).write_text(observed.now.strftime("%Y-%m-%dT%H:%M:%SZ\n"), encoding="utf-8")
    (folder / DESCRIPTION).write_text(json.dumps(_description(observed), indent=1), encoding="utf-8")


def _list(objects: tuple[Manifest, ...]) -> str:
    """A List with an object on each line, in a stable order."""
    ordered = sorted(objects, key=lambda each: (namespace_of(each) or "", name_of(each)))
    lines = ",\n".join(json.dumps(redacted(each), ensure_ascii=False) for each in ordered)
    return f'{{"apiVersion": "v1", "kind": "List", "metadata": {{"resourceVersion": ""}}, "items": [\n{lines}\n]}}\n'


def _description(observed: Observation) -> Mapping[str, object]:
    return {
        "format_version": FORMAT_VERSION,
        "taken": observed.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "server": observed.source,
        "version": observed.version,
        "objects": {resource: len(objects) for resource, objects in sorted(observed.resources.items())},
        "gaps": [each._asdict() for each in observed.gaps],
        "kubelets": {node: each._asdict() for node, each in sorted(observed.kubelets.items())},
    }
