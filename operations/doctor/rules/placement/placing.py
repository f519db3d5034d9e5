"""Which of the things that keep a pod from its nodes is the cause, and what to do about it."""

from collections.abc import Iterator

from observation.model import Observation
from observation.objects import (
    Reference,
    is_true,
    labels_of,
    name_of,
    reference,
)
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import node_of, template_owner, workload
from operations.doctor.rules.placement.blockers import (
    CONTROL_PLANE,
    STATIC,
    Blocker,
    attached_to,
    is_memory_or_cpu,
    requests_of,
)
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.model.resources import notation
from plan.wording import listed


def decide(
    observed: Observation, pod: Manifest, base: Finding, found: dict[str, list[Blocker]], requests: dict[str, int]
) -> Finding:
    """The cause is that of the nodes to which the pod wants to go, and there of those that it may have soonest."""
    workers = {node: lacking for node, lacking in found.items() if not _is_control_plane_only(lacking)} or found
    meant = {node: lacking for node, lacking in workers.items() if not any(b.kind == "label" for b in lacking)}
    if not meant:
        return _label(observed, pod, base, workers)
    passing = {node: lacking for node, lacking in meant.items() if not any(b.kind in STATIC for b in lacking)}
    chosen = passing or meant
    kinds = {blocker.kind for lacking in chosen.values() for blocker in lacking}
    evidence = (
        *base.evidence,
        *(Evidence(Reference("Node", None, node), sentence(b)) for node, every in found.items() for b in every),
    )
    base = base._replace(evidence=evidence)
    soonest = [node for node, lacking in chosen.items() if {b.kind for b in lacking} <= {"cordoned"}]
    if soonest:
        return _cordoned(observed, base, soonest)
    ill = [node for node, lacking in chosen.items() if {b.kind for b in lacking} <= {"node-ill", "cordoned"}]
    if ill:
        return base._replace(
            code="NODE-TAKES-NOTHING",
            message=f"Its pod could only go to {listed(ill)}, which takes no pods: "
            f"{', '.join(b.what for b in chosen[ill[0]])}",
            upstream=frozenset(Reference("Node", None, node) for node in ill),
            fix=f"see what is wrong with {listed(ill)}: kubectl describe node {ill[0]}",
        )
    if "slots" in kinds:
        return _slots(observed, base, chosen)
    if "resource" in kinds or "pods" in kinds:
        return _resources(observed, pod, base, chosen, requests)
    if "taint" in kinds:
        return _taint(observed, base, chosen)
    return _other(base, chosen)


def _is_control_plane_only(lacking: list[Blocker]) -> bool:
    return any(blocker.what.startswith(CONTROL_PLANE) for blocker in lacking)


def sentence(blocker: Blocker) -> str:
    """A blocker in words."""
    match blocker.kind:
        case "cordoned":
            return "is cordoned: spec.unschedulable is true"
        case "node-ill" | "taint":
            return f"has the taint {blocker.what}, which the pod does not tolerate"
        case "label":
            return f"does not meet {blocker.what}"
        case "resource":
            amounts = [notation(blocker.what, max(each, 0)) for each in (blocker.wanted, blocker.free, blocker.whole)]
            return f"{blocker.what}: {amounts[0]} asked for, {amounts[1]} free of {amounts[2]} allocatable"
        case "pods":
            return f"has {blocker.whole} pods, as many as it may"
        case "slots":
            taken = blocker.whole - blocker.free
            return f"{taken} of {blocker.whole} volume slots of {blocker.what} are taken"
        case "port":
            return f"has no free {blocker.what}"
        case "volume-node":
            return f"is not where the volume is: {blocker.what}"
        case "apart":
            return f"runs {blocker.what} already, and the pods must be apart"
        case "near":
            return f"runs no pod with {blocker.what}, near which this one must be"


def _cordoned(observed: Observation, base: Finding, nodes: list[str]) -> Finding:
    node = observed.get("Node", nodes[0])
    taints = entries(node, "spec", "taints") if node else []
    added = next((text(each, "timeAdded") for each in taints if text(each, "key").endswith("unschedulable")), "")
    since = f" since {added}" if added else ""
    every = len(nodes) == len(observed.of("Node"))
    which = "the only node" if every and len(nodes) == 1 else "of its nodes"
    return base._replace(
        code="NODE-CORDONED",
        subject=Reference("Node", None, nodes[0]),
        message=f"{listed(nodes)} {'is' if len(nodes) == 1 else 'are'} cordoned (unschedulable){since}, "
        f"{f'and is {which}' if every and len(nodes) == 1 else 'and nowhere else is a place'} for the pods that wait",
        fix=f"kubectl uncordon {' '.join(nodes)}, when the work on it is done",
        covers=base.covers,
    )


