"""Pods that no node takes: which one change would let them run."""

from collections.abc import Iterator, Sequence

from observation.model import Observation
from observation.objects import (
    condition,
    created,
    deleted,
    name_of,
    namespace_of,
    reference,
)
from operations.doctor.ages import length
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import GRACE, is_young, lineage, node_of, phase, ready_of, static_pods, workload
from operations.doctor.rules.placement.blockers import (
    blockers,
    claims_of,
    requests_of,
)
from operations.doctor.rules.placement.placing import decide
from plan.model import Manifest
from plan.model.fields import entries, text
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
    return decide(observed, pod, base, found, requests)


def _no_scheduler(observed: Observation, pod: Manifest, base: Finding) -> Finding:
    name = text(pod, "spec", "schedulerName") or _SCHEDULER
    return base._replace(
        code="SCHEDULER-MISSING",
        message=f"No scheduler has looked at its pod: schedulerName is {name}, and no scheduler of that name answers",
        fix="write schedulerName: default-scheduler, or start that scheduler"
        if name != _SCHEDULER
        else "see whether kube-scheduler runs: kubectl get pods -n kube-system -l component=kube-scheduler",
        upstream=static_pods(observed, "kube-scheduler"),
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
