"""The calls that declared a resource, which the SDK sends with it, are left out."""

from typing import Any

import pytest
from pulumi.runtime import resource

from components.sdk_speed import SWITCH, speed_up

TRACE = "_get_stack_trace"
SENDS: Any = getattr(resource, TRACE)
"""As the SDK has it: this is read before any test runs the program."""


class Declared:
    """A resource, with as many constructors as one of the SDK has."""

    def __init__(self, depth: int = 3) -> None:
        self.calls: int = Declared(depth - 1).calls if depth > 1 else len(getattr(resource, TRACE)().frames)


def test_the_sdk_still_sends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this fails, they need not be left out any more."""
    monkeypatch.setattr(resource, TRACE, SENDS)
    monkeypatch.delenv(SWITCH, raising=False)
    assert Declared().calls > 0
    assert speed_up()
    assert Declared().calls == 0
