"""Nodes that are not ready, under pressure, cordoned, or unlike their peers."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from observation.model import Observation
from observation.objects import (
    Condition,
    Reference,
    condition,
    conditions,
    deleted,
    is_true,
    name_of,
    namespace_of,
    reference,
)
from observation.times import read_time
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_over, is_ready, is_young, lineage, workload
from operations.doctor.rules.nodes.evictions import pressure_finding
from operations.doctor.rules.nodes.node_problems import PROBLEMS, problem_finding
from plan.model import Manifest
from plan.model.fields import entries, mapping, text
from plan.model.resources import MEMORY, read_amount
from plan.wording import listed, plural

_SILENT = timedelta(minutes=15)
"""A kubelet reports every five minutes at the latest."""
_CNI = re.compile(r"cni|network plugin|networkready=false|networkpluginnotready", re.I)


def node_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each thing that is wrong with a node."""
    for node in observed.of("Node"):
        ready = condition(node, "Ready")
        if ready is not None and ready.status != "True":
            if not is_young(observed, ready.since, timedelta(minutes=2)):
                yield _not_ready(observed, node, ready)
            continue
        yield from _pressures(observed, node)
        yield from _clock(observed, node)
        if (
            (seen := last_seen(observed, node)) is not None
            and observed.now - seen > _SILENT
            and _others_report(observed, node)
        ):
            yield _silent(observed, node, seen)
        yield from _cordoned(observed, node)
    yield from _reservations(observed)


def last_seen(observed: Observation, node: Manifest) -> datetime | None:
    """When its kubelet last reported, by its lease or its conditions."""
    lease = observed.get("Lease", name_of(node), "kube-node-lease")
    renewed = read_time(text(lease, "spec", "renewTime")) if lease else None
    beats = [each.heartbeat for each in conditions(node) if each.heartbeat]
    return max([each for each in (renewed, *beats) if each], default=None)


def _clock(observed: Observation, node: Manifest) -> Iterator[Finding]:
    """A node that reports from the future, while others do not."""
    seen = last_seen(observed, node)
    if seen is None or seen - observed.now < timedelta(minutes=2) or not _others_report(observed, node):
        return
    name = name_of(node)
    yield Finding(
        "CLOCK-AHEAD",
        "warning",
        reference(node),
        f"The clock of {name} is {length(seen - observed.now)} ahead: it reported at {stamp(seen)}, and it is "
        f"{stamp(observed.now)}; tokens and certificates that it makes are not good yet elsewhere",
        f"on {name}: timedatectl; systemctl restart systemd-timesyncd",
        (Evidence(reference(node), f"newest heartbeat {stamp(seen)}"),),
    )


def _others_report(observed: Observation, node: Manifest) -> bool:
    """Whether another kubelet reported lately: where none did, the observation itself may be of another time."""
    seen = (last_seen(observed, other) for other in observed.of("Node") if other is not node)
    return any(each is not None and abs(observed.now - each) <= _SILENT for each in seen)


def _on_it(observed: Observation, node: Manifest) -> tuple[frozenset[Reference], tuple[Evidence, ...]]:
    """The pods of a node that serve no more, and their workloads; those of DaemonSets belong to the node itself."""
    covered: set[Reference] = set()
    consequences: list[Evidence] = []
    for pod in observed.pods_on(name_of(node)):
        if is_over(pod) or is_ready(pod):
            continue
        covered |= lineage(observed, pod)
        top = workload(observed, pod)
        if top.kind != "DaemonSet":
            state = "is to be deleted and still there" if deleted(pod) else "does not serve"
            consequences.append(Evidence(top, f"{reference(pod)} {state}"))
    return frozenset(covered), tuple(consequences)


