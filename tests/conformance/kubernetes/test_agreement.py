"""The planner and the real admission chain decide the same about every pod, in the same words.

Pods are created as a dry run: everything judges them and nothing keeps them, quotas included. So that quotas have
something to refuse, every second namespace is nearly full.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import pytest

from config.quantity import Cpu, Memory
from plan.admission import Admission, admit
from plan.admission.containers import read_pod
from plan.admission.quota import pod_usage
from plan.model import Manifest, Namespace, ResourceList
from plan.quotas import FIELDS
from plan.resources import notation, read_amount, read_amounts, written
from rehearsal.control_plane import Api, Refused
from tests.conformance.kubernetes.generated import RUNTIME_CLASSES, generated_pods
from tests.plan.labs import plan_of

COUNT = 2000
SEED = 20261
AT_A_TIME = 16
ROOM = {"cpu": Cpu.parse("600m"), "memory": Memory.parse("1Gi")}
"""What is left in a namespace that is nearly full."""

PLAN = plan_of("prod")
GOVERNED = [namespace for namespace in PLAN.namespaces if namespace.limit_range and namespace.quota]
CROWDED = GOVERNED[::2]


class Case(NamedTuple):
    """A pod, and what became of it."""

    pod: Manifest
    namespace: Namespace
    told: Manifest | Refused
    """By the API server: as it is stored, or why not."""
    planned: Admission


def runtime_class(name: str, overhead: ResourceList) -> Manifest:
    return {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": name},
        "handler": name,
        "overhead": {"podFixed": written(overhead)},
    }


def crowd(namespace: Namespace) -> Manifest:
    """A pod that no node takes, and that leaves a namespace only `ROOM`."""
    row = PLAN.lab.tiers[namespace.tier]
    most = {"cpu": row.container.max_cpu_request, "memory": row.container.max_memory}
    left = {"cpu": row.quota.cpu - ROOM["cpu"], "memory": row.quota.memory - ROOM["memory"]}
    containers: list[dict[str, Any]] = []
    while any(left.values()):
        taken = {resource: min(most[resource], amount) for resource, amount in left.items()}
        left = {resource: amount - taken[resource] for resource, amount in left.items()}
        resources = {"requests": written(taken), "limits": written({"memory": taken["memory"]})}
        containers.append({"name": f"c{len(containers)}", "image": "stand-in", "resources": resources})
    spec = {"containers": containers, "schedulingGates": [{"name": "homelab/never"}]}
    metadata = {"name": "crowd", "namespace": namespace.name}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def used_of(crowds: Mapping[str, Manifest], namespace: Namespace) -> ResourceList:
    """What the planner says is used of a namespace's quota."""
    pod = crowds.get(namespace.name)
    return pod_usage(read_pod(pod["spec"])) if pod else {}


@pytest.fixture(scope="module")
def cases(governed: Api) -> Iterable[list[Case]]:
    crowds = {namespace.name: crowd(namespace) for namespace in CROWDED}
    extra = [runtime_class(name, overhead) for name, overhead in RUNTIME_CLASSES.items()]
    for applied in governed.apply_all([*extra, *crowds.values()]):
        assert applied.refused is None, applied
    try:
        yield decide(governed, crowds)
    finally:
        for manifest in (*extra, *crowds.values()):
            governed.delete(manifest, now=True)


def decide(api: Api, crowds: Mapping[str, Manifest]) -> list[Case]:
    """What the API server and the planner say about each of the pods, in one namespace after the other."""
    pods = list(generated_pods(SEED, COUNT, list(PLAN.lab.tiers)))
    places = [PLAN.namespaces[number % len(PLAN.namespaces)] for number in range(COUNT)]
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        told = list(threads.map(lambda pod, place: ask(api, pod, place), pods, places))
    planned = [foretell(crowds, pod, place) for pod, place in zip(pods, places, strict=True)]
    return [Case(*each) for each in zip(pods, places, told, planned, strict=True)]


def ask(api: Api, pod: Manifest, place: Namespace) -> Manifest | Refused:
    """What the API server makes of a pod."""
    try:
        return api.create({**pod, "metadata": {**pod["metadata"], "namespace": place.name}}, dry_run=True)
    except Refused as refused:
        return refused


def foretell(crowds: Mapping[str, Manifest], pod: Manifest, place: Namespace) -> Admission:
    """What the planner makes of it."""
    quotas = {place.quota["metadata"]["name"]: (place.quota, used_of(crowds, place))} if place.quota else {}
    return admit(PLAN.lab, place, pod, quotas=quotas, runtime_classes=RUNTIME_CLASSES)


