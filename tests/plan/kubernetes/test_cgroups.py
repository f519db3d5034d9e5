"""The values in a pod's cgroups are those that kubelet 1.34 and runc write.

The pairs of shares and weights are those of runc's own tests and of its change notes (opencontainers/runc 4896).
"""

import pytest

from config.quantity import Cpu, Memory
from plan.kubernetes.cgroups import Cgroup, cgroups
from plan.model import Container, Pod, Workload
from plan.model.resources import CPU, MEMORY, oom_score_adj, qos_class

GIB = Memory.parse("1Gi")


def workload(*containers: Container, init: tuple[Container, ...] = ()) -> Workload:
    pod = Pod(containers, init)
    return Workload(
        name="web",
        service="web",
        namespace="web",
        controller="Deployment",
        replicas=1,
        pod=pod,
        path=("services", "web"),
        qos=qos_class(pod),
        oom_score_adj=oom_score_adj(pod, 16 * GIB),
    )


def container(name: str, cpu: str | None, memory: int | None, cpu_limit: str | None = None) -> Container:
    """Memory is both request and limit."""
    requests = {**({CPU: Cpu.parse(cpu)} if cpu else {}), **({MEMORY: memory} if memory else {})}
    limits = {**({CPU: Cpu.parse(cpu_limit)} if cpu_limit else {}), **({MEMORY: memory} if memory else {})}
    return Container(name, requests, limits)


def of(found: tuple[Cgroup, ...], name: str) -> Cgroup:
    return next(each for each in found if each.name == name)


@pytest.mark.parametrize(
    ("cpu", "older", "newer"),
    [(None, 1, 1), ("1m", 1, 1), ("100m", 4, 17), ("1", 39, 100), ("1954m", 77, 170), ("256", 10000, 10000)],
)
def test_the_weight_follows_from_the_request(cpu: str | None, older: int, newer: int) -> None:
    found = of(cgroups(workload(container("main", cpu, GIB)), "none"), "main")
    assert (found.cpu_weight, found.cpu_weight_of_newer_runc) == (older, newer)


def test_the_pod_has_the_weight_of_all_its_containers() -> None:
    found = cgroups(workload(container("main", "500m", GIB), container("beside", "500m", GIB)), "none")
    assert of(found, "pod").cpu_weight == 39


@pytest.mark.parametrize(
    ("limit", "cpu_max"),
    [(None, "max 100000"), ("250m", "25000 100000"), ("2", "200000 100000"), ("5m", "1000 100000")],
)
def test_a_limit_is_a_quota_in_each_period(limit: str | None, cpu_max: str) -> None:
    assert of(cgroups(workload(container("main", "5m", GIB, limit)), "none"), "main").cpu_max == cpu_max


def test_a_pod_is_limited_as_a_whole_only_where_every_container_is() -> None:
    limited = container("main", "1", GIB, "1")
    assert of(cgroups(workload(limited, limited._replace(name="beside")), "none"), "pod")[3:5] == (
        "200000 100000",
        2 * GIB,
    )
    assert of(cgroups(workload(limited, container("beside", "1", None)), "none"), "pod")[3:5] == ("max 100000", None)
    init = (container("init", "1", None),)
    assert of(cgroups(workload(limited, init=init), "none"), "pod").memory_max is None


def test_who_has_cores_of_its_own_is_not_rationed() -> None:
    """A whole number of CPUs, Guaranteed, static policy: all three, or the quota stays."""
    whole, part = container("main", "2", GIB, "2"), container("main", "1500m", GIB, "1500m")
    assert {each.cpu_max for each in cgroups(workload(whole), "static")} == {"max 100000"}
    assert of(cgroups(workload(whole), "none"), "main").cpu_max == "200000 100000"
    assert of(cgroups(workload(part), "static"), "main").cpu_max == "150000 100000"
    burstable = container("beside", "100m", GIB)
    assert of(cgroups(workload(whole, burstable), "static"), "main").cpu_max == "200000 100000"


def test_each_container_has_its_own_limit_and_score() -> None:
    found = cgroups(workload(container("main", "1", GIB), container("beside", "1", 4 * GIB)), "none")
    assert (of(found, "main").memory_max, of(found, "beside").memory_max) == (GIB, 4 * GIB)
    assert (of(found, "main").oom_score_adj, of(found, "beside").oom_score_adj) == (938, 750)
