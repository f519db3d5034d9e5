"""docs/cis.md has each point of the CIS Kubernetes Benchmark 1.12 once."""

from tests.plan.cluster.cis import NUMBERS, claims


def test_the_page_has_each_point_once() -> None:
    said = [number for claim in claims() for number in claim.numbers]
    assert sorted(said) == sorted(set(said))
    assert set(said) == NUMBERS
