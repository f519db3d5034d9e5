"""Whatever a Proxmox answers: each question is answered or named as unread, in one line; never another exception."""

import os
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import pytest

from config.source import is_mapping
from operations.adopt.machines import adopt
from operations.clients.proxmox import NotAnswered, Refused
from operations.preflight import judge, read_state
from tests.operations.preflight.hosts import found, known
from tests.operations.preflight.test_read import NOW, Recorded, with_one_more
from tests.plan.labs import FOLDERS, plan_of

ANSWERS = int(os.environ.get("PROXMOX_ANSWERS", "150"))
"""Changed answers that are tried; `make fuzz` tries more."""
SEED = int(os.environ.get("SEED", "1"))
JUNK: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        10**30,
        1.5,
        float("nan"),
        float("inf"),
        "",
        "x",
        "\x1b[2J",
        "a\nb",
        "\u202e",
        "ä" * 5000,
    ),
    *([], {}, [None], [[]], [{}], {"": None}, {"data": None}, "0", "-1", "1e999", "<html>", "local:1,size=x", "=,=,,"),
)


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def changed(value: Any, chance: random.Random) -> Any:
    """A value with one thing in it that is otherwise, at any depth."""
    inner = [*value] if is_mapping(value) else [*range(len(cast(list[Any], value)))] if isinstance(value, list) else []
    if not inner or chance.random() < 0.3:
        return deep(190) if chance.random() < 0.05 else chance.choice(JUNK)
    key: Any = chance.choice(inner)
    copy: Any = dict(value) if is_mapping(value) else [*value]
    match chance.randrange(4):
        case 0:
            del copy[key]
        case 1 if isinstance(copy, list):
            copy += [copy[key]] * 3
        case 2 if isinstance(copy, dict):
            copy[str(chance.choice(JUNK))[:50]] = copy[key]
        case _:
            copy[key] = changed(copy[key], chance)
    return copy


@pytest.fixture(scope="module")
def recorded() -> Recorded:
    return Recorded(with_one_more(plan_of("every_kind")).answers)


def tried(recorded: Recorded, number: int, use: Callable[[Recorded], None]) -> None:
    """Use some answers of which up to three are otherwise. The number names the case."""
    chance = random.Random(f"{SEED}/{number}")
    asked = chance.sample([*recorded.answers], k=chance.randint(1, 3))
    recorded.otherwise = {each: changed(recorded.answers[each], chance) for each in asked}
    try:
        with suppress(NotAnswered, Refused):
            use(recorded)
    except Exception as error:
        raise AssertionError(f"seed {SEED}, case {number}: {recorded.otherwise!r}"[:2000]) from error


def test_preflight_reads_any_answer(recorded: Recorded) -> None:
    plan = plan_of("every_kind")

    def use(answers: Recorded) -> None:
        for finding in found(judge(plan, read_state(plan, answers, lambda: NOW, known))):
            assert finding.message
            assert finding.fix

    for number in range(ANSWERS):
        tried(recorded, number, use)


def test_adopting_reads_any_answer(recorded: Recorded) -> None:
    def use(answers: Recorded) -> None:
        adoption = adopt(FOLDERS["every_kind"], answers)
        assert all(each.message for each in adoption.findings)

    for number in range(ANSWERS // 3):
        tried(recorded, number, use)