def _label(observed: Observation, pod: Manifest, base: Finding, found: dict[str, list[Blocker]]) -> Finding:
    """No node has the labels that the pod asks for. The one that lacks nothing else is where it belongs."""
    fewest = min(len(lacking) for lacking in found.values())
    nearest = [node for node, lacking in found.items() if len(lacking) == fewest]
    labels = list(dict.fromkeys(b.what for node in nearest for b in found[node] if b.kind == "label"))
    clean = [node for node in nearest if all(b.kind == "label" for b in found[node])]
    evidence = [*base.evidence]
    selector = ", ".join(f"{k}={v}" for k, v in (_selector_of(pod)).items())
    if selector:
        evidence.append(Evidence(reference(pod), f"its nodeSelector is {selector}"))
    evidence += [Evidence(Reference("Node", None, n), sentence(b)) for n, every in found.items() for b in every]
    hint = ""
    special = {name: amount for name, amount in requests_of(pod).items() if not is_memory_or_cpu(name)}
    for node in clean if len(clean) < len(found) or special else ():
        offers = [f"{name} {_allocatable(observed, node, name)} allocatable" for name in special]
        device = [f"{k}={v}" for k, v in _labels(observed, node).items() if k.endswith(".present")]
        if offers:
            hint = f"; {listed(clean)} has all else that it asks for ({', '.join([*offers, *device])})"
            evidence.append(Evidence(Reference("Node", None, node), ", ".join([*offers, *device])))
    target = clean[0] if len(clean) == 1 else None
    owner = template_owner(observed, pod)
    first = labels[0]
    return base._replace(
        code="NODE-LABEL-MISSING",
        cause=" ".join(labels),
        message=f"Its pod asks for nodes with {' and '.join(labels)}, and no node has that{hint}",
        fix=f"kubectl label node {target or 'NODE'} {first}, if it is the right one; "
        f"or correct nodeSelector or affinity in {reference(owner) if owner else base.subject}",
        evidence=tuple(evidence),
        upstream=frozenset(),
        consequences=(*base.consequences, *_would_not_start_again(observed, pod, first)),
    )


def _selector_of(pod: Manifest) -> dict[str, str]:
    """The node selector of a pod."""
    return {key: str(value) for key, value in mapping(pod, "spec", "nodeSelector").items()}


def _would_not_start_again(observed: Observation, pod: Manifest, label: str) -> Iterator[Evidence]:
    """Running pods with the same node selector: they would wait too, were they started again."""
    for other in observed.of("Pod"):
        if node_of(other) and is_true(other, "Ready") and label in (f"{k}={v}" for k, v in _selector_of(other).items()):
            yield Evidence(workload(observed, other), f"runs, but would not be placed again: it asks for {label} too")


def _allocatable(observed: Observation, node: str, resource: str) -> str:
    found = observed.get("Node", node)
    return str(mapping(found, "status", "allocatable").get(resource, 0)) if found else "0"


def _labels(observed: Observation, node: str) -> dict[str, str]:
    found = observed.get("Node", node)
    return {k: str(v) for k, v in labels_of(found).items()} if found else {}


def _slots(observed: Observation, base: Finding, chosen: dict[str, list[Blocker]]) -> Finding:
    full = [b for lacking in chosen.values() for b in lacking if b.kind == "slots"]
    evidence = list(base.evidence)
    unused: list[tuple[Reference, Reference, str]] = []
    for blocker in full:
        evidence.append(Evidence(Reference("CSINode", None, blocker.node), f"allocatable count {blocker.whole}"))
        for attachment in attached_to(observed, blocker.node, blocker.what):
            volume = observed.get("PersistentVolume", text(attachment, "spec", "source", "persistentVolumeName"))
            if volume is None or text(volume, "status", "phase") == "Released":
                name = text(attachment, "spec", "source", "persistentVolumeName")
                unused.append((Reference("PersistentVolume", None, name), reference(attachment), blocker.node))
    for volume, attachment, node in unused:
        evidence.append(Evidence(volume, f"is Released, no pod uses it, and takes a slot of {node}: {attachment}"))
    counts = ", ".join(f"{b.whole - b.free} of {b.whole} on {b.node}" for b in full)
    taken = f"; {len(unused)} of them hold Released volumes that no pod uses" if unused else ""
    names = " ".join(attachment.name for _, attachment, _ in unused)
    fix = (
        f"look at the Released volumes, then free their slots: kubectl delete volumeattachment {names}"
        if unused
        else "move a volume to NFS, delete claims that nobody needs, or add a worker"
    )
    return base._replace(
        code="VOLUME-SLOTS-FULL",
        cause=full[0].what,
        message=f"All volume slots of {full[0].what} are taken on the nodes that its pod may go to: {counts}{taken}",
        fix=fix,
        evidence=tuple(evidence),
        covers=base.covers | {volume for volume, *_ in unused} | {each for _, each, _ in unused},
    )


