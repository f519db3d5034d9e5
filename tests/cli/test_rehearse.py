"""`homelab rehearse`: how it tells what came of a rehearsal. The rehearsal itself is made up."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from plan.model import Plan
from rehearsal.control_plane import ToolMissing
from rehearsal.outcome import NodeState, Outcome, Refusal, WorkloadState
from rehearsal.rehearse import Event, Step
from tests.cli.conftest import Homelab

WEB, DB = ("here", "Deployment", "web"), ("here", "StatefulSet", "db")
WORDS = "0/2 nodes are available: 2 Insufficient memory."
QUOTA = "exceeded quota: tier-aux"
NODES = (NodeState("worker1", 1, 0, {WEB: 1}),)
FINE = Outcome((WorkloadState(WEB, 1, 1, {}),), (), NODES, settled=True, seconds=7, placing_seconds=4)
BROKEN = Outcome(
    (WorkloadState(WEB, 1, 0, {}), WorkloadState(DB, 2, 1, {WORDS: 1})),
    (Refusal(WEB, "quota", QUOTA),),
    (NodeState("worker1", 1, 1),),
    settled=True,
)


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> dict[str, Outcome]:
    """Outcomes of the lab and of the events after it, by event."""
    found = {"as planned": FINE}

    @contextmanager
    def cluster(plan: Plan, tell: object) -> Iterator[SimpleNamespace]:
        yield SimpleNamespace(api=None, kubeconfig=Path("kubeconfig"))

    def rehearse(api: object, plan: Plan, events: list[Event], up: object) -> Iterator[Step]:
        for event in ("as planned", *(f"{each.what} {each.node}".strip() for each in events)):
            yield Step(event, found.get(event, FINE), (), 10, 2.0)

    monkeypatch.setattr("rehearsal.installation.missing", lambda: "no pulumi")
    monkeypatch.setattr("rehearsal.control_plane.cluster", cluster)
    monkeypatch.setattr("rehearsal.rehearse.rehearse", rehearse)
    return found


@pytest.mark.usefixtures("outcomes")
def test_a_lab_that_runs_as_planned_is_fine(homelab: Homelab, lab: Path) -> None:
    result = homelab("rehearse", "--lab", lab)
    assert result.exit_code == 0, result.output
    assert "The lab is applied by server-side apply (no pulumi)." in result.stdout
    assert "10 objects applied in 2 s (5 a second), settled 7 s later" in result.stdout
    assert "1 pod runs, placed within 4 s (0 a second)" in result.stdout
    assert "Everything runs, as planned." in result.stdout


def test_what_does_not_run_is_told_with_the_control_planes_words(
    homelab: Homelab, lab: Path, outcomes: dict[str, Outcome]
) -> None:
    outcomes["as planned"] = BROKEN
    result = homelab("rehearse", "--lab", lab)
    assert result.exit_code == 1
    assert "1 pod pending: here/StatefulSet/db" in result.stdout
    assert WORDS in result.stdout
    assert "here/Deployment/web: refused by quota" in result.stdout
    assert f"{QUOTA}\n    the plan did not predict it" in result.stdout
    assert "0 pending according to the planner, 1 on the control plane" in result.stdout


def test_an_event_that_goes_wrong_is_an_error(homelab: Homelab, lab: Path, outcomes: dict[str, Outcome]) -> None:
    outcomes["lose worker"] = BROKEN
    result = homelab("rehearse", "--lab", lab, "--drain", "worker", "--lose", "worker", "--add-worker")
    assert result.exit_code == 1
    headings = [line for line in result.stdout.splitlines() if line and not line.startswith(" ")][1:]
    assert headings == ["As planned", "Add worker", "Drain worker", "Lose worker"]


def test_programs_get_json(homelab: Homelab, lab: Path, outcomes: dict[str, Outcome]) -> None:
    outcomes["drain worker"] = BROKEN
    report = json.loads(homelab("rehearse", "--lab", lab, "--drain", "worker", "--format", "json").stdout)
    assert not report["fine"]
    first, second = report["steps"]
    assert (first["objects_applied"], first["apply_seconds"], first["placing_seconds"]) == (10, 2.0, 4)
    assert (first["fine"], first["running_pods"], first["nodes"]) == (
        True,
        1,
        [{"name": "worker1", "pods": 1, "volumes": 0}],
    )
    assert second["waiting"] == [{"workload": "here/StatefulSet/db", "pods": 1, "reason": WORDS}]
    assert second["refused"] == [{"object": "here/Deployment/web", "by": "quota", "message": QUOTA, "foretold": []}]
    assert second["disagreements"] == [{"workload": "here/StatefulSet/db", "waiting": 1, "predicted": 0}]


def test_a_node_that_is_not_there_is_invalid_input(homelab: Homelab, lab: Path) -> None:
    result = homelab("rehearse", "--lab", lab, "--drain", "wrker")
    assert result.exit_code == 2
    assert "no node 'wrker'; did you mean 'worker'?" in result.stderr


def test_an_invalid_lab_is_not_rehearsed(homelab: Homelab, invalid_lab: Path) -> None:
    result = homelab("rehearse", "--lab", invalid_lab)
    assert result.exit_code == 2
    assert "is not a valid lab" in result.stderr


def test_a_part_that_is_missing_is_told_in_a_sentence(
    homelab: Homelab, lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cluster(plan: Plan, tell: object) -> None:
        raise ToolMissing("etcd is not here")

    monkeypatch.setattr("rehearsal.installation.missing", lambda: "no pulumi")
    monkeypatch.setattr("rehearsal.control_plane.cluster", cluster)
    result = homelab("rehearse", "--lab", lab)
    assert (result.exit_code, result.stderr) == (1, "homelab: etcd is not here\n")


def test_without_a_development_package_it_says_what_installs_it(
    homelab: Homelab, lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trustme", None)
    for module in [name for name in sys.modules if name.startswith(("rehearsal.", "cli.commands.rehearse"))]:
        monkeypatch.delitem(sys.modules, module)
    result = homelab("rehearse", "--lab", lab)
    assert result.exit_code == 2
    assert "trustme is not installed; `make rehearse` installs it" in result.stderr
