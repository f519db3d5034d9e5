"""Priority: which pods get which, which preempt others, and which are evicted."""

from collections.abc import Iterator
from contextlib import contextmanager

from plan.cluster.nodes import PODS, plan_nodes
from plan.kubernetes.admission import admit
from plan.kubernetes.admission.tolerations import tolerations
from plan.kubernetes.scheduling import place as placed
from plan.model import Container, Manifest, NodeUse, Pod, Workload
from plan.model.constraints import Constraints
from plan.model.resources import GPU, MEMORY, notation, pod_requests
from rehearsal.control_plane import Api, Refused
from rehearsal.outcome import unschedulable
from tests.conformance.kubernetes.judged import ask
from tests.conformance.kubernetes.places import LAB, inside, place, pod
from tests.conformance.waiting import eventually
from tests.plan.labs import objects, plan_of

PLAN = plan_of("prod")
NODE = next(node for node in plan_nodes(LAB) if node.group == "general")
SELECTOR = {"kubernetes.io/hostname": NODE.name}
HALF = NODE.allocatable[MEMORY] * 45 // 100
"""Two pods of this size fill the node, and a third finds no room."""


def test_a_pod_outside_of_the_tiers_has_no_priority_since_no_class_is_the_default(governed: Api) -> None:
    assert not any(each.get("globalDefault") for each in governed.list("scheduling.k8s.io/v1", "PriorityClass"))
    with place(governed) as where:
        told = ask(governed, pod({}), where)
        planned = admit(LAB, where, pod({}))
    assert not isinstance(told, Refused)
    assert (told["spec"].get("priorityClassName", ""), told["spec"]["priority"]) == ("", 0)
    assert (planned.priority_class, planned.pod.priority) == ("", 0)


def test_asking_for_a_gpu_is_no_toleration_since_the_plugin_for_it_is_off(governed: Api) -> None:
    """Off is how kubeadm leaves it, and no document of the lab's says otherwise."""
    assert "admission-plugins" not in str(PLAN.bootstrap)
    asks = pod({"limits": {GPU: "1"}})
    with place(governed) as where:
        told = ask(governed, asks, where)
    assert not isinstance(told, Refused)
    assert told["spec"]["tolerations"] == list(tolerations(asks["spec"]))
    assert GPU not in {each["key"] for each in told["spec"]["tolerations"]}


def workload(name: str, memory: int, priority_class: str) -> Workload:
    """A pod of some size on the node."""
    made = Pod(
        (Container("c1", {MEMORY: memory}, {MEMORY: memory}),),
        priority=LAB.tiers[priority_class].priority if priority_class else 0,
        node_selector=SELECTOR,
        constraints=Constraints(preempts=not priority_class or LAB.tiers[priority_class].preempts),
    )
    return Workload(name, name, "place", "Deployment", 1, made, ("services", name), "Burstable", {})


def manifest_of(each: Workload, priority_class: str) -> Manifest:
    """The same for the API server."""
    size = notation(MEMORY, pod_requests(each.pod)[MEMORY])
    resources = {"requests": {"memory": size}, "limits": {"memory": size}}
    stated = {"priorityClassName": priority_class} if priority_class else {}
    return pod(resources, name=each.name, nodeSelector=SELECTOR, **stated)


@contextmanager
def filled(api: Api, first: tuple[Workload, str], second: tuple[Workload, str]) -> Iterator[str]:
    """A namespace in which two pods run, one after the other."""
    with place(api) as where:
        for each, priority_class in (first, second):
            api.apply(inside(manifest_of(each, priority_class), where.name))
            assert eventually(lambda each=each: running(api, where.name).get(each.name) == "Running")
        yield where.name


def running(api: Api, where: str) -> dict[str, str]:
    """The phase of each pod that is not about to go."""
    return {
        each["metadata"]["name"]: each["status"]["phase"]
        for each in api.list("v1", "Pod", where)
        if "deletionTimestamp" not in each["metadata"]
    }


def predicted(new: Workload, *there: Workload) -> tuple[set[str], dict[str, str]]:
    """Which of the pods run in the end, and why the others wait, according to the planner."""
    nodes = plan_nodes(LAB)
    requests = {MEMORY: sum(pod_requests(each.pod)[MEMORY] for each in there), PODS: len(there)}
    use = NodeUse(NODE, requests, {}, 0, len(there), tuple((each, 1) for each in there))
    uses, pending = placed(nodes, [*there, new], [use])
    run = {each.name for found in uses for each, _ in found.workloads}
    return run, {each.workload.name: str(each.reason) for each in pending}


