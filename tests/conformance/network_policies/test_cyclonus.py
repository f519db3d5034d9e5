"""What the planner says of network policies is what Cyclonus says, which tests network plugins."""

from collections.abc import Callable

import pytest

from plan.kubernetes.network_policy import refusal
from rehearsal.tools import ToolMissing
from tests.conformance.network_policies.questions import answers_of_cyclonus, question

SEEDS = range(200)


def test_random_policies_let_the_same_connections_through(figure: Callable[[str], None]) -> None:
    let_through = asked = 0
    for seed in SEEDS:
        each = question(seed)
        try:
            answers = answers_of_cyclonus(each)
        except ToolMissing as missing:
            pytest.skip(f"not run: {missing}")
        for connection, allowed in zip(each.connections, answers, strict=True):
            assert (refusal(each.policies, connection) is None) == allowed, (seed, connection, each.policies)
        asked += len(answers)
        let_through += sum(answers)
    assert asked / 5 < let_through < asked * 4 / 5
    figure(f"network policies: {asked} connections, {let_through} let through, as Cyclonus says of each")
