"""Resource arithmetic is that of Kubernetes v1.34."""

import pytest

from plan.model import Container, Pod, QosClass
from plan.model.resources import CPU, GPU, MEMORY, oom_score_adj, pod_limits, pod_requests, qos_class

GB = 1_000_000_000


def container(
    requests: dict[str, int] | None = None, limits: dict[str, int] | None = None, *, name: str = "main"
) -> Container:
    return Container(name, requests or {}, limits or {})


def sidecar(requests: dict[str, int], limits: dict[str, int] | None = None, *, name: str = "sidecar") -> Container:
    """A native one: an init container that runs as long as the pod."""
    return Container(name, requests, limits or {}, always_restarts=True)


def cpu(cores: int) -> dict[str, int]:
    return {CPU: cores * 1000}


# The meaning of the cases is that of k8s.io/component-helpers v0.34.2, resource/helpers_test.go, TestPodRequests and
# TestPodLimits.
TOTALS = {
    "one container": (Pod((container(cpu(1)),)), cpu(1)),
    "containers run together": (Pod((container(cpu(1)), container(cpu(2)))), cpu(3)),
    "a larger init container runs before them": (Pod((container(cpu(1)),), (container(cpu(9)),)), cpu(9)),
    "a smaller init container is covered": (Pod((container(cpu(5)),), (container(cpu(2)),)), cpu(5)),
    "init containers run one after the other": (
        Pod((container(cpu(1)),), (container(cpu(4)), container(cpu(3)))),
        cpu(4),
    ),
    "a sidecar runs beside the container": (Pod((container(cpu(1)),), (sidecar(cpu(1)),)), cpu(2)),
    "sidecars add up; an init container before them runs alone": (
        Pod((container(cpu(1)),), (container(cpu(5)), sidecar(cpu(1)), sidecar(cpu(2)), sidecar(cpu(3)))),
        cpu(7),
    ),
    "an init container runs beside the sidecars before it, not after it": (
        Pod(
            (container(cpu(1)),),
            (container(cpu(5)), sidecar(cpu(1)), sidecar(cpu(2)), container(cpu(5)), sidecar(cpu(3))),
        ),
        cpu(8),
    ),
    "a large init container beside a sidecar": (
        Pod((container(cpu(100)),), (sidecar(cpu(10)), container(cpu(200)))),
        cpu(210),
    ),
    "each resource has its own peak": (
        Pod((container({CPU: 100, MEMORY: 5, GPU: 1}),), (container({CPU: 300, MEMORY: 2}),)),
        {CPU: 300, MEMORY: 5, GPU: 1},
    ),
    "a container that states nothing adds nothing": (Pod((container(cpu(1)), container())), cpu(1)),
    "nothing stated": (Pod((container(),)), {}),
}


@pytest.mark.parametrize(("pod", "total"), TOTALS.values(), ids=TOTALS.keys())
def test_a_pod_requests_what_the_scheduler_counts(pod: Pod, total: dict[str, int]) -> None:
    assert pod_requests(pod) == total


@pytest.mark.parametrize(("pod", "total"), TOTALS.values(), ids=TOTALS.keys())
def test_a_pod_is_limited_by_the_same_rule(pod: Pod, total: dict[str, int]) -> None:
    def limited(each: Container) -> Container:
        return Container(each.name, {}, each.requests, each.always_restarts)

    turned = Pod(tuple(map(limited, pod.containers)), tuple(map(limited, pod.init_containers)))
    assert pod_limits(turned) == total
    assert pod_requests(turned) == {}


BOTH = {CPU: 100, MEMORY: 1 << 30}

