"""Faults of the SDK that have a workaround still exist, and the workarounds work."""

import asyncio
import contextlib
import gc
import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from pulumi import log
from pulumi.runtime import settings, stack

from components import sdk_speed
from components.sdk_speed import SWITCH, is_known, speed_up

OUTPUTS = 40


def pending() -> set[Any]:
    """The outputs that the SDK waits for: a property of its settings, made at run time."""
    settled: Any = settings.SETTINGS
    return settled.outputs


@pytest.fixture
def sdk(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The SDK as it is, and as it was afterwards."""
    thresholds = gc.get_threshold()
    monkeypatch.setattr(stack, "asyncio", asyncio)
    monkeypatch.setattr(log, "debug", log.debug)
    importlib.reload(log)  # another test may have run the whole program
    monkeypatch.delenv(SWITCH, raising=False)
    yield
    gc.set_threshold(*thresholds)


def waits(monkeypatch: pytest.MonkeyPatch) -> int:
    """How often the SDK waits for outputs that come one after the other."""
    counted = 0
    really = asyncio.wait

    async def counting(*arguments: Any, **options: Any) -> Any:
        nonlocal counted
        counted += 1
        return await really(*arguments, **options)

    async def output(turns: int) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)

    async def wait() -> None:
        for number in range(OUTPUTS):
            pending().add(asyncio.ensure_future(output(10 * number)))
        await stack.wait_for_rpcs()

    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "wait", counting)
        patched.setattr(stack, "_get_rpc_manager", lambda: _Nothing())
        asyncio.run(wait())
    return counted


class _Nothing:
    rpcs: tuple[Any, ...] = ()
    unhandled_exception = None


class _Engine:
    def __init__(self) -> None:
        self.lines = 0

    def Log(self, request: Any) -> None:  # noqa: N802 - as the protocol names it
        self.lines += 1


def test_the_sdk_still_waits_for_all_outputs_anew_after_each(sdk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this fails, `_Asyncio` is not needed any more."""
    assert waits(monkeypatch) > OUTPUTS / 2


def test_the_sdk_still_sends_each_line_for_debugging_to_the_engine(sdk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this fails, `_say_nothing` is not needed any more."""
    engine = _Engine()
    monkeypatch.setattr(log, "get_engine", lambda: engine)
    log.debug("nobody asked for this")
    assert engine.lines == 1
    assert speed_up()
    log.debug("nobody asked for this either")
    assert engine.lines == 1
    log.warn("somebody should know this")
    assert engine.lines == 2


def test_it_waits_once_for_all_of_them(sdk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert speed_up()
    assert waits(monkeypatch) == 1


def test_an_output_that_fails_is_told_before_the_others_come(sdk: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert speed_up()

    async def fail() -> None:
        raise ValueError("of this output")

    async def wait() -> None:
        pending().add(asyncio.ensure_future(asyncio.sleep(60)))
        pending().add(asyncio.ensure_future(fail()))
        await stack.wait_for_rpcs()

    monkeypatch.setattr(stack, "_get_rpc_manager", lambda: _Nothing())
    with pytest.raises(ValueError, match="of this output"):
        asyncio.run(asyncio.wait_for(wait(), 10))
    with contextlib.suppress(KeyError):
        pending().clear()


def test_it_can_be_switched_off_and_leaves_versions_alone_that_nobody_has_read(
    sdk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SWITCH, "1")
    assert not speed_up()
    assert vars(stack)["asyncio"] is asyncio
    monkeypatch.delenv(SWITCH)
    monkeypatch.setattr(sdk_speed.importlib.metadata, "version", lambda _: "3.400.0")
    assert not speed_up()


@pytest.mark.parametrize(("version", "known"), [("3.271.9", False), ("3.272.0", True), ("3.280.0", False)])
def test_the_versions_are_a_range(version: str, known: bool) -> None:
    assert is_known(version) is known
