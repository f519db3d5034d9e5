"""The planner and the real admission chain decide the same about every pod, in the same words.

Pods are created as a dry run: everything judges them and nothing keeps them, quotas included. So that quotas have
something to refuse, every second namespace is nearly full.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import pytest

from config.quantity import Cpu, Memory
from plan.capacity.quotas import FIELDS
from plan.kubernetes.admission import Admission, Stage, admit
from plan.kubernetes.admission.containers import read_pod
from plan.kubernetes.admission.quota import pod_usage
from plan.model import Manifest, Namespace, ResourceList
from plan.model.resources import read_amount, written
from rehearsal.control_plane import Api
from tests.conformance.kubernetes.generated import RUNTIME_CLASSES, generated_pods
from tests.conformance.kubernetes.judged import Case, agrees, ask
from tests.conformance.kubernetes.secured import restricted
from tests.plan.labs import plan_of

COUNT = 2000
SEED = 20261
AT_A_TIME = 16
ROOM = {"cpu": Cpu.parse("600m"), "memory": Memory.parse("1Gi")}
"""Room left in a namespace that is nearly full."""

PLAN = plan_of("prod")
GOVERNED = [namespace for namespace in PLAN.namespaces if namespace.limit_range and namespace.quota]
CROWDED = GOVERNED[::2]


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
    spec = restricted({"containers": containers, "schedulingGates": [{"name": "homelab/never"}]})
    metadata = {"name": "crowd", "namespace": namespace.name}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def used_of(crowds: Mapping[str, Manifest], namespace: Namespace) -> ResourceList:
    """The planner's figures for the use of a namespace's quota."""
    pod = crowds.get(namespace.name)
    return pod_usage(read_pod(pod["spec"])) if pod else {}


@pytest.fixture(scope="module")
def cases(governed: Api, sandbox: None) -> Iterable[list[Case]]:
    crowds = {namespace.name: crowd(namespace) for namespace in CROWDED}
    for applied in governed.apply_all(crowds.values()):
        assert applied.refused is None, applied
    try:
        yield decide(governed, crowds)
    finally:
        for manifest in crowds.values():
            governed.delete(manifest, now=True)


def decide(api: Api, crowds: Mapping[str, Manifest]) -> list[Case]:
    """Verdicts of the API server and the planner on each of the pods, in one namespace after the other."""
    pods = list(generated_pods(SEED, COUNT, list(PLAN.lab.tiers)))
    places = [PLAN.namespaces[number % len(PLAN.namespaces)] for number in range(COUNT)]
    with ThreadPoolExecutor(AT_A_TIME) as threads:
        told = list(threads.map(lambda pod, place: ask(api, pod, place), pods, places))
    planned = [foretell(crowds, pod, place) for pod, place in zip(pods, places, strict=True)]
    return [Case(*each) for each in zip(pods, places, told, planned, strict=True)]


def foretell(crowds: Mapping[str, Manifest], pod: Manifest, place: Namespace) -> Admission:
    """The planner's verdict on it."""
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
    start = time.process_time()
    for case in cases:
        foretell({}, case.pod, case.namespace)
    speed = COUNT / (time.process_time() - start)
    figure(
        f"admission agreement: {COUNT - len(apart):,} of {COUNT:,} pods in {len(PLAN.namespaces)} namespaces of prod"
    )
    figure(f"  {counts}; the planner makes {speed:,.0f} decisions per second of CPU")
    assert not apart, f"{len(apart)} apart, as {apart[0]}"
    assert set(decisions) == {"stored", *get_args(Stage)}
    assert {case.namespace.tier for case in cases} == set(PLAN.lab.tiers)