def _not_ready(observed: Observation, node: Manifest, ready: Condition) -> Finding:
    name = name_of(node)
    covered, consequences = _on_it(observed, node)
    seen = last_seen(observed, node)
    age = f" for {length(observed.now - ready.since)}" if ready.since else ""
    evidence = [Evidence(reference(node), f"Ready is {ready.status}, {ready.reason}: {ready.message}")]
    if seen is not None:
        evidence.append(Evidence(reference(node), f"its kubelet last reported at {stamp(seen)}"))
    lease = observed.get("Lease", name, "kube-node-lease")
    if lease is not None:
        evidence.append(Evidence(reference(lease), f"renewed at {text(lease, 'spec', 'renewTime')}"))
    base = Finding(
        "NODE-NOT-READY",
        "error",
        reference(node),
        f"{name} is not ready{age}: {ready.message or ready.reason}",
        f"log in to {name}: journalctl -u kubelet",
        tuple(evidence),
        consequences,
        covers=covered,
    )
    if _CNI.search(ready.message):
        daemons = _network_daemons(observed)
        broken = [each for each in daemons if any(not is_ready(p) for p in observed.pods_of(each))]
        return base._replace(
            code="NODE-NETWORK-NOT-READY",
            message=f"{name} is not ready{age}, because its pod network is not: {ready.message}",
            fix=f"see whether the pod of the network plugin runs on {name}: "
            f"kubectl get pods -A -o wide --field-selector spec.nodeName={name}",
            evidence=(*evidence, *(Evidence(reference(each), "is the network plugin") for each in daemons)),
            upstream=frozenset(reference(each) for each in broken)
            | frozenset(reference(p) for each in broken for p in observed.pods_of(each) if not is_ready(p)),
            covers=covered - frozenset(reference(p) for each in broken for p in observed.pods_of(each)),
        )
    if ready.status == "Unknown":
        return base._replace(
            code="NODE-UNREACHABLE",
            message=f"The kubelet of {name} has been silent{age}, last at {stamp(seen)}: "
            f"{ready.message or ready.reason}; the machine is off, cut off, or its kubelet has stopped",
            fix=f"see whether the machine {name} runs and answers; then on it: systemctl status kubelet",
        )
    if "container runtime is down" in ready.message.lower() or "pleg" in ready.message.lower():
        return base._replace(
            code="NODE-RUNTIME-DOWN",
            message=f"{name} is not ready{age}, because its container runtime does not answer: {ready.message}",
            fix=f"on {name}: systemctl status containerd; journalctl -u containerd",
        )
    return base


def _network_daemons(observed: Observation) -> list[Manifest]:
    names = ("calico", "flannel", "cilium", "canal", "weave", "kube-router", "antrea", "kindnet")
    return [each for each in observed.of("DaemonSet") if any(word in name_of(each) for word in names)]


def _pressures(observed: Observation, node: Manifest) -> Iterator[Finding]:
    for each in conditions(node):
        if each.status != "True":
            continue
        if each.type in ("MemoryPressure", "DiskPressure", "PIDPressure"):
            yield pressure_finding(observed, node, each)
        elif each.type in PROBLEMS and not is_young(observed, each.since):
            yield problem_finding(observed, node, each, *_on_it(observed, node))
        elif each.type == "NetworkUnavailable" and not is_young(observed, each.since):
            covered, consequences = _on_it(observed, node)
            yield Finding(
                "NODE-NETWORK-UNAVAILABLE",
                "error",
                reference(node),
                f"{name_of(node)} has no pod network: {each.reason}, {each.message}",
                f"see whether the pod of the network plugin runs on {name_of(node)}",
                (Evidence(reference(node), f"NetworkUnavailable since {stamp(each.since)}"),),
                consequences,
                covers=covered,
            )


def _silent(observed: Observation, node: Manifest, seen: datetime) -> Finding:
    name = name_of(node)
    covered, consequences = _on_it(observed, node)
    return Finding(
        "KUBELET-SILENT",
        "error",
        reference(node),
        f"The kubelet of {name} last reported {length(observed.now - seen)} ago, at {stamp(seen)}, and {name} still "
        "counts as ready",
        f"on {name}: systemctl status kubelet; and see whether kube-controller-manager runs",
        (Evidence(reference(node), f"newest heartbeat {stamp(seen)}, Ready is True"),),
        consequences,
        covers=covered,
    )


