"""`homelab render`: every manifest and machine specification as a file."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cli.exits import ERRORS, FINE, INVALID
from cli.output import print_json
from cli.planning import refuse
from config.load import InvalidLab, lab_folder, load_lab
from plan import Plan, make_plan
from plan.model import Manifest
from plan.yaml_text import to_yaml

MARKER = ".rendered-by-homelab"
"""Lists the files of a rendering, so that the next one removes what it wrote and nothing else."""


def run_render(lab: str, folder: Path, output: str) -> int:
    """Write the plan of a lab into a folder."""
    try:
        plan = make_plan(load_lab(lab_folder(lab)))
    except InvalidLab as error:
        return refuse(lab, error, output)
    old = _previous(folder)
    if old is None:
        print(f"homelab: {folder} is not empty and was not rendered before; name another folder", file=sys.stderr)
        return INVALID
    files = dict(rendered_files(plan))
    try:
        _write(folder, files, set(old) - files.keys())
    except OSError as error:
        print(f"homelab: {error.filename or folder} cannot be written: {error.strerror}", file=sys.stderr)
        return INVALID
    if output == "json":
        print_json({"folder": str(folder), "files": sorted(files)})
    else:
        print(f"{len(files)} files in {folder}")
    return ERRORS if plan.errors else FINE


def _write(folder: Path, files: dict[str, Any], stale: set[str]) -> None:
    for name in stale:
        _remove(folder, name)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(to_text(content), encoding="utf-8")
    (folder / MARKER).write_text("".join(f"{name}\n" for name in sorted(files)), encoding="utf-8")


def rendered_files(plan: Plan) -> Iterator[tuple[str, Any]]:
    """The files of a rendering: their names in the folder, and what stands in each."""
    for template in plan.templates:
        yield (
            f"machines/templates/{template.name}.yaml",
            {
                "ignoreChanges": list(template.ignore_changes),
                "image": dict(template.image),
                "properties": dict(template.properties),
            },
        )
    for machine in plan.machines:
        for snippet in machine.snippets:
            yield f"machines/snippets/{snippet.file_name}", snippet.content
        yield (
            f"machines/{machine.name}.yaml",
            {
                "import": machine.import_id,
                "ignoreChanges": list(machine.ignore_changes),
                "pciMappings": [dict(mapping.properties) for mapping in machine.pci_mappings],
                "properties": dict(machine.properties),
            },
        )
    for name, document in plan.bootstrap.items():
        yield f"cluster/{name}", document
    for manifest in plan.defaults:
        yield f"defaults/{_file_name(manifest)}", manifest
    for manifest in plan.policies:
        yield f"policies/{_file_name(manifest)}", manifest
    for namespace in plan.namespaces:
        yield f"namespaces/{namespace.name}/namespace.yaml", namespace.manifest
        for generated in (namespace.limit_range, namespace.quota):
            if generated is not None:
                yield f"namespaces/{namespace.name}/generated/{_file_name(generated)}", generated
    for service in plan.services:
        folder = f"namespaces/{service.namespace}/{service.name}"
        for manifest in service.objects:
            yield f"{folder}/{_file_name(manifest)}", manifest
        if service.release is not None:
            yield (
                f"{folder}/release.yaml",
                {
                    "name": service.release.name,
                    "namespace": service.namespace,
                    "chart": service.release.chart,
                    "repository": dict(service.release.repository),
                    "version": service.release.version,
                    "values": dict(service.release.values),
                },
            )


def to_text(content: Any) -> str:
    """What stands in a file: a text as it is, and everything else as YAML."""
    return content if isinstance(content, str) else to_yaml(content)


def _file_name(manifest: Manifest) -> str:
    return f"{manifest['kind'].lower()}-{manifest['metadata']['name']}.yaml"


def _remove(folder: Path, name: str) -> None:
    """Remove a file, and the folders that are empty without it."""
    (folder / name).unlink(missing_ok=True)
    for parent in (folder / name).parents:
        if parent == folder or not parent.is_dir() or any(parent.iterdir()):
            break
        parent.rmdir()


def _previous(folder: Path) -> list[str] | None:
    """Files of the rendering before; None where the folder holds something else."""
    marker = folder / MARKER
    if marker.is_file():
        return marker.read_text(encoding="utf-8").splitlines()
    return [] if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())) else None
