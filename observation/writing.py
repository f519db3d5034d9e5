"""Writing an observation as a dump, so that every answer can be had from it again."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from config.writing import alone_in, is_unused, prepared, put, write_inside
from observation.clear_text import without_clear_text
from observation.dump import DESCRIPTION, FORMAT_VERSION, HISTORY, NOW, UNFINISHED, USAGE, InvalidDump
from observation.history import history_text
from observation.model import Observation
from observation.objects import name_of, namespace_of
from observation.redaction import redacted
from observation.usage import usage_text
from plan.model import Manifest


def write_dump(observed: Observation, folder: Path) -> None:
    """Write a folder that is empty or a dump that was written here before; that one stays until all of the new one is
    on the disk.

    A resource without objects has no file; the description says which were asked. A dump that is broken off says so,
    and the next one takes its folder. Raises InvalidDump, NotAlone, OutsidePath and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        if not is_unused(folder) and not (folder / DESCRIPTION).is_file():
            raise InvalidDump(f"{folder} is neither empty nor a dump; name another folder")
        ready = prepared(folder, _files(observed))
        description = _description(observed)
        write_inside(folder, DESCRIPTION, json.dumps({**description, UNFINISHED: True}, indent=1))
        put(ready)
        for old in {*folder.glob("*.json"), folder / NOW} - {place for _, place in ready} - {folder / DESCRIPTION}:
            old.unlink(missing_ok=True)
        write_inside(folder, DESCRIPTION, json.dumps(description, indent=1))


def _files(observed: Observation) -> Iterator[tuple[str, str]]:
    """Everything but the description, by the names of the files."""
    for resource, objects in observed.resources.items():
        if objects:
            yield f"{resource}.json", _list(objects)
    if observed.usage is not None:
        yield USAGE, usage_text(observed.usage)
    if observed.history is not None:
        yield HISTORY, history_text(observed.history)
    yield NOW, observed.now.strftime("%Y-%m-%dT%H:%M:%SZ\n")


def _list(objects: tuple[Manifest, ...]) -> str:
    """A List with an object on each line, in a stable order."""
    ordered = sorted(objects, key=lambda each: (namespace_of(each) or "", name_of(each)))
    lines = ",\n".join(json.dumps(without_clear_text(redacted(each)), ensure_ascii=False) for each in ordered)
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
