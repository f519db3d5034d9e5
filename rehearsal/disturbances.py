"""Events in a running lab: a node is drained, one is lost, one is added."""

import time
from collections.abc import Collection, Iterable
from dataclasses import replace

from config.lab import Lab
from plan.cluster.nodes import plan_nodes
from plan.cluster.system import system_workloads
from plan.kubernetes.scheduling import place
from plan.model import Manifest, Node, NodeUse, Pending, Plan, Workload
from plan.scenarios.losses import near_their_volumes
from rehearsal.control_plane import Api, Refused
from rehearsal.control_plane.nodes import add_nodes
from rehearsal.outcome import Outcome, key_of

SECONDS = 60
"""That a drain waits for budgets to let the last pods go."""


class NoWorker(Exception):
    """There is no worker to add another one of."""


class Kept(Exception):
    """Pods that could not be evicted; the message has the API server's words."""


def drain(api: Api, name: str) -> None:
    """Let nothing more onto a node, and evict what is on it but for the agents of every node.

    Raises:
        Kept: a disruption budget let some pods not go.
    """
    api.patch(_node(name), {"spec": {"unschedulable": True}})
    deadline = time.monotonic() + SECONDS
    while pods := _evictable(api, name):
        refusals = [refused for pod in pods if (refused := _evict(api, pod)) is not None]
        time.sleep(1)
        if time.monotonic() > deadline and (left := _evictable(api, name)):
            raise Kept("; ".join(dict.fromkeys(refusals)) or f"{len(left)} pods of {name} do not end")


def lose(api: Api, name: str) -> None:
    """Take a node away, and the pods that were on it, as the controllers do some minutes after a node has died."""
    api.delete(_node(name))
    api.delete({"apiVersion": "storage.k8s.io/v1", "kind": "CSINode", "metadata": {"name": name}})
    for pod in _pods_on(api, name):
        api.delete(pod, now=True)


def add_worker(api: Api, lab: Lab) -> str:
    """Add one more of the last worker without a GPU; returns the new one's name. Raises NoWorker."""
    larger, name = with_another_worker(lab)
    add_nodes(api, larger, [node for node in plan_nodes(larger) if node.name == name])
    return name


def with_another_worker(lab: Lab) -> tuple[Lab, str]:
    """The lab with a copy of its last worker without a GPU, and the name of the copy. Raises NoWorker."""
    workers = [node.name for node in plan_nodes(lab) if node.group == "general"]
    if not workers:
        raise NoWorker(f"{lab.name} has no worker without a GPU to add another one of")
    name = f"{workers[-1]}-more"
    return replace(lab, machines={**lab.machines, name: lab.machines[workers[-1]]}), name


def predicted_pending(plan: Plan, lab: Lab, gone: Collection[str], before: Outcome) -> tuple[Pending, ...]:
    """Pods that the planner expects to wait on the nodes of `lab` that are not gone.

    Pods that ran there `before` stay, and volumes stay where they were used.
    """
    nodes = plan_nodes(lab)
    workloads = (*system_workloads(plan_nodes(plan.lab)), *plan.workloads)
    uses = [_use(node, workloads, before) for node in nodes]
    left = [node for node in nodes if node.name not in gone]
    _, pending = place(left, near_their_volumes(workloads, uses), uses)
    return pending


def _use(node: Node, workloads: Iterable[Workload], before: Outcome) -> NodeUse:
    """Pods that ran on a node."""
    ran = next((each.workloads for each in before.nodes if each.name == node.name), {})
    placed = tuple((each, ran[key_of(each)]) for each in workloads if key_of(each) in ran)
    return NodeUse(node, {}, {}, 0, sum(count for _, count in placed), placed)


def _evict(api: Api, pod: Manifest) -> str | None:
    """Ask a pod to go; returns why it may not. One that has gone meanwhile has gone."""
    metadata = {key: pod["metadata"][key] for key in ("name", "namespace")}
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
    try:
        api.post(pod, "eviction", eviction)
    except Refused as refused:
        return None if refused.status == 404 else f"{metadata['namespace']}/{metadata['name']}: {refused.message}"
    return None


def _node(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}


def _pods_on(api: Api, name: str) -> list[Manifest]:
    return api.list("v1", "Pod", fields=f"spec.nodeName={name}")


def _evictable(api: Api, name: str) -> list[Manifest]:
    """The pods of a node but for the agents that every node has."""
    return [pod for pod in _pods_on(api, name) if "DaemonSet" not in _kinds_of_owners(pod)]


def _kinds_of_owners(pod: Manifest) -> set[str]:
    return {owner["kind"] for owner in pod["metadata"].get("ownerReferences", ())}
