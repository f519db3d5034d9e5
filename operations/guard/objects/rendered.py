"""Consequences of another version or other values of a chart, where both were rendered: object by object."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from operations.guard.consequence import Consequence
from operations.guard.objects.consequences import object_consequences
from operations.guard.reading.step import Step
from operations.guard.reading.values import differing_paths
from plan.model import Manifest
from plan.model.fields import mapping, text
from plan.model.metadata import api_group
from plan.wording import listed, plural

HOOK = "helm.sh/hook"
KEPT = "helm.sh/resource-policy"


class Rendering(NamedTuple):
    """The objects that a release has, and those that it would have."""

    before: tuple[Manifest, ...]
    after: tuple[Manifest, ...]


class NotRendered(NamedTuple):
    """A chart could not be rendered."""

    why: str
    way_out: str = ""
    """How it can be, where that is known."""


Charts = Mapping[str, Rendering | NotRendered]
"""By the URN of the release."""


def rendered_consequences(step: Step, target: str, causes: tuple[str, ...], found: Rendering) -> Iterator[Consequence]:
    """Consequences for each object of the chart, and one for the release that counts them."""
    namespace = text(step.resource.inputs, "namespace")
    before, after = (_by_name(objects, namespace) for objects in found)
    steps = [each for key in {**before, **after} if (each := _step(key, before.get(key), after.get(key), namespace))]
    for each in steps:
        for consequence in object_consequences(each):
            if consequence.severity != "info":
                yield consequence._replace(message=f"Of {target}: {consequence.message}")
    hooks = sorted({f"{each['kind']}/{text(each, 'metadata', 'name')}" for each in found.after if _is_hook(each)})
    counts = ", ".join(f"{plural(_count(steps, op), 'object')} {done}" for op, done in DONE.items())
    runs = f" The chart runs {listed(hooks)} around it." if hooks else ""
    yield Consequence(
        "UPDATE", "warning" if hooks else "info", target, causes, f"Rendered before and after: {counts}.{runs}", ""
    )


DONE: Mapping[str, str] = {"create": "created", "update": "updated", "delete": "deleted"}


def _count(steps: Sequence[Step], op: str) -> int:
    return sum(each.op == op for each in steps)


Key = tuple[str, str, str, str]
"""API group, kind, namespace and name. The namespace of an object of the whole cluster is the release's too: Helm does
not tell them apart, and no two such objects differ in nothing else."""


def _by_name(objects: Sequence[Manifest], namespace: str) -> dict[Key, Manifest]:
    return {_key(each, namespace): each for each in objects if not _is_hook(each)}


def _key(manifest: Manifest, namespace: str) -> Key:
    metadata = mapping(manifest, "metadata")
    return api_group(manifest), manifest["kind"], text(metadata, "namespace") or namespace, text(metadata, "name")


def _is_hook(manifest: Manifest) -> bool:
    """Helm runs these around an upgrade, and does not take them for objects of the release."""
    return HOOK in mapping(manifest, "metadata", "annotations")


def _step(key: Key, old: Manifest | None, new: Manifest | None, namespace: str) -> Step | None:
    """The step that the upgrade comes to for an object; None where nothing differs. Helm never replaces one."""
    if old is not None and new is not None and not any(differing_paths(old, new)):
        return None
    version = (new or old or {})["apiVersion"]
    kind = f"kubernetes:{version if '/' in version else f'core/{version}'}:{key[1]}"
    urn = f"urn:pulumi:{kind}::{namespace}::{kind}::{key[3]}"
    paths = {path: {"kind": "update"} for path, _ in differing_paths(old, new)} if old and new else None
    kept = old is not None and mapping(old, "metadata", "annotations").get(KEPT) == "keep"
    return Step.model_validate(
        {
            "op": "update" if old and new else "create" if new else "delete",
            "urn": urn,
            "oldState": _state(urn, kind, old, key[2], kept=kept) if old else None,
            "newState": _state(urn, kind, new, key[2]) if new else None,
            "detailedDiff": paths,
        }
    )


def _state(urn: str, kind: str, manifest: Manifest, namespace: str, *, kept: bool = False) -> dict[str, Any]:
    metadata = {"namespace": namespace, **manifest["metadata"]} if namespace else manifest["metadata"]
    return {"urn": urn, "type": kind, "retainOnDelete": kept, "inputs": {**manifest, "metadata": metadata}}
