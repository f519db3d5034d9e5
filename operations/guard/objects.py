"""What a step does to anything but a virtual machine: Kubernetes objects, charts, and what lies on the host."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from config.quantity import Memory
from operations.guard.consequence import Consequence
from operations.guard.preview import Step, block
from plan.changes.object_rules import MAKES_PODS, touches

HOLDS: Mapping[tuple[str, str], str] = {
    ("", "Namespace"): "Everything in the namespace goes with it, volumes and databases too.",
    ("", "PersistentVolume"): "The data on the volume can go with it.",
    ("", "PersistentVolumeClaim"): "The data on its volume goes with it where the storage class says Delete.",
    ("apps", "StatefulSet"): "All its pods stop at once, and its claims can go with it.",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "All objects of its kind go with it, in every namespace.",
    ("helm.sh", "Release"): "The chart is uninstalled, with all that it made.",
    ("policies.kyverno.io", "GeneratingPolicy"): "New namespaces get no limits or quota; the others keep theirs.",
    ("postgresql.cnpg.io", "Cluster"): "The database goes with it, with its volumes.",
}
"""Kinds that hold more than themselves, by API group and kind, and what is lost with an object of theirs."""

SIZES = ("spec.resources.requests.storage", "spec.storage.size", "spec.walStorage.size")
"""Sizes of volumes, which Kubernetes and its operators never make smaller."""

IN_PLACE = "It is updated in place."
DELETED = "It is deleted."
NETWORK = "proxmoxve:network/linux"
IGNORED = ("pulumi:", "homelab:")
"""The engine's own resources and the program's components: nothing runs by them."""


def object_consequences(step: Step) -> Iterator[Consequence]:
    """What a step does to an object."""
    if step.type.startswith(IGNORED) or not step.resource.custom or step.resource.external:
        return
    if step.action in ("delete", "replace"):
        yield _loss(step)
        return
    shrinking = [path for path, _ in step.changes if path in SIZES and _shrinks(step, path)]
    if shrinking:
        message = "A volume cannot become smaller: the change is refused, and the `up` ends half-way."
        fix = "state the size that the volume has"
        yield Consequence("SHRINK", "error", target_of(step), tuple(shrinking), message, fix)
    others = tuple(dict.fromkeys(path for path, _ in step.changes if path not in shrinking))
    if step.type.startswith(NETWORK):
        message, fix = "Proxmox reloads the network of the whole host.", "change it while nobody needs the host"
        yield Consequence("UPDATE", "warning", target_of(step), others, message, fix)
    elif others:
        yield Consequence("UPDATE", "info", target_of(step), others, _update(step, others), "")


def _update(step: Step, paths: Iterable[str]) -> str:
    """What an update does, to the pods that a controller makes above all."""
    kind = step.type.rsplit(":", maxsplit=1)[-1]
    if kind not in MAKES_PODS or not any(touches(path, ("spec.template",)) for path in paths):
        return IN_PLACE
    spec = block(step.new_state.inputs if step.new_state else {}, "spec")
    if block(spec, "strategy").get("type") == "Recreate":
        return "Its pods are stopped, then made anew: it is away in between."
    if kind == "Deployment":
        return "Its pods are replaced one by one, a new one before an old one goes."
    return "Its pods are replaced one by one, each away until its successor is ready."


def target_of(step: Step) -> str:
    """Kind, namespace and name of a Kubernetes object, `PersistentVolumeClaim/media/library`; else type and name."""
    inputs = step.resource.inputs
    metadata = block(inputs, "metadata")
    kind = step.type.rsplit(":", maxsplit=1)[-1]
    if step.type.startswith("kubernetes:") and metadata.get("name"):
        return "/".join(filter(None, (kind, metadata.get("namespace"), metadata["name"])))
    return f"{kind}/{step.name}"


def _loss(step: Step) -> Consequence:
    effect = "DELETE" if step.action == "delete" else "REPLACE"
    if step.resource.retain_on_delete and effect == "DELETE":
        return Consequence("UPDATE", "info", target_of(step), (), "Pulumi forgets it; it stays where it is.", "")
    lost = _lost(step)
    what = DELETED if effect == "DELETE" else "It is deleted and made anew."
    return Consequence(
        effect,
        "error" if lost else "info",
        target_of(step),
        step.replacing if effect == "REPLACE" else (),
        f"{what} {lost}".strip(),
        "take the change back; back up what it holds before letting it go" if lost else "",
    )


def _lost(step: Step) -> str:
    """What goes with the object; nothing for what only describes how something runs."""
    package, _, rest = step.type.partition(":")
    if package != "kubernetes":
        return "Whatever uses it loses it; what it held cannot be made again."
    module, _, kind = rest.rpartition(":")
    group = module.rpartition("/")[0]
    return HOLDS.get(("" if group == "core" else group, kind), "")


def _shrinks(step: Step, path: str) -> bool:
    old, new = (_value(state.inputs if state else {}, path) for state in (step.old_state, step.new_state))
    try:
        return Memory.parse(str(new)) < Memory.parse(str(old))
    except ValueError:
        return False


def _value(inputs: Mapping[str, Any], path: str) -> Any:
    *parents, last = path.split(".")
    for name in parents:
        inputs = block(inputs, name)
    return inputs.get(last)
