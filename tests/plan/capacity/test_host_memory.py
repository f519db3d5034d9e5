"""The memory that a host has left is what it has not committed."""

import pytest

from plan.capacity.host_memory import GIB, MIB, Running, host_memory, overhead


@pytest.mark.parametrize(
    ("memory", "with_overhead"), [(32 * GIB, 34 * GIB), (48 * GIB, 51 * GIB), (1 * GIB, 1 * GIB + 256 * MIB)]
)
def test_a_machine_takes_a_sixteenth_more_than_its_memory(memory: int, with_overhead: int) -> None:
    assert memory + overhead(memory) == with_overhead


@pytest.mark.parametrize("vcpus", [1, 8, 16])
@pytest.mark.parametrize("gib", [1, 2, 4, 8, 32, 48, 128])
def test_the_overhead_covers_what_kubevirt_adds_for_qemu(gib: int, vcpus: int) -> None:
    page_tables, fixed, io_thread, video = gib * GIB // 512, 64 * MIB, 8 * MIB, 16 * MIB
    assert overhead(gib * GIB) >= page_tables + fixed + io_thread + video + 8 * MIB * vcpus


def test_memory_that_is_not_touched_yet_is_committed() -> None:
    untouched, touched = Running(32 * GIB, 1 * GIB), Running(32 * GIB, 33 * GIB)
    assert host_memory(128 * GIB, 7 * GIB, 0, (untouched,)).free == (128 - 6 - 34) * GIB
    assert host_memory(128 * GIB, 39 * GIB, 0, (touched,)).free == (128 - 6 - 34) * GIB


def test_a_machine_that_holds_more_than_its_share_is_counted_with_what_it_holds() -> None:
    assert host_memory(128 * GIB, 40 * GIB, 0, (Running(32 * GIB, 36 * GIB),)).committed == 36 * GIB


def test_the_hypervisor_has_what_it_uses_or_what_is_reserved() -> None:
    assert host_memory(64 * GIB, 3 * GIB, 8 * GIB, ()).hypervisor == 8 * GIB
    assert host_memory(64 * GIB, 9 * GIB, 8 * GIB, ()).hypervisor == 9 * GIB


def test_where_a_host_does_not_say_what_machines_hold_none_of_it_is_counted_twice() -> None:
    memory = host_memory(64 * GIB, 20 * GIB, 4 * GIB, (Running(32 * GIB, None),))
    assert memory.hypervisor == 4 * GIB
    assert memory.free == (64 - 4 - 34) * GIB


def test_more_can_be_committed_than_there_is() -> None:
    assert host_memory(32 * GIB, 4 * GIB, 0, (Running(32 * GIB, 2 * GIB),)).free == -4 * GIB
