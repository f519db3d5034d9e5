"""The eviction order is the kubelet's, if every pod used all that it may (k8s.io/kubernetes v1.34.2,
pkg/kubelet/eviction/helpers.go, rankMemoryPressure): above its request, then priority, then how far above."""

from plan.kubernetes.eviction import INODES, above_request, eviction_order, order_on
from plan.model import Container, Pod, Workload
from plan.model.resources import EPHEMERAL_STORAGE, MEMORY
from tests.plan.labs import plan_of


def workload(name: str, request: int, limit: int | None, priority: int = 0, init: Container | None = None) -> Workload:
    main = Container("main", {MEMORY: request}, {} if limit is None else {MEMORY: limit})
    return Workload(
        name=name,
        service=name,
        namespace=name,
        controller="Deployment",
        replicas=1,
        pod=Pod((main,), (init,) if init else (), priority=priority),
        path=("services", name),
        qos="Burstable",
        oom_score_adj={},
    )


def order(*workloads: Workload) -> list[str]:
    return [each.name for each in eviction_order(workloads)]


def test_who_stays_within_the_request_goes_last_whatever_the_priority() -> None:
    assert order(workload("within", 100, 100, priority=1), workload("above", 99, 100, priority=9)) == [
        "above",
        "within",
    ]


def test_among_those_above_it_the_lower_priority_goes_first() -> None:
    assert order(workload("high", 1, 100, priority=9), workload("low", 99, 100, priority=1)) == ["low", "high"]


def test_at_the_same_priority_the_furthest_above_goes_first() -> None:
    assert order(workload("near", 90, 100), workload("far", 10, 100)) == ["far", "near"]


def test_without_a_limit_there_is_no_bound() -> None:
    assert order(workload("bound", 0, 1 << 60), workload("unbound", 50, None)) == ["unbound", "bound"]


def test_what_is_equal_is_ordered_by_name() -> None:
    assert order(workload("b", 1, 2), workload("a", 1, 2)) == ["a", "b"]


def test_a_pod_is_measured_by_the_request_that_the_scheduler_counts() -> None:
    """An init container that requests more than the rest raises the request of the whole pod for good."""
    init = Container("init", {MEMORY: 1000}, {MEMORY: 1000})
    assert above_request(workload("main", 50, 100, init=init)) == 0
    assert above_request(workload("main", 50, 100)) == 50


def test_a_service_goes_when_its_first_workload_goes() -> None:
    plan = plan_of("every_kind")
    first = {service.eviction_place: service.name for service in plan.services if service.eviction_place}
    assert sorted(first) == list(range(1, len(first) + 1))
    assert first[1] == "photos"


def test_a_service_that_is_switched_off_has_no_place() -> None:
    off = [service for service in plan_of("prod").services if not any(each.replicas for each in service.workloads)]
    assert off
    assert {service.eviction_place for service in off} == {0}


def test_memory_guaranteed_services_go_after_all_burstable_ones() -> None:
    plan = plan_of("every_kind")
    place = {service.name: service.eviction_place for service in plan.services}
    assert max(place["photos"], place["library"], place["watcher"]) < min(place["painter"], place["door"])


def test_a_node_never_lets_go_what_is_critical_for_the_system() -> None:
    use = next(each for each in plan_of("every_kind").capacity.nodes if each.node.name == "master")
    on_it = {workload.name for workload, _ in use.workloads}
    going = {workload.name for workload in order_on(use, MEMORY)}
    assert {"kube-apiserver", "etcd", "kube-proxy"} <= on_it - going
    assert going == {"kube-flannel-ds", "watcher"}


def test_nobody_requests_inodes_so_that_priority_decides() -> None:
    (use,) = (each for each in plan_of("prod").capacity.nodes if each.node.name == "k8s-node1")
    priorities = [workload.pod.priority for workload in order_on(use, INODES)]
    assert priorities == sorted(priorities)


def test_disk_is_ranked_by_its_own_requests() -> None:
    hoarder = workload("hoarder", 100, 100)
    modest = workload("modest", 1, 100)
    disk = {EPHEMERAL_STORAGE: 5}
    main = modest.pod.containers[0]
    modest = modest._replace(pod=Pod((main._replace(requests={**main.requests, **disk}, limits=disk),)))
    assert [each.name for each in eviction_order([modest, hoarder], EPHEMERAL_STORAGE)] == ["hoarder", "modest"]
    assert [each.name for each in eviction_order([modest, hoarder])] == ["modest", "hoarder"]
