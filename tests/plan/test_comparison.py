"""Differences between two plans are reported, and nothing that is the same."""

import shutil
from pathlib import Path

import pytest

from cli.baseline import side_of
from config.load import load_lab
from plan import make_plan
from plan.changes.comparison import Comparison, Difference, Side, compare, differences
from tests.plan.labs import FOLDERS, change, plan_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def changed(folder: Path, *edits: dict[str, str]) -> Comparison:
    """Comparison of the lab before and after some edits."""
    change(folder, list(edits))
    before, after = plan_of("every_kind"), make_plan(load_lab(folder))
    return compare(side_of(before, "before"), side_of(after, "after"))


INCIDENTS = Path(__file__).parents[1] / "incidents" / "lab"
SERVICE = """kind: app
tier: core
description: One of many
image: registry.example/many:1.0.0
runs_as: statefulset
cpu: 50m
memory: 256Mi
ports: {http: 8080}
volumes: {data: {storage_class: block, size: 1Gi}}
mounts: {data: /data}
"""


def test_of_forty_workers_only_those_are_told_on_which_something_changed(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(INCIDENTS, tmp_path / "lab"))
    workers = "".join(f"worker{number}: {{shape: worker}}\n" for number in range(4, 41))
    services = [{"file": f"services/many{number}.yaml", "new": SERVICE} for number in range(60)]
    change(folder, [{"file": "machines.yaml", "old": "worker4: {shape: worker}\n", "new": workers}, *services])
    before = side_of(make_plan(load_lab(folder)), "before")
    change(folder, [{"file": "services/many7.yaml", "old": "memory: 256Mi", "new": "memory: 1Gi"}])
    after = side_of(make_plan(load_lab(folder), running=before.running), "after")
    comparison = compare(before, after)
    assert named(comparison) == [("service", "many7", "changed")]
    assert len({each.of for each in comparison.figures if each.of.startswith("node ")}) <= 2
    assert comparison.losses == ()
    assert comparison.verdicts == ()


def test_what_brings_a_finding_of_another_service_is_named(folder: Path) -> None:
    change(folder, [{"file": "machines.yaml", "old": "A node without one\n  vcpus: 8", "new": "A node\n  vcpus: 4"}])
    first = make_plan(load_lab(folder))
    before = side_of(first, "before")
    change(folder, [{"file": "services/queue.yaml", "old": "cpu: 250m", "new": "cpu: 1800m"}])
    after = side_of(make_plan(load_lab(folder), running=before.running), "after")
    found = [each for each in compare(before, after).verdicts if each.finding["code"] == "DOES-NOT-FIT"]
    assert found
    assert all(each.because == ("queue",) or each.finding["path"] == "services.queue" for each in found)
    assert any("queue" in each.finding["message"] for each in found)


def named(comparison: Comparison) -> list[tuple[str, str, str]]:
    return [(each.subject.kind, each.subject.name, each.status) for each in comparison.subjects]


def test_of_the_same_lab_nothing_is_said(folder: Path) -> None:
    comparison = changed(folder)
    assert comparison[1:] == ((), (), (), ())


def test_items_of_a_list_are_told_apart_by_name() -> None:
    before = {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}], "args": ["x"]}
    after = {"containers": [{"name": "b", "image": "b:2"}, {"name": "a", "image": "a:1"}], "args": ["x", "y"]}
    assert list(differences(before, after)) == [
        Difference("containers[b].image", "b:1", "b:2"),
        Difference("args", ["x"], ["x", "y"]),
    ]


def test_what_is_new_or_gone_is_one_difference() -> None:
    assert list(differences({"a": {"b": 1}}, {"c": [1]})) == [
        Difference("a", {"b": 1}, None),
        Difference("c", None, [1]),
    ]


def test_a_changed_service_is_told_with_its_fields_and_sums(folder: Path) -> None:
    comparison = changed(folder, {"file": "services/door.yaml", "old": "cpu: 100m", "new": "cpu: 150m"})
    assert named(comparison) == [("service", "door", "changed")]
    (file,) = comparison.subjects[0].files
    assert [each.path for each in file.differences] == ["spec.template.spec.containers[door].resources.requests.cpu"]
    figures = {(each.of, each.figure): (each.before, each.after) for each in comparison.figures}
    assert figures["namespace core-door", "cpu requests"] == ("100m", "150m")
    assert figures["node worker", "cpu requests"] == ("2741m", "2791m")
    assert {of for of, _ in figures} == {"namespace core-door", "node worker", "tier core"}
    assert comparison.verdicts == ()


def test_a_service_that_goes_takes_its_namespace(folder: Path) -> None:
    (folder / "services" / "sweeper.yaml").unlink()
    comparison = changed(folder)
    assert named(comparison) == [("service", "sweeper", "removed"), ("namespace", "aux-sweeper", "removed")]


