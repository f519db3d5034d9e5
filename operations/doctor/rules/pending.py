"""Pods that no node takes: which one thing, were it otherwise, would let them run."""

from collections.abc import Iterator, Sequence

from observation.fields import entries, text
from observation.model import Observation
from observation.objects import (
    Reference,
    condition,
    created,
    deleted,
    is_true,
    labels_of,
    name_of,
    namespace_of,
    reference,
)
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import GRACE, is_young, lineage, node_of, phase, ready_of, template_owner, workload
from operations.doctor.rules.blockers import (
    CONTROL_PLANE,
    STATIC,
    Blocker,
    attached_to,
    blockers,
    claims_of,
    is_memory_or_cpu,
    requests_of,
)
from plan.model import Manifest
from plan.model.resources import notation
from plan.wording import listed

_SCHEDULER = "default-scheduler"


def pending_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each cause for which pods wait for a node."""
    nodes = observed.of("Node")
    for pod in observed.of("Pod"):
        if phase(pod) != "Pending" or node_of(pod) or deleted(pod):
            continue
        scheduled = condition(pod, "PodScheduled")
        since = (scheduled.since if scheduled else None) or created(pod)
        if is_young(observed, since, GRACE):
            continue
        yield _finding(observed, pod, nodes)


def _finding(observed: Observation, pod: Manifest, nodes: Sequence[Manifest]) -> Finding:
    scheduled = condition(pod, "PodScheduled")
    said = scheduled.message if scheduled else ""
    since = (scheduled.since if scheduled else None) or created(pod)
    age = length(observed.now - since) if since else "a time not known"
    evidence = [Evidence(reference(pod), f"Pending for {age}{f': {said}' if said else ''}")]
    top = observed.top(pod)
    if standing := ready_of(observed, top):
        evidence.append(Evidence(reference(top), standing))
    base = Finding(
        "POD-PENDING",
        "error",
        workload(observed, pod),
        f"No node takes its pod{f': {said}' if said else ''}",
        f"kubectl describe pod {name_of(pod)} -n {namespace_of(pod)}",
        tuple(evidence),
        (Evidence(workload(observed, pod), f"{reference(pod)} is Pending for {age}"),),
        covers=lineage(observed, pod),
    )
    if gates := entries(pod, "spec", "schedulingGates"):
        names = ", ".join(text(each, "name") for each in gates)
        return base._replace(
            code="POD-GATED",
            message=f"Its pod waits for its scheduling gate {names} to be taken away",
            fix=f"see who sets the gate {names}, and why it leaves it there",
        )
    if scheduled is None:
        return _no_scheduler(observed, pod, base)
    if (lost := _lost_claim(observed, pod, base)) is not None:
        return lost
    if not nodes:
        return base
    requests = requests_of(pod)
    found = {name_of(node): list(blockers(observed, pod, node, requests)) for node in nodes}
    if not all(found.values()):
        return _fits(observed, pod, base, [node for node, lacking in found.items() if not lacking])
    return _decided(observed, pod, base, found, requests)


def _no_scheduler(observed: Observation, pod: Manifest, base: Finding) -> Finding:
    name = text(pod, "spec", "schedulerName") or _SCHEDULER
    schedulers = [
        each
        for each in observed.in_namespace("Pod", "kube-system")
        if labels_of(each).get("component") == "kube-scheduler"
    ]
    return base._replace(
        code="SCHEDULER-MISSING",
        message=f"No scheduler has looked at its pod: schedulerName is {name}, and no scheduler of that name answers",
        fix="write schedulerName: default-scheduler, or start that scheduler"
        if name != _SCHEDULER
        else "see whether kube-scheduler runs: kubectl get pods -n kube-system -l component=kube-scheduler",
        upstream=frozenset(reference(each) for each in schedulers),
    )


def _lost_claim(observed: Observation, pod: Manifest, base: Finding) -> Finding | None:
    for claim, manifest in claims_of(observed, pod):
        if manifest is None and observed.knows("PersistentVolumeClaim"):
            return base._replace(
                code="CLAIM-MISSING",
                message=f"Its pod mounts {claim}, which does not exist",
                fix=f"create {claim}, or correct claimName in {base.subject}",
                evidence=(*base.evidence, Evidence(claim, "does not exist")),
            )
        if manifest is not None and text(manifest, "status", "phase") in ("Pending", "Lost"):
            storage_class = observed.get("StorageClass", text(manifest, "spec", "storageClassName"))
            late = storage_class is not None and text(storage_class, "volumeBindingMode") == "WaitForFirstConsumer"
            if not late or text(manifest, "status", "phase") == "Lost":
                return base._replace(
                    message=f"Its pod waits for {claim}, which is {text(manifest, 'status', 'phase')}",
                    upstream=frozenset((claim,)),
                )
    return None


def _fits(observed: Observation, pod: Manifest, base: Finding, nodes: list[str]) -> Finding:
    """The objects show nothing in its way: what they do not show is why."""
    scheduled = condition(pod, "PodScheduled")
    spread = entries(pod, "spec", "topologySpreadConstraints")
    if spread and scheduled is not None and "topology spread" in scheduled.message:
        rules = ", ".join(f"maxSkew {text(e, 'maxSkew')} over {text(e, 'topologyKey')}" for e in spread)
        return base._replace(
            code="PODS-SPREAD",
            message=f"Its pod would be spread less evenly than it demands ({rules}): {scheduled.message}",
            fix=f"write whenUnsatisfiable: ScheduleAnyway in {base.subject}, or give each part of the spread a node",
        )
    return base._replace(
        message=f"No node takes its pod, though the objects show nothing against {listed(nodes)}: "
        f"{scheduled.message if scheduled else ''}",
        upstream=frozenset(claim for claim, _ in claims_of(observed, pod)),
    )


def _decided(
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
            fix=f"see what ails {listed(ill)}: kubectl describe node {ill[0]}",
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
    selector = ", ".join(f"{k}={v}" for k, v in (text_items(pod)).items())
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
        fix=f"kubectl label node {target or 'NODE'} {first}, if it is the one meant; "
        f"or correct nodeSelector or affinity in {reference(owner) if owner else base.subject}",
        evidence=tuple(evidence),
        upstream=frozenset(),
        consequences=(*base.consequences, *_would_not_start_again(observed, pod, first)),
    )


def text_items(pod: Manifest) -> dict[str, str]:
    """The node selector of a pod."""
    from observation.fields import mapping

    return {key: str(value) for key, value in mapping(pod, "spec", "nodeSelector").items()}


def _would_not_start_again(observed: Observation, pod: Manifest, label: str) -> Iterator[Evidence]:
    """Running pods with the same node selector: they would wait too, were they started again."""
    for other in observed.of("Pod"):
        if node_of(other) and is_true(other, "Ready") and label in (f"{k}={v}" for k, v in text_items(other).items()):
            yield Evidence(workload(observed, other), f"runs, but would not be placed again: it asks for {label} too")


def _allocatable(observed: Observation, node: str, resource: str) -> str:
    from observation.fields import mapping

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
        code="NODES-FULL",
        cause=resource,
        message=f"Its pod asks for {wanted} of {resource}, and free for requests are {free}{note}",
        fix=f"ask for less {resource} in {base.subject} or in a service beside it, or add a worker",
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
