"""Requests and limits from use: what is cut, what is raised, and what is left alone."""

from collections.abc import Mapping
from typing import Any

import pytest

from observation.usage import ContainerUsage, Percentiles
from operations.rightsize import Amounts, Policy, Stated, propose

MIB = 1 << 20
MONTH = 30


def used(
    *memory: int, days: int = MONTH, daily: list[int] | None = None, cpu: int = 40, kills: int = 0, restarts: int = 0
) -> ContainerUsage:
    """Use with these percentiles of memory, in MiB: p50, p95, p99 and the maximum."""
    _, p95, _, most = memory
    return ContainerUsage(
        namespace="photos",
        workload="Deployment/photos",
        container="photos",
        pods=1,
        days=days,
        cpu=Percentiles(cpu / 2, cpu, 2 * cpu, 5 * cpu),
        memory=Percentiles(*memory),
        memory_daily=tuple(daily) if daily else (p95,) * (days - 1) + (most,),
        oom_kills=kills,
        restarts=restarts or kills,
        note="",
    )


def stated(request: int | None, limit: int | None, cpu: int | None = 100) -> Stated:
    """Stated in MiB."""
    return Stated(cpu, request and request * MIB, limit and limit * MIB)


def memory(seen: ContainerUsage, now: Stated, **policy: Any) -> tuple[int | None, int | None]:
    """Proposed request and limit in MiB."""
    amounts = propose(seen, now, Policy(**policy))[0].proposed
    return amounts.request and amounts.request // MIB, amounts.limit and amounts.limit // MIB


def test_request_follows_typical_use_and_limit_the_peak() -> None:
    assert memory(used(600, 980, 1120, 1310), stated(1536, 4096)) == (992, 1600)


def test_a_volatile_service_gets_more_room_above_its_peak() -> None:
    assert memory(used(600, 980, 1120, 1310), stated(1536, 4096), headroom=1.3) == (992, 1728)


def test_a_small_container_keeps_room_for_a_spike_between_two_scrapes() -> None:
    assert memory(used(4, 8, 9, 9), stated(32, 128))[1] == 80


def test_a_change_that_is_not_worth_a_restart_is_left() -> None:
    assert memory(used(160, 250, 300, 340), stated(256, 448)) == (None, None)


LEFT_ALONE: Mapping[str, tuple[ContainerUsage, Stated]] = {
    "two days of data": (used(18, 22, 25, 27, days=2), stated(32, 640)),
    "a peak at the start or of an import": (used(3100, 3350, 5200, 5640), stated(4096, 9000)),
    "memory that rises until the kill": (
        used(118, 231, 251, 256, daily=[*range(130, 257, 9), *range(130, 257, 9)], kills=6),
        stated(None, None),
    ),
    "restarts that no kill explains": (used(2700, 3250, 3700, 3980, restarts=2), stated(3072, 6144)),
    "a limit that file pages fill": (used(480, 1500, 1900, 2010), stated(512, 2048)),
    "a cache as large as its setting": (used(390, 402, 408, 411), stated(512, 1024)),
    "less than a month, for a limit": (used(250, 260, 290, 300, days=20), stated(256, 2048)),
    "no limit today": (used(150, 200, 220, 230), stated(200, None)),
}


