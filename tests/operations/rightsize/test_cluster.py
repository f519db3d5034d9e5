"""Proposals for a cluster: what the cluster states, what its tiers and limits rule, and what is left alone."""

from pathlib import Path

from observation import Usage
from observation.usage import ContainerUsage, Percentiles
from operations.rightsize.cluster import Sized, Sizes, size_cluster
from tests.operations.clusters import read_cluster
from tests.plan.labs import lab_of

MIB = 1 << 20
CLUSTER = read_cluster(Path(__file__).parent / "cluster.yaml")


def use(namespace: str, name: str, *memory: float, kills: int = 0) -> ContainerUsage:
    return ContainerUsage(
        namespace=namespace,
        workload=f"Deployment/{name}",
        container=name,
        pods=1,
        days=30,
        cpu=Percentiles(10, 40, 80, 200),
        memory=Percentiles(*memory),
        memory_daily=(memory[1],) * 29 + (memory[3],),
        oom_kills=kills,
        restarts=kills,
        note="",
    )


def sizes(*used: ContainerUsage, lab: str | None = None) -> Sizes:
    return size_cluster(CLUSTER, Usage("test", 30, None, used), lab_of(lab) if lab else None)


def sized(*used: ContainerUsage, lab: str | None = None) -> Sized:
    return sizes(*used, lab=lab).sized[0]


def test_a_container_without_a_limit_has_that_of_the_limit_range() -> None:
    wiki = sized(use("web", "wiki", 100, 200, 250, 256, kills=3))
    assert wiki.memory.now == (256 * MIB, 256 * MIB)
    assert wiki.memory.proposed.limit == 384 * MIB


def test_no_proposal_exceeds_the_maximum_of_the_limit_range() -> None:
    shop = sized(use("web", "shop", 600, 760, 768, 768, kills=3))
    assert shop.memory.proposed.limit == 1024 * MIB


def test_the_cpu_request_that_an_autoscaler_divides_by_stays() -> None:
    assert sized(use("web", "shop", 300, 400, 450, 500)).cpu.proposed == (None, None)


def test_a_webhook_that_all_pods_wait_for_is_left_alone() -> None:
    gate = sized(use("policy", "gate", 100, 150, 160, 180))
    assert gate.memory.proposed == (None, None)


def test_in_a_tier_that_guarantees_memory_the_request_is_the_limit() -> None:
    tiers = {name: row.memory for name, row in lab_of("small").tiers.items()}
    assert tiers["hobby"] == "burstable", "the namespace of the test is in that tier"
    assert sized(use("web", "wiki", 100, 120, 125, 130), lab="small").memory.proposed.request == 128 * MIB


def test_what_has_no_usage_or_is_gone_is_named() -> None:
    found = sizes(use("web", "old", 1, 2, 3, 4)).not_sized
    assert [(each.workload, each.why) for each in found] == [
        ("Deployment/gate", "no usage"),
        ("Deployment/old", "made by another controller, or no longer there"),
        ("Deployment/shop", "no usage"),
        ("Deployment/wiki", "no usage"),
    ]