def _cordoned(observed: Observation, node: Manifest) -> Iterator[Finding]:
    """A cordon by itself is on purpose; a drain that does not end is not."""
    if mapping(node, "spec").get("unschedulable") is not True:
        return
    name = name_of(node)
    taints = [each for each in entries(node, "spec", "taints") if text(each, "key").endswith("/unschedulable")]
    since = read_time(text(taints[0], "timeAdded")) if taints else None
    left = [
        pod
        for pod in observed.pods_on(name)
        if not is_over(pod)
        and observed.top(pod)["kind"] not in ("DaemonSet", "Node", "Job", "CronJob")
        and "kubernetes.io/config.mirror" not in mapping(pod, "metadata", "annotations")
    ]
    age = f" for {length(observed.now - since)}" if since else ""
    held = [(pod, budget) for pod in left if (budget := _budget_in_the_way(observed, pod)) is not None]
    if left and len(held) == len(left) and not is_young(observed, since, timedelta(minutes=15)):
        budgets = {reference(budget): budget for _, budget in held}
        yield Finding(
            "BUDGET-BLOCKS-DRAIN",
            "warning",
            next(iter(budgets)),
            f"{name} is being drained{age}, and {listed([str(each) for each in budgets])} allows no eviction of "
            f"the {plural(len(left), 'pod')} left there (disruptionsAllowed 0)",
            "let the budget allow one, or run one more replica; then kubectl drain continues",
            (
                Evidence(reference(node), f"is cordoned{age}"),
                *(Evidence(reference(pod), f"is left on {name}, held by {reference(budget)}") for pod, budget in held),
                *(Evidence(each, _numbers(budget)) for each, budget in budgets.items()),
            ),
            covers=frozenset((reference(node), *budgets)),
        )
        return
    yield Finding(
        "NODE-CORDONED",
        "info",
        reference(node),
        f"{name} is cordoned{f' since {stamp(since)}' if since else ''}: it takes no new pods",
        f"kubectl uncordon {name}, when the work on it is done",
        (Evidence(reference(node), f"spec.unschedulable is true{age}"),),
    )


def _numbers(budget: Manifest) -> str:
    status = mapping(budget, "status")
    spec = mapping(budget, "spec")
    rule = next((f"{key} {spec[key]}" for key in ("minAvailable", "maxUnavailable") if key in spec), "")
    keys = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")
    return ", ".join([rule, *(f"{key} {status.get(key, 0)}" for key in keys)])


def _budget_in_the_way(observed: Observation, pod: Manifest) -> Manifest | None:
    labels = mapping(pod, "metadata", "labels")
    for budget in observed.in_namespace("PodDisruptionBudget", namespace_of(pod)):
        wanted = mapping(budget, "spec", "selector", "matchLabels")
        allowed = mapping(budget, "status").get("disruptionsAllowed")
        if wanted and allowed == 0 and all(labels.get(key) == each for key, each in wanted.items()):
            return budget
    return None


def _reservations(observed: Observation) -> Iterator[Finding]:
    """Nodes that keep back far less memory than the others: their kubelet lost its settings."""
    kept = {name_of(node): _kept(node) for node in observed.of("Node") if is_true(node, "Ready")}
    known = {name: each for name, each in kept.items() if each is not None}
    if len(known) < 3:
        return
    usual = int(median(known.values()))
    like = [name for name, each in known.items() if abs(each - usual) <= usual // 10]
    for name, each in known.items():
        if len(like) >= len(known) - 1 and each < usual // 2:
            yield Finding(
                "NODE-RESERVATION-LOST",
                "warning",
                Reference("Node", None, name),
                f"{name} reserves {each >> 20}Mi of memory, {listed(like)} {usual >> 20}Mi: its kubelet has lost "
                "systemReserved, kubeReserved or evictionHard, as after an upgrade",
                f"write them into the ConfigMap kubelet-config again, then on {name}: kubeadm upgrade node phase "
                "kubelet-config; systemctl restart kubelet",
                (Evidence(Reference("Node", None, name), f"capacity less allocatable is {each >> 20}Mi"),),
            )


def _kept(node: Manifest) -> int | None:
    try:
        return read_amount(MEMORY, text(node, "status", "capacity", MEMORY)) - read_amount(
            MEMORY, text(node, "status", "allocatable", MEMORY)
        )
    except ValueError:
        return None
