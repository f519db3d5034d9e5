"""The planner's messages about common mistakes."""

import pytest

from tests.plan.messages import CAUSES, kept, planner_says


@pytest.mark.parametrize("cause", CAUSES)
def test_the_planner_says_what_is_kept(cause: str) -> None:
    said = planner_says(cause)
    assert said == kept(cause, "planner", said), "If this is what it should say: make messages"