def test_the_least_important_pod_makes_room_for_a_more_important_one(governed: Api) -> None:
    edge, aux = workload("edge", HALF, "3-edge"), workload("aux", HALF, "4-aux")
    core = workload("core", HALF, "0-core")
    run, waiting = predicted(core, edge, aux)
    assert (run, list(waiting)) == ({"edge", "core"}, ["aux"])
    with filled(governed, (edge, "3-edge"), (aux, "4-aux")) as where:
        governed.apply(inside(manifest_of(core, "0-core"), where))
        assert eventually(lambda: running(governed, where).get("core") == "Running")
        assert running(governed, where).keys() == run


def test_a_pod_of_a_tier_that_never_preempts_waits_in_the_words_of_the_planner(governed: Api) -> None:
    first, second = workload("first", HALF, ""), workload("second", HALF, "")
    aux = workload("aux", HALF, "4-aux")
    run, waiting = predicted(aux, first, second)
    assert run == {"first", "second"}
    with filled(governed, (first, ""), (second, "")) as where:
        made = inside(manifest_of(aux, "4-aux"), where)
        governed.apply(made)
        assert eventually(lambda: unschedulable(governed.get("v1", "Pod", "aux", where) or {"status": {}}))
        words = unschedulable(governed.get("v1", "Pod", "aux", where) or {"status": {}})
        assert running(governed, where) == {"first": "Running", "second": "Running", "aux": "Pending"}
    assert words == waiting["aux"]


def test_a_budget_lets_as_many_pods_go_as_planned_and_no_more(governed: Api) -> None:
    """One of prod's own, of a deployment without volumes; no node takes a new pod meanwhile."""
    budget, made, planned = next(found for found in budgets())
    selector = budget["spec"]["selector"]["matchLabels"]
    where = made["metadata"]["namespace"]
    nodes = [each["metadata"]["name"] for each in governed.list("v1", "Node")]
    for each in (budget, made):
        governed.apply(each)
    try:
        assert eventually(lambda: len(ready(governed, where, selector)) == planned.replicas)
        assert eventually(lambda: allowed(governed, budget) == planned.max_unavailable)
        for name in nodes:
            governed.patch(
                {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}, {"spec": {"unschedulable": True}}
            )
        answers = [evict(governed, each) for each in ready(governed, where, selector)]
    finally:
        for name in nodes:
            governed.patch(
                {"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}}, {"spec": {"unschedulable": None}}
            )
        for each in (made, budget):
            governed.delete(each)
    refused = "Cannot evict pod as it would violate the pod's disruption budget."
    assert answers == [""] * (planned.max_unavailable or 0) + [refused] * (
        planned.replicas - (planned.max_unavailable or 0)
    )


def budgets() -> Iterator[tuple[Manifest, Manifest, Workload]]:
    """Budgets of prod, with the deployment and the workload whose they are."""
    deployments = {
        (each["metadata"]["namespace"], each["metadata"]["name"]): each for each in objects(PLAN, "Deployment")
    }
    planned = {(each.namespace, each.name): each for each in PLAN.workloads}
    for budget in objects(PLAN, "PodDisruptionBudget"):
        key = (budget["metadata"]["namespace"], budget["metadata"]["name"])
        if key in deployments and not deployments[key]["spec"]["template"]["spec"].get("volumes"):
            yield budget, deployments[key], planned[key]


def ready(api: Api, where: str, labels: dict[str, str]) -> list[Manifest]:
    """The pods with these labels that are ready."""
    return [
        each
        for each in api.list("v1", "Pod", where)
        if labels.items() <= each["metadata"]["labels"].items()
        and any(
            found["type"] == "Ready" and found["status"] == "True" for found in each["status"].get("conditions", ())
        )
    ]


def allowed(api: Api, budget: Manifest) -> int:
    """How many pods a budget allows to be evicted now."""
    metadata = budget["metadata"]
    found = api.get(budget["apiVersion"], budget["kind"], metadata["name"], metadata["namespace"]) or {}
    return found.get("status", {}).get("disruptionsAllowed", 0)


def evict(api: Api, each: Manifest) -> str:
    """Ask a pod to go; returns why it may not."""
    metadata = {key: each["metadata"][key] for key in ("name", "namespace")}
    try:
        api.post(each, "eviction", {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata})
    except Refused as refused:
        return refused.message
    return ""