def test_a_machine_and_a_tier_are_told(folder: Path) -> None:
    comparison = changed(
        folder,
        {"file": "machines.yaml", "old": "A node without one\n  vcpus: 8", "new": "A node without one\n  vcpus: 12"},
        {"file": "tiers.yaml", "old": "priority: 200000", "new": "priority: 300000"},
    )
    assert {("machine", "worker", "changed"), ("tier", "aux", "changed")} <= set(named(comparison))


def test_figures_that_fill_no_unit_are_told_in_mebibytes(folder: Path) -> None:
    compared = changed(folder, {"file": "machines.yaml", "old": "size: 32Gi", "new": "size: 48Gi"})
    figures = [each for each in compared.figures if each.figure == "ephemeral-storage allocatable"]
    assert figures
    assert all(each.before.endswith("Mi") and each.after.endswith("Mi") for each in figures)


def test_a_verdict_is_told_when_it_comes_goes_or_has_other_numbers(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other" / "every_kind"))
    change(folder, [{"file": "services/painter.yaml", "old": "gpu: {video", "new": "gpu: {count: 5, video"}])
    change(other, [{"file": "services/painter.yaml", "old": "gpu: {video", "new": "gpu: {count: 6, video"}])
    well, five, six = (side_of(make_plan(load_lab(each)), "") for each in (FOLDERS["every_kind"], folder, other))

    def said(comparison: Comparison) -> list[tuple[str, str]]:
        return [(each.status, each.finding["code"]) for each in comparison.verdicts]

    assert ("added", "DOES-NOT-FIT") in said(compare(well, five))
    assert ("removed", "DOES-NOT-FIT") in said(compare(five, well))
    assert said(compare(five, six)) == [("changed", "DOES-NOT-FIT")]
    assert said(compare(five, five)) == []


def test_other_numbers_are_told_as_such(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other" / "every_kind"))
    for each, size in ((folder, "600Mi"), (other, "700Mi")):
        change(
            each,
            [{"file": "tiers.yaml", "old": "quota: {cpu: 4, memory: 8Gi", "new": f"quota: {{cpu: 4, memory: {size}"}],
        )
    before, after = (side_of(make_plan(load_lab(each)), "") for each in (folder, other))
    statuses = {each.finding["path"]: each.status for each in compare(before, after).verdicts}
    assert statuses["services.queue"] == "changed"


def test_pods_that_run_on_and_would_be_refused_are_told_apart(folder: Path) -> None:
    """The quota becomes smaller than what runs: nothing happens until a pod is recreated."""
    comparison = changed(
        folder, {"file": "tiers.yaml", "old": "quota: {cpu: 4, memory: 8Gi", "new": "quota: {cpu: 4, memory: 1Gi"}
    )
    exceeded = [each for each in comparison.verdicts if each.finding["code"] == "QUOTA-EXCEEDED"]
    assert exceeded
    assert all(each.is_latent for each in exceeded)


def test_who_asks_for_more_than_the_quota_is_refused_at_once(folder: Path) -> None:
    edit = {"file": "services/queue.yaml", "old": "memory: 512Mi", "new": "memory: 3Gi"}
    (verdict,) = (each for each in changed(folder, edit).verdicts if each.finding["code"] == "QUOTA-EXCEEDED")
    assert not verdict.is_latent


def test_a_loss_that_takes_less_is_told(folder: Path) -> None:
    (folder / "services" / "queue.yaml").unlink()
    losses = {(each.event, each.name): each for each in changed(folder).losses}
    assert {name for _, name in losses} == {"worker"}
    assert "core-queue/queue" in losses["node", "worker"].before
    assert "core-queue/queue" not in losses["node", "worker"].after


QUOTA = {"code": "QUOTA-EXCEEDED", "path": "services.door", "about": "requests.memory", "severity": "error"}


@pytest.mark.parametrize(("before", "after"), [("4900Mi of 4Gi", "5Gi of 4Gi"), ("4.5Gi of 4Gi", "900Gi of 64Gi")])
def test_a_finding_with_other_numbers_in_another_unit_is_changed(before: str, after: str) -> None:
    def side(message: str) -> Side:
        report = side_of(plan_of("every_kind"), "lab").report
        return Side("lab", {}, {**report, "findings": [{**QUOTA, "message": f"door asks for {message}"}]})

    (verdict,) = compare(side(before), side(after)).verdicts
    assert verdict.status == "changed"


def test_findings_about_two_resources_of_one_namespace_are_two() -> None:
    report = side_of(plan_of("every_kind"), "lab").report
    both = [{**QUOTA, "message": "memory"}, {**QUOTA, "about": "requests.cpu", "message": "cpu"}]
    one = Side("lab", {}, {**report, "findings": both[:1]})
    two = Side("lab", {}, {**report, "findings": both})
    assert [(each.status, each.finding["about"]) for each in compare(one, two).verdicts] == [("added", "requests.cpu")]