def _resources(
    observed: Observation,
    pod: Manifest,
    base: Finding,
    chosen: dict[str, list[Blocker]],
    requests: dict[str, int],
) -> Finding:
    short = [b for lacking in chosen.values() for b in lacking if b.kind in ("resource", "pods")]
    resource = max({b.what for b in short}, key=lambda what: sum(b.what == what for b in short))
    those = [b for b in short if b.what == resource]
    wanted = notation(resource, requests.get(resource, 1))
    best = max(those, key=lambda b: b.free)
    largest = max(those, key=lambda b: b.whole)
    if largest.whole == 0:
        return base._replace(
            code="DEVICE-NOT-OFFERED",
            cause=resource,
            message=f"Its pod asks for {wanted} {resource}, and no node that it may go to offers any",
            fix=f"see whether the device plugin for {resource} runs on the node with the device, and what it says",
            upstream=_device_plugins(observed, resource),
        )
    if best.wanted > largest.whole:
        return base._replace(
            code="POD-TOO-LARGE",
            message=f"Its pod asks for {wanted} of {resource}; the largest node that it may go to, {largest.node}, has "
            f"{notation(resource, largest.whole)} allocatable",
            fix=f"ask for less than {notation(resource, largest.whole)} in {base.subject}, or add a larger node",
        )
    free = ", ".join(
        f"{notation(resource, max(b.free, 0))} of {notation(resource, b.whole)} on {b.node}" for b in those
    )
    others = [b.node for lacking in chosen.values() for b in lacking if b.kind == "cordoned"]
    base = base._replace(evidence=(*base.evidence, *_slices(observed, resource, those)))
    note = f"; {listed(others)} is cordoned" if others else ""
    return base._replace(
        code="NO-ROOM-ON-NODES",
        cause=resource,
        message=f"Its pod asks for {wanted} of {resource}, and free for requests are {free}{note}",
        fix=f"ask for less {resource} in {base.subject} or in another service on these nodes, or add a worker",
        upstream=frozenset(Reference("Node", None, node) for node in others),
    )


def _slices(observed: Observation, resource: str, short: list[Blocker]) -> Iterator[Evidence]:
    """Where a device is to be shared in time, and the node does not offer as many as that would make."""
    for blocker in short:
        stated = _labels(observed, blocker.node).get(f"{resource}.replicas", "")
        count = _labels(observed, blocker.node).get(f"{resource}.count", "1")
        if stated.isdigit() and count.isdigit() and int(stated) * int(count) > blocker.whole:
            yield Evidence(
                Reference("Node", None, blocker.node),
                f"its label {resource}.replicas is {stated}, and it offers {blocker.whole}: the device plugin's time "
                "slicing is not in force",
            )


def _device_plugins(observed: Observation, resource: str) -> frozenset[Reference]:
    vendor = resource.partition("/")[0].partition(".")[0]
    return frozenset(reference(each) for each in observed.of("DaemonSet") if vendor in name_of(each)) | frozenset(
        Reference("Node", None, name_of(node))
        for node in observed.of("Node")
        if any(key.startswith(f"{vendor}.") for key in labels_of(node))
    )


def _taint(observed: Observation, base: Finding, chosen: dict[str, list[Blocker]]) -> Finding:
    taints = list(dict.fromkeys(b.what for lacking in chosen.values() for b in lacking if b.kind == "taint"))
    nodes = [node for node, lacking in chosen.items() if any(b.kind == "taint" for b in lacking)]
    when = ""
    for node in nodes[:1]:
        manifest = observed.get("Node", node)
        for each in entries(manifest, "spec", "taints") if manifest else ():
            if text(each, "timeAdded") and text(each, "key") == taints[0].partition("=")[0].partition(":")[0]:
                when = f" (since {text(each, 'timeAdded')})"
    key = taints[0].rpartition(":")[0]
    return base._replace(
        code="TAINT-NOT-TOLERATED",
        cause=" ".join(taints),
        message=f"Its pod does not tolerate {' or '.join(taints)}{when}, the taint of {listed(nodes)}, "
        "and may go nowhere else",
        fix=f"add a toleration for {key} to {base.subject}, if it belongs there; "
        f"or take the taint away: kubectl taint node {nodes[0]} {taints[0]}-",
    )


def _other(base: Finding, chosen: dict[str, list[Blocker]]) -> Finding:
    reasons = list(dict.fromkeys(f"{node} {sentence(b)}" for node, every in chosen.items() for b in every))
    kinds = {b.kind for lacking in chosen.values() for b in lacking}
    code, fix = "POD-PENDING", base.fix
    if "volume-node" in kinds:
        code, fix = "VOLUME-ELSEWHERE", "bring back the node or the zone where the volume is, or restore it elsewhere"
    elif "apart" in kinds:
        code = "PODS-APART"
        fix = f"lower replicas of {base.subject} to the number of nodes, or prefer instead of require to be apart"
    elif "near" in kinds:
        code, fix = "POD-NEAR-NOTHING", f"correct podAffinity in {base.subject}, or start the pods that it means"
    elif "port" in kinds:
        code, fix = "HOST-PORT-TAKEN", f"give {base.subject} another hostPort, or take the port from the other pod"
    return base._replace(code=code, message=f"No node takes its pod: {listed(reasons, 8)}", fix=fix)
