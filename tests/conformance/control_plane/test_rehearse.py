"""Labs on a real control plane: what the planner says of them is what becomes of them."""

import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from cli.text.rehearsal import rate
from config.load import load_lab
from plan import Plan, make_plan
from rehearsal.control_plane import Api, ToolMissing, cluster
from rehearsal.engine import Engine
from rehearsal.installation import missing
from rehearsal.rehearse import Event, Step, foretold, rehearse
from tests.plan.labs import FOLDERS, change, plan_of


def steps(
    plan: Plan,
    events: Iterable[Event] = (),
    figure: Callable[[str], None] = lambda line: None,
    *,
    by_engine: bool = False,
) -> list[Step]:
    """Outcomes of a lab and of its events. `figure` gets the time that it took."""
    if by_engine and (reason := missing()):
        pytest.skip(f"not run: {reason}")
    start = time.monotonic()
    try:
        with cluster(plan) as running:
            ready = time.monotonic() - start
            up = Engine(running.kubeconfig, running.folder).up if by_engine else None
            found = list(rehearse(running.api, plan, events, up))
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")
    planned, outcome = found[0], found[0].outcome
    figure(
        f"{plan.lab.name} rehearsed: ready after {ready:.0f} s; {planned.objects} objects applied in "
        f"{rate(planned.objects, planned.apply_seconds)}; {outcome.running} pods placed within "
        f"{rate(outcome.running, outcome.placing_seconds)}"
    )
    return found


def test_everything_in_prod_runs_as_planned_whatever_happens_to_a_worker(figure: Callable[[str], None]) -> None:
    plan = plan_of("prod")
    events = [Event("add worker"), Event("drain", "k8s-node2"), Event("lose", "k8s-node3")]
    planned, added, drained, lost = steps(plan, events, figure)
    for step in (planned, added, drained, lost):
        assert step.is_fine, (step.event, step.outcome.waiting, step.outcome.refusals, step.disagreements, step.kept)
    agents = sum(each.controller == "DaemonSet" and not each.pod.node_selector for each in plan.workloads)
    left = {node.name: node.pods for node in drained.outcome.nodes}["k8s-node2"]
    assert 0 < left <= agents + 1, "only what runs on every node stays on a node that was drained"
    assert "k8s-node3" not in {node.name for node in lost.outcome.nodes}


def test_what_the_programs_own_components_declare_runs_as_planned_and_a_second_up_changes_nothing() -> None:
    plan = plan_of("every_kind")
    if reason := missing():
        pytest.skip(f"not run: {reason}")
    try:
        with cluster(plan) as running:
            up = Engine(running.kubeconfig, running.folder).up
            (step,) = rehearse(running.api, plan, [], up)
            assert step.is_fine, (step.outcome.waiting, step.outcome.refusals, step.disagreements)
            before = generations(running.api, plan)
            assert [each.refused for each in up(plan) if each.refused] == []
            assert generations(running.api, plan) == before
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")


def generations(api: Api, plan: Plan) -> list[int]:
    """How often each planned controller was changed."""
    kinds = {(each["apiVersion"], each["kind"]) for each in plan.manifests if each["apiVersion"] == "apps/v1"}
    found = (each for version, kind in sorted(kinds) for each in api.list(version, kind))
    return [each["metadata"]["generation"] for each in found]


def test_what_waits_for_a_node_that_was_lost_is_what_the_planner_foresaw() -> None:
    plan = plan_of("every_kind")
    planned, lost = steps(plan, [Event("lose", "worker")])
    assert planned.is_fine, (planned.outcome.waiting, planned.outcome.refusals, planned.disagreements)
    assert lost.outcome.waiting
    assert lost.disagreements == []


@pytest.mark.parametrize("by_engine", [False, True])
def test_what_the_planner_calls_an_error_is_refused_by_whom_it_names(by_engine: bool, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "lab"))
    for service, old, new in (
        ("door", "cpu: 100m", "cpu: 2500m"),
        ("library", "memory: 256Mi", "memory: 5Gi"),
        ("queue", "memory: 512Mi", "memory: 3Gi"),
    ):
        change(folder, [{"file": f"services/{service}.yaml", "old": old, "new": new}])
    plan = make_plan(load_lab(folder))
    (step,) = steps(plan, by_engine=by_engine)
    found = {
        each.what[2]: (each.by, *(finding.code for finding in foretold(plan, each))) for each in step.outcome.refusals
    }
    assert found == {
        "door": ("Kyverno", "CPU-ABOVE-CAP"),
        "library": ("LimitRange", "LIMIT-ABOVE-MAXIMUM"),
        "queue": ("quota", "QUOTA-EXCEEDED"),
    }
    messages = {each.what[2]: each.message for each in step.outcome.refusals}
    assert messages["library"].endswith("is forbidden: maximum memory usage per Container is 4Gi, but limit is 5Gi")
    assert "exceeded quota: tier-core, requested: requests.memory=3Gi" in messages["queue"]
    assert "In door: in tier core a container may request 2 CPU." in messages["door"]
