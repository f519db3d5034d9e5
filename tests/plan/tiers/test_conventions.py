"""The resource rules hold for every tier, whatever a service states."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from config.quantity import Cpu, Memory
from config.service.common import Departure
from config.service.resources import Gpu, Resources
from config.tier import ContainerDefaults, Quota, Tier
from plan.model.resources import CPU, EPHEMERAL_STORAGE, GPU, MEMORY, notation, written
from plan.tiers.conventions import departures, gpu_resources, memory_is_guaranteed, resources_of
from plan.tiers.objects import _limit_range, _quota

VIDEO_MEMORY = "lab.example/video-memory-mib"

cpus = st.integers(1, 64_000).map(Cpu)
sizes = st.one_of(st.integers(1 << 26, 1 << 40), st.integers(64, 1 << 20).map(lambda mib: mib << 20)).map(Memory)
exceptions = st.sets(st.sampled_from(get_args(Departure)))
percents = st.integers(1, 99)


@st.composite
def tiers(draw: st.DrawFn) -> Tier:
    default_cpu, max_cpu = sorted((draw(cpus), draw(cpus)))
    default_memory, max_memory = sorted((draw(sizes), draw(sizes)))
    return Tier(
        description="any",
        priority=draw(st.integers(0, 999_999_999)),
        memory=draw(st.sampled_from(["guaranteed", "burstable"])),
        memory_request_percent=draw(percents),
        container=ContainerDefaults(
            default_memory=default_memory,
            default_cpu_request=default_cpu,
            max_memory=max_memory,
            max_cpu_request=max_cpu,
        ),
        quota=Quota(cpu=draw(cpus), memory=draw(sizes), pods=draw(st.integers(1, 1000))),
        shutdown_grace_seconds=draw(st.integers(0, 600)),
    )


@st.composite
def stated(draw: st.DrawFn) -> Resources:
    """Resources of a container, as far as a valid lab allows: never more requested than it may use."""
    memory = draw(sizes)
    return Resources(
        cpu=draw(cpus),
        memory=memory,
        memory_request=draw(st.none() | st.integers(1 << 26, memory).map(Memory)),
        ephemeral_storage=draw(st.none() | sizes),
    )


@given(tiers(), stated(), exceptions, st.integers(0, 1 << 40))
def test_a_container_has_a_cpu_limit_only_where_it_is_strictly_guaranteed(
    tier: Tier, needs: Resources, excepted: set[str], scratch: int
) -> None:
    container = resources_of("main", needs, tier, excepted, scratch=scratch)
    assert container.requests[CPU] == needs.cpu
    assert container.limits.get(CPU) == (needs.cpu if "guaranteed-cpu" in excepted else None)


@given(tiers(), stated(), exceptions)
def test_memory_is_guaranteed_by_the_tier_unless_excepted(tier: Tier, needs: Resources, excepted: set[str]) -> None:
    container = resources_of("main", needs, tier, excepted)
    assert container.limits[MEMORY] == needs.memory
    guaranteed = "burstable-memory" not in excepted if tier.memory == "guaranteed" else "guaranteed-memory" in excepted
    if guaranteed:
        assert container.requests[MEMORY] == container.limits[MEMORY]
    elif needs.memory_request is not None:
        assert container.requests[MEMORY] == needs.memory_request


@given(tiers(), stated(), exceptions)
def test_burstable_memory_is_requested_below_the_limit_or_found(
    tier: Tier, needs: Resources, excepted: set[str]
) -> None:
    container = resources_of("main", needs, tier, excepted)
    found = {finding.code for finding in departures(needs, "tier", tier, excepted, ("services", "service"))}
    if not memory_is_guaranteed(tier, excepted):
        below = container.requests[MEMORY] < container.limits[MEMORY]
        assert below != ("MEMORY-NOT-BURSTABLE" in found)


@given(tiers(), stated(), exceptions)
def test_guaranteed_memory_takes_no_other_request_without_a_finding(
    tier: Tier, needs: Resources, excepted: set[str]
) -> None:
    found = {finding.code for finding in departures(needs, "tier", tier, excepted, ("services", "service"))}
    differs = memory_is_guaranteed(tier, excepted) and needs.memory_request not in (None, needs.memory)
    assert ("MEMORY-NOT-GUARANTEED" in found) == differs


@given(tiers(), stated(), exceptions, st.integers(0, 1 << 40))
def test_nothing_is_requested_above_its_limit_and_everything_above_zero(
    tier: Tier, needs: Resources, excepted: set[str], scratch: int
) -> None:
    container = resources_of("main", needs, tier, excepted, scratch=scratch)
    assert {CPU, MEMORY, EPHEMERAL_STORAGE} <= container.requests.keys()
    for resource, request in container.requests.items():
        assert 0 < request <= container.limits.get(resource, request)


@given(tiers(), stated(), exceptions, st.integers(1, 16), st.integers(64, 80_000))
def test_extended_resources_are_requested_as_they_are_limited(
    tier: Tier, needs: Resources, excepted: set[str], count: int, video_memory: int
) -> None:
    extended = gpu_resources(Gpu(count=count, video_memory_mib=video_memory), VIDEO_MEMORY)
    container = resources_of("main", needs, tier, excepted, extended=extended)
    for resource, amount in ((GPU, count), (VIDEO_MEMORY, video_memory)):
        assert container.requests[resource] == container.limits[resource] == amount


@given(tiers(), stated(), exceptions)
def test_a_manifest_says_exactly_what_was_computed(tier: Tier, needs: Resources, excepted: set[str]) -> None:
    container = resources_of("main", needs, tier, excepted)
    for amounts in (container.requests, container.limits):
        text = written(amounts)
        assert Memory.parse(text[MEMORY]) == amounts[MEMORY]
        assert Memory.parse(text[EPHEMERAL_STORAGE]) == amounts[EPHEMERAL_STORAGE]
        if CPU in amounts:
            assert Cpu.parse(text[CPU]) == amounts[CPU]


@given(st.integers(0, 1 << 50))
def test_an_amount_is_read_back_as_it_was_written(amount: int) -> None:
    assert Cpu.parse(notation(CPU, amount)) == amount
    assert Memory.parse(notation(MEMORY, amount)) == amount
    for extended in (GPU, VIDEO_MEMORY, "lab.example/vcpu", "lab.example/video-memory"):
        assert Memory.parse(notation(extended, amount)) == amount


@given(tiers())
def test_a_limit_range_never_forces_cpu_limits(tier: Tier) -> None:
    """The API server makes CPU limits of `default.cpu` and of `max.cpu`."""
    for limit in _limit_range("any", tier)["spec"]["limits"]:
        assert limit["defaultRequest"].keys() == {"cpu", "memory"}
        for part in limit.keys() - {"type", "defaultRequest"}:
            assert limit[part].keys() == {"memory"}


@given(tiers())
def test_a_limit_range_admits_its_own_defaults(tier: Tier) -> None:
    (limit,) = _limit_range("any", tier)["spec"]["limits"]
    request, default, most = (Memory.parse(limit[part]["memory"]) for part in ("defaultRequest", "default", "max"))
    assert request <= default <= most


@given(tiers())
def test_a_quota_counts_requests_and_pods_only(tier: Tier) -> None:
    """With a quota on `limits.cpu`, no pod without a CPU limit could start."""
    hard = _quota("any", tier)["spec"]["hard"]
    assert hard.keys() == {"requests.cpu", "requests.memory", "pods"}
    assert Cpu.parse(hard["requests.cpu"]) == tier.quota.cpu
    assert Memory.parse(hard["requests.memory"]) == tier.quota.memory