# The rules are those of k8s.io/kubernetes v1.34.2, pkg/apis/core/v1/helper/qos/qos.go, ComputePodQOS.
QOS_CLASSES: dict[str, tuple[Pod, QosClass]] = {
    "nothing stated": (Pod((container(),)), "BestEffort"),
    "zeros count as nothing": (Pod((container({CPU: 0}, {MEMORY: 0}),)), "BestEffort"),
    "other resources count as nothing": (Pod((container({GPU: 1}, {GPU: 1}),)), "BestEffort"),
    "CPU and memory limits equal requests": (Pod((container(BOTH, BOTH),)), "Guaranteed"),
    "in every container": (Pod((container(BOTH, BOTH), container(BOTH, BOTH))), "Guaranteed"),
    "memory request = limit alone": (Pod((container(BOTH, {MEMORY: 1 << 30}),)), "Burstable"),
    "CPU request = limit alone": (Pod((container(BOTH, {CPU: 100}),)), "Burstable"),
    "no CPU at all": (Pod((container({MEMORY: 1}, {MEMORY: 1}),)), "Burstable"),
    "memory request below limit": (Pod((container(BOTH, {CPU: 100, MEMORY: 2 << 30}),)), "Burstable"),
    "one container of two": (Pod((container(BOTH, BOTH), container())), "Burstable"),
    "an init container without CPU limit": (
        Pod((container(BOTH, BOTH),), (container(BOTH, {MEMORY: 1 << 30}),)),
        "Burstable",
    ),
    "an init container that states nothing": (Pod((container(BOTH, BOTH),), (container(),)), "Burstable"),
    "an init container of the same kind": (Pod((container(BOTH, BOTH),), (container(BOTH, BOTH),)), "Guaranteed"),
    "a sidecar that states nothing": (Pod((container(BOTH, BOTH),), (sidecar({}),)), "Burstable"),
    "only an init container states something": (Pod((container(),), (container(BOTH, BOTH),)), "Burstable"),
    "a limit without a request": (Pod((container({}, {MEMORY: 1 << 30}),)), "Burstable"),
    "a GPU changes nothing": (Pod((container(BOTH | {GPU: 1}, BOTH | {GPU: 1}),)), "Guaranteed"),
}


@pytest.mark.parametrize(("pod", "expected"), QOS_CLASSES.values(), ids=QOS_CLASSES.keys())
def test_a_pod_has_the_qos_class_of_kubernetes(pod: Pod, expected: QosClass) -> None:
    assert qos_class(pod) == expected


EIGHTH = {MEMORY: GB}

# Values from k8s.io/kubernetes v1.34.2, pkg/kubelet/qos/policy_test.go, on a node with 8 GB unless stated.
OOM_SCORES: dict[str, tuple[Pod, int, dict[str, int]]] = {
    "nothing stated": (Pod((container(),)), 4 * GB, {"main": 1000}),
    "a CPU limit only": (Pod((container({}, cpu(10)),)), 4 * GB, {"main": 999}),
    "a memory limit without a request": (Pod((container({CPU: 0}, {MEMORY: 10 * GB}),)), 8 * GB, {"main": 999}),
    "a memory limit of zero": (Pod((container({}, {MEMORY: 0}),)), 7_230_457_451, {"main": 1000}),
    "guaranteed, on however small a node": (
        Pod((container({CPU: 5, MEMORY: 10 * GB}, {CPU: 5, MEMORY: 10 * GB}),)),
        123_456_789,
        {"main": -997},
    ),
    "half of the node": (Pod((container({CPU: 5, MEMORY: 4 * GB}, {MEMORY: 10 * GB}),)), 8 * GB, {"main": 500}),
    "nearly all of the node": (Pod((container({CPU: 5, MEMORY: 8 * GB - 1}),)), 8 * GB, {"main": 3}),
    "an eighth of the node": (Pod((container(EIGHTH, {MEMORY: GB + 1000}),)), 8 * GB, {"main": 875}),
    "an init container, by its own request": (
        Pod((container(EIGHTH),), (container(EIGHTH, name="init"),)),
        8 * GB,
        {"main": 875, "init": 875},
    ),
    "a sidecar as large": (
        Pod((container(EIGHTH),), (container(EIGHTH, name="init"), sidecar(EIGHTH))),
        8 * GB,
        {"main": 875, "init": 875, "sidecar": 875},
    ),
    "a small sidecar is not killed before the container": (
        Pod((container(EIGHTH),), (sidecar({MEMORY: 8 * GB // 20}),)),
        8 * GB,
        {"main": 875, "sidecar": 875},
    ),
    "a large sidecar keeps its own score": (
        Pod((container(EIGHTH),), (sidecar({MEMORY: 4 * GB}),)),
        8 * GB,
        {"main": 875, "sidecar": 500},
    ),
    "a small sidecar takes the score of the smallest container": (
        Pod((container(EIGHTH), container({MEMORY: 2 * GB}, name="large")), (sidecar({MEMORY: 1}),)),
        8 * GB,
        {"main": 875, "large": 750, "sidecar": 875},
    ),
    "a small init container is no sidecar": (
        Pod((container(EIGHTH),), (container({MEMORY: 1}, name="init"),)),
        8 * GB,
        {"main": 875, "init": 999},
    ),
}


@pytest.mark.parametrize(("pod", "node_memory", "scores"), OOM_SCORES.values(), ids=OOM_SCORES.keys())
def test_the_kubelet_gives_each_container_its_score(pod: Pod, node_memory: int, scores: dict[str, int]) -> None:
    assert oom_score_adj(pod, node_memory) == scores
