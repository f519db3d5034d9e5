"""The labs that the planner is tried on, and small changes to them."""

from functools import cache
from pathlib import Path
from typing import Any

from config.lab import Lab
from config.load import load_lab
from config.namespaces import namespace_of
from plan import make_plan
from plan.model import Manifest, Plan

ROOT = Path(__file__).parents[2]
FOLDERS = {
    "prod": ROOT / "config" / "labs" / "prod",
    "small": ROOT / "config" / "labs" / "small",
    "every_kind": ROOT / "tests" / "labs" / "every_kind",
    "every_key": ROOT / "tests" / "labs" / "every_key",
}


@cache
def lab_of(name: str) -> Lab:
    """A lab, read once."""
    return load_lab(FOLDERS[name])


@cache
def plan_of(name: str, *, adopt: bool = True) -> Plan:
    """The plan of a lab, made once."""
    return make_plan(lab_of(name), adopt=adopt)


def change(folder: Path, edits: list[dict[str, str]]) -> None:
    """Change the files of a lab: `old` becomes `new`, without `old` the whole file is `new`, without both it goes."""
    for edit in edits:
        file = folder / edit["file"]
        if "old" not in edit and "new" not in edit:
            file.unlink()
            continue
        file.parent.mkdir(exist_ok=True)
        text = file.read_text(encoding="utf-8") if "old" in edit else ""
        assert "old" not in edit or text.count(edit["old"]) == 1, f"{edit['old']!r} does not stand once in {file.name}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(edit["old"], edit["new"]) if "old" in edit else edit["new"], encoding="utf-8")


def objects(plan: Plan, kind: str) -> list[Manifest]:
    """The planned objects of a kind."""
    return [manifest for manifest in plan.manifests if manifest["kind"] == kind]


def name_of(manifest: Manifest) -> tuple[str, str]:
    """Namespace and name; the namespace is empty for what belongs to none."""
    return manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"]


def pod_templates(plan: Plan) -> list[tuple[Manifest, Manifest]]:
    """Every controller with the template of its pods."""
    found: list[tuple[Manifest, Manifest]] = []
    for manifest in plan.manifests:
        spec: dict[str, Any] = manifest.get("spec", {})
        if manifest["kind"] == "CronJob":
            found.append((manifest, spec["jobTemplate"]["spec"]["template"]))
        elif manifest["kind"] in ("Deployment", "StatefulSet", "DaemonSet"):
            found.append((manifest, spec["template"]))
    return found


def written_pod_templates(plan: Plan) -> list[tuple[Manifest, Manifest]]:
    """Every controller that the program writes itself: those that are not in a file of a service."""
    in_files = {
        (each.kind, namespace_of(plan.lab, service), each.name)
        for service, stated in plan.lab.objects.items()
        for each in stated
    }
    return [each for each in pod_templates(plan) if (each[0]["kind"], *name_of(each[0])) not in in_files]


def containers(template: Manifest) -> list[Manifest]:
    """Every container of a pod template, init containers included."""
    return [*template["spec"]["containers"], *template["spec"].get("initContainers", [])]
