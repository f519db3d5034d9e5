"""The one form of sizes, shares and counts."""

import pytest

from plan.wording import cores, gib, percent, plural

GIB, MIB = 1 << 30, 1 << 20


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        (0, "0.0 GiB"),
        (2366 * GIB, "2,366.0 GiB"),
        (-4 * GIB, "-4.0 GiB"),
        (4 * GIB + GIB // 2, "4.5 GiB"),
        (400 * MIB, "400 MiB"),
        (-400 * MIB, "-400 MiB"),
    ],
)
def test_a_size_has_one_decimal_and_little_is_not_nothing(size: int, shown: str) -> None:
    assert gib(size) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(0, 10, "0%"), (9, 10, "90%"), (9_999, 10_000, "99%"), (10, 10, "100%"), (10_001, 10_000, "101%"), (1, 0, "-")],
)
def test_a_share_is_100_percent_only_where_all_of_it_is_used(part: int, whole: int, shown: str) -> None:
    assert percent(part, whole) == shown


def test_counts_and_cores() -> None:
    assert (plural(1, "error"), plural(0, "error"), plural(1200, "pod")) == ("1 error", "0 errors", "1,200 pods")
    assert (cores(25), cores(2500), cores(38_000)) == ("0.025", "2.5", "38")
