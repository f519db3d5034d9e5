"""A lab in which hundreds of workloads have no place."""

from io import StringIO

import pytest
from rich.console import Console

from benchmark.planning import multiplied
from cli.text.plan import print_plan
from plan import Plan, make_plan
from plan.forecast import look_ahead
from plan.scenarios import snapshot
from plan.scenarios.snapshot import MANY_WAITING
from tests.plan.labs import plan_of


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(multiplied(plan_of("prod").lab, 3))


def test_every_workload_without_a_place_is_named(plan: Plan) -> None:
    waiting = [each for each in plan.findings if each.code == "DOES-NOT-FIT"]
    together = [names for each in waiting if isinstance(names := each.facts.get("workloads"), tuple)]
    named = [*(each.path[1] for each in waiting if "workloads" not in each.facts), *sum(together, ())]
    assert len(named) == len(plan.capacity.pending) > MANY_WAITING
    assert len(waiting) < 20


def test_losses_are_said_to_be_not_computed(plan: Plan) -> None:
    forecast = look_ahead(plan)
    assert forecast.losses is None
    assert [each.code for each in forecast.findings].count("NOT-COMPUTED") == 1
    output = StringIO()
    print_plan(plan, Console(file=output, width=120, color_system=None))
    printed = output.getvalue()
    assert "Must not fail: not computed" in printed
    assert "every loss is survived" not in printed


def test_so_many_pods_and_nodes_are_planned_and_their_losses_said_to_be_not_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(snapshot, "MANY_PLACES", 10)
    forecast = look_ahead(make_plan(plan_of("small").lab))
    assert forecast.losses is None
    (finding,) = (each for each in forecast.findings if each.code == "NOT-COMPUTED")
    assert "are not computed for" in finding.message
    assert finding.facts["nodes"] == 2