@pytest.mark.parametrize(("seen", "now"), LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_no_limit_is_cut_or_set_for(seen: ContainerUsage, now: Stated) -> None:
    assert memory(seen, now)[1] is None


def rising(first: int, last: int) -> list[int]:
    return [first + (last - first) * day // (MONTH - 1) + (day % 3) for day in range(MONTH)]


TRAPS = {
    "a leak of 15 % a month is met in two": used(500, 560, 570, 577, daily=rising(500, 575)),
    "users that come with the weeks": used(300, 500, 560, 600, daily=[300] * 10 + [420] * 10 + [600] * 10),
    "an importer that nobody has used": used(20, 30, 35, 44, cpu=4),
    "a batch on Sundays": used(120, 150, 700, 900, daily=([150] * 6 + [900]) * 4 + [150, 150]),
    "a report on the first of the month": used(120, 150, 155, 800, daily=[150] * 29 + [800]),
    "a heap that collects garbage at its limit": used(1500, 1900, 2000, 2040),
    "a heap at 80 % of its limit": used(1400, 1500, 1600, 1640),
    "file pages of a day of copying": used(200, 260, 900, 1500),
    "a model that is compiled at the start": used(800, 900, 950, 1700),
    "a restart of which nobody says why": used(200, 300, 320, 340, restarts=1),
    "three weeks of data": used(200, 300, 320, 340, days=21),
    "a gap of five days": used(200, 300, 320, 340, days=25),
}


@pytest.mark.parametrize("seen", TRAPS.values(), ids=TRAPS)
def test_no_limit_is_cut_into_a_later_kill(seen: ContainerUsage) -> None:
    assert memory(seen, stated(256, 2048))[1] is None


def test_weeks_that_are_alike_do_not_grow() -> None:
    assert memory(used(200, 300, 320, 340, daily=([300] * 6 + [340]) * 4 + [300, 300]), stated(256, 2048))[1] == 416


def test_the_memory_request_that_an_autoscaler_divides_by_stays() -> None:
    assert memory(used(200, 300, 320, 340), stated(1024, 2048), scaled_by=frozenset({"memory"}))[0] is None


def test_a_kill_at_the_limit_hides_the_need_and_raises_it() -> None:
    assert memory(used(210, 505, 512, 512, kills=4), stated(256, 512)) == (512, 768)


def test_nothing_is_raised_above_the_ceiling() -> None:
    killed = used(210, 505, 512, 512, kills=4)
    assert memory(killed, stated(256, 512), ceiling=600 * MIB)[1] == 600
    assert memory(killed, stated(256, 512), ceiling=512 * MIB)[1] is None


def test_the_owners_floor_holds() -> None:
    assert memory(used(10, 12, 13, 14), stated(512, 1024), floor=512 * MIB)[1] == 512


def test_where_the_tier_guarantees_memory_request_and_limit_move_together() -> None:
    assert memory(used(600, 980, 1120, 1310), stated(4096, 4096), request_is_limit=True) == (1600, 1600)
    assert memory(used(600, 980, 1120, 2900), stated(4096, 4096), request_is_limit=True) == (None, None)


def test_a_leak_is_told_with_its_rate() -> None:
    seen, now = LEFT_ALONE["memory that rises until the kill"]
    proposal = propose(seen, now, Policy())[0]
    assert (proposal.leak_per_day, proposal.proposed) == (9, Amounts(None, None))


def test_cpu_is_requested_by_typical_use_and_never_limited() -> None:
    cpu = propose(used(60, 180, 320, 410, cpu=60), stated(200, 512, cpu=500), Policy())[1]
    assert cpu.proposed == Amounts(60, None)


def test_the_cpu_request_of_an_autoscaled_workload_stays() -> None:
    cpu = propose(used(60, 180, 320, 410, cpu=60), stated(200, 512, cpu=500), Policy(scaled_by=frozenset({"cpu"})))[1]
    assert cpu.proposed == Amounts(None, None)


@pytest.mark.parametrize("most", range(50, 4000, 237))
@pytest.mark.parametrize("limit", [64, 512, 4096, 16384])
def test_no_limit_is_proposed_below_what_was_used(most: int, limit: int) -> None:
    proposed = memory(used(most // 2, most * 7 // 10, most * 9 // 10, most), stated(limit, limit))[1]
    assert proposed is None or proposed >= most * 1.2


def test_a_floor_above_the_limit_raises_it() -> None:
    assert memory(used(10, 12, 13, 14), stated(64, 128), floor=512 * MIB)[1] == 512


def test_no_limit_is_cut_below_what_an_autoscaler_would_go_up_to() -> None:
    assert memory(used(600, 980, 1120, 1310), stated(1536, 4096), recommended=2048 * MIB)[1] == 2048


def test_the_cpu_request_never_exceeds_a_cpu_limit() -> None:
    limited = stated(200, 512, cpu=10)._replace(cpu_limit=50)
    assert propose(used(60, 180, 320, 410, cpu=200), limited, Policy())[1].proposed.request == 50
