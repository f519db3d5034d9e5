"""Quantities are exact, or refused."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.notation import rounded_up
from config.quantity import Cpu, Memory

FACTORS = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "T": 10**12,
    "Ki": 2**10,
    "Mi": 2**20,
    "Gi": 2**30,
    "Ti": 2**40,
}
numbers = st.decimals(min_value=0, max_value=4000, places=3, allow_nan=False)


@given(st.integers(0, 2**63 - 1))
def test_memory_is_read_back_as_it_was_written(size: int) -> None:
    assert Memory.parse(str(Memory(size))) == size


@given(st.integers(0, 10**15))
def test_cpu_is_read_back_as_it_was_written(millicores: int) -> None:
    assert Cpu.parse(str(Cpu(millicores))) == millicores


@given(numbers, st.sampled_from(sorted(FACTORS)))
def test_memory_is_what_decimal_arithmetic_says_or_refused(number: Decimal, suffix: str) -> None:
    exact = Fraction(number) * FACTORS[suffix]
    text = f"{number}{suffix}"
    if exact.denominator == 1:
        assert Memory.parse(text) == exact
    else:
        with pytest.raises(ValueError, match="is not a whole number of bytes"):
            Memory.parse(text)


@given(numbers, st.sampled_from(["", "m"]))
def test_cpu_is_what_decimal_arithmetic_says_or_refused(number: Decimal, suffix: str) -> None:
    exact = Fraction(number) * (1 if suffix else 1000)
    text = f"{number}{suffix}"
    if exact.denominator == 1:
        assert Cpu.parse(text) == exact
    else:
        with pytest.raises(ValueError, match="is finer than 1m"):
            Cpu.parse(text)


@given(st.text())
def test_any_text_is_a_quantity_or_refused_in_one_line(text: str) -> None:
    for kind in (Cpu, Memory):
        try:
            kind.parse(text)
        except ValueError as error:
            assert str(error).isprintable()  # noqa: PT017 a refusal is allowed, not expected


@pytest.mark.parametrize(
    ("text", "millicores", "written"),
    [
        ("500m", 500, "500m"),
        ("0.5", 500, "500m"),
        (".25", 250, "250m"),
        ("2", 2000, "2"),
        ("2.", 2000, "2"),
        ("1500m", 1500, "1500m"),
        ("1e3m", None, None),
        ("2e0", 2000, "2"),
        ("1e-3", 1, "1m"),
        ("1k", 1_000_000, "1k"),
    ],
)
def test_cpu_in_kubernetes_notation(text: str, millicores: int | None, written: str | None) -> None:
    if millicores is None:
        with pytest.raises(ValueError, match="is not a quantity"):
            Cpu.parse(text)
    else:
        assert Cpu.parse(text) == millicores
        assert str(Cpu(millicores)) == written


@pytest.mark.parametrize(
    ("text", "size", "written"),
    [
        ("512Mi", 2**29, "512Mi"),
        ("0.5Gi", 2**29, "512Mi"),
        ("1.5Gi", 3 * 2**29, "1536Mi"),
        ("1024Mi", 2**30, "1Gi"),
        ("1000", 1000, "1k"),
        ("1e6", 10**6, "1M"),
        ("1E", 10**18, "976562500000000Ki"),
        ("2Ei", 2**61, "2Ei"),
        ("0", 0, "0"),
    ],
)
def test_memory_in_kubernetes_notation(text: str, size: int, written: str) -> None:
    assert Memory.parse(text) == size
    assert str(Memory(size)) == written


@pytest.mark.parametrize("text", ["", " ", "-1", "+1", "1 Gi", "1gi", "0x10", "1_000", "1e100", "٣", "NaN", "9Ei"])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a quantity|unknown unit|more than Kubernetes"):
        Memory.parse(text)


@pytest.mark.parametrize(
    ("text", "parts", "amount"),
    [("1.5m", 1000, 2), ("0.0005", 1000, 1), ("512m", 1, 1), ("1Gi", 1, 1 << 30), ("0", 1, 0)],
)
def test_a_cluster_rounds_up_what_is_finer_than_it_counts(text: str, parts: int, amount: int) -> None:
    assert rounded_up(text, parts) == amount


def test_a_quantity_of_a_million_digits_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"'9{56}\.\.\. is not a quantity"):
        Memory.parse("9" * 1_000_000)