def test_the_planner_knows_what_is_used_of_a_quota(governed: Api, cases: list[Case]) -> None:
    crowds = {namespace.name: crowd(namespace) for namespace in CROWDED}
    quotas = {each["metadata"]["namespace"]: each for each in governed.list("v1", "ResourceQuota")}
    for namespace in GOVERNED:
        status = quotas[namespace.name]["status"]
        used = used_of(crowds, namespace)
        assert status["hard"] == (namespace.quota or {})["spec"]["hard"]
        for resource, field in FIELDS.items():
            assert read_amount(resource, status["used"][field]) == used.get(field, 0), namespace.name


def test_the_planner_and_the_api_server_decide_the_same(cases: list[Case], figure: Callable[[str], None]) -> None:
    apart = [case for case in cases if not agrees(case)]
    decisions = Counter(case.planned.refusal.by if case.planned.refusal else "stored" for case in cases)
    counts = ", ".join(f"{decision} {count:,}" for decision, count in decisions.most_common())
    start = time.perf_counter()
    for case in cases:
        foretell({}, case.pod, case.namespace)
    speed = COUNT / (time.perf_counter() - start)
    figure(
        f"admission agreement: {COUNT - len(apart):,} of {COUNT:,} pods in {len(PLAN.namespaces)} namespaces of prod"
    )
    figure(f"  {counts}; the planner makes {speed:,.0f} decisions per second")
    assert not apart, f"{len(apart)} apart, as {apart[0]}"
    assert set(decisions) == {"stored", "priority", "runtime-class", "validation", "limit-range", "policy", "quota"}
    assert {case.namespace.tier for case in cases} == set(PLAN.lab.tiers)


def agrees(case: Case) -> bool:
    """Whether both refuse a pod and say the same, or store it as the same."""
    if isinstance(case.told, Refused):
        return case.planned.refusal is not None and says_the_same(case)
    return case.planned.refusal is None and stored(case.told) == foretold(case.planned)


def stored(pod: Manifest) -> dict[str, Any]:
    """What is compared of a pod that is stored."""
    spec = pod["spec"]
    containers = [*spec["containers"], *spec.get("initContainers", ())]
    return {
        "resources": {each["name"]: _amounts(each.get("resources") or {}) for each in containers},
        "priority": (spec.get("priorityClassName", ""), spec["priority"]),
        "quality": pod["status"]["qosClass"],
        "tolerations": [dict(each) for each in spec["tolerations"]],
        "overhead": read_amounts(spec.get("overhead") or {}),
    }


def _amounts(resources: Manifest) -> tuple[ResourceList, ResourceList]:
    return read_amounts(resources.get("requests") or {}), read_amounts(resources.get("limits") or {})


def foretold(planned: Admission) -> dict[str, Any]:
    """The same of the planner."""
    containers = (*planned.pod.containers, *planned.pod.init_containers)
    return {
        "resources": {each.name: (each.requests, each.limits) for each in containers},
        "priority": (planned.priority_class, planned.pod.priority),
        "quality": planned.qos,
        "tolerations": list(planned.tolerations),
        "overhead": planned.pod.overhead,
    }


def says_the_same(case: Case) -> bool:
    """Whether the API server says what was planned, and nothing else. It tells fields of one container in any order,
    and of several policies what one of them says."""
    assert isinstance(case.told, Refused)
    assert case.planned.refusal is not None
    refused, refusal = case.told, case.planned.refusal
    name = case.pod["metadata"]["name"]
    if refusal.by == "policy":
        return any(refused.message == f"{_webhook(reason)} denied the request: {reason}" for reason in refusal.reasons)
    who = f'Pod "{name}" is invalid: ' if refusal.by == "validation" else f'pods "{name}" is forbidden: '
    if not refused.message.startswith(who):
        return False
    rest = in_planned_units(refused.message.removeprefix(who))
    for said in sorted(set(refusal.reasons), key=len, reverse=True):
        if said not in rest:
            return False
        rest = rest.replace(said, "", 1)
    return rest.strip("[]").split(", ") == [""] * len(set(refusal.reasons))


def _webhook(reason: str) -> str:
    return f'admission webhook "vpol.validate.kyverno.svc-ignore-finegrained-{reason.split()[1]}"'


def in_planned_units(message: str) -> str:
    """The planner writes bytes in the largest unit that fits, the API server in the kind of unit in which they came."""
    return re.sub(r"\b\d+(e\d+|\d{3})\b", lambda found: notation("memory", Memory.parse(found[0])), message)
