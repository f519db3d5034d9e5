"""How full the lab with one service of each kind is, computed by hand."""

from config.quantity import Memory
from plan.cluster.nodes import PODS
from plan.cluster.system import system_workloads
from plan.model import GroupUse, HostUse, NamespaceUse
from plan.model.resources import CPU, GPU, MEMORY
from tests.plan.labs import plan_of

CAPACITY = plan_of("every_kind").capacity
MIB = 1 << 20


def namespace(name: str) -> NamespaceUse:
    return next(use for use in CAPACITY.namespaces if use.name == name)


def group(name: str) -> GroupUse:
    return next(use for use in CAPACITY.groups if use.name == name)


def host() -> HostUse:
    (only,) = CAPACITY.hosts
    return only


def test_a_namespace_is_the_sum_of_its_pods() -> None:
    photos = namespace("aux-photos")
    assert photos.requests[CPU] == 2 * (100 + 10)
    assert photos.requests[MEMORY] == 2 * (128 + 16) * MIB
    assert photos.limits[MEMORY] == 2 * (512 + 32) * MIB
    assert photos.requests[PODS] == 2


def test_jobs_count_while_they_run() -> None:
    databases = namespace("core-databases")
    assert databases.requests[MEMORY] == 3 * 1024 * MIB
    assert databases.requests_with_jobs[MEMORY] == (3 * 1024 + 2 * 512) * MIB
    assert (databases.requests[PODS], databases.requests_with_jobs[PODS]) == (3, 5)
    assert namespace("aux-sweeper").requests[PODS] == 0
    assert namespace("aux-sweeper").requests_with_jobs[PODS] == 1


def test_a_namespace_is_held_against_the_quota_of_its_tier() -> None:
    assert namespace("core-databases").quota == {CPU: 4000, MEMORY: Memory.parse("8Gi"), PODS: 20}
    assert namespace("core-kyverno").quota is None


def test_groups_hold_all_that_runs() -> None:
    plan = plan_of("every_kind")
    steady = [each for each in plan.workloads if each.controller not in ("CronJob", "Job")]
    running = sum(each.replicas for each in [*steady, *system_workloads(tuple(use.node for use in CAPACITY.nodes))])
    assert CAPACITY.pending == ()
    assert sum(use.pods for use in CAPACITY.nodes) == running
    assert sum(each.requests[PODS] for each in CAPACITY.groups) == running
    assert {each.name: each.nodes for each in CAPACITY.groups} == {"control-plane": 1, "gpu": 1, "general": 1}


def test_the_gpu_group_holds_what_uses_the_gpu() -> None:
    assert group("gpu").requests[GPU] == 1
    assert group("gpu").requests["every.example/video-memory-mib"] == 6000
    assert GPU not in group("general").requests


def test_every_block_volume_takes_a_slot() -> None:
    """library 1, queue 3, postgres 2, mysql 1, vault 1."""
    assert sum(use.volumes for use in CAPACITY.nodes) == 8


def test_the_control_plane_runs_what_kubeadm_puts_there() -> None:
    (master,) = (use for use in CAPACITY.nodes if use.node.name == "master")
    assert master.requests[CPU] >= 650
    assert master.requests[MEMORY] >= Memory.parse("100Mi")


def test_the_host_adds_up_its_machines() -> None:
    assert host().machine_memory == Memory.parse("74Gi")
    assert host().pinned_memory == Memory.parse("32Gi")
    assert (host().vcpus, host().threads) == (22, 32)


def test_the_host_adds_up_disks_and_volumes() -> None:
    """Disks 16 + 32 + 128 + 128; vault 1, library 5, queue 3 x 10, postgres 2 x 10, mysql 10."""
    assert host().storages == {
        "local": (0, Memory.parse("500G")),
        "local-lvm": (Memory.parse("370Gi"), Memory.parse("3T")),
    }
