"""Pods that run, judged by the tiers that their lab gives them."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

from config.lab import Lab
from operations.adopt.cluster.adoption import adopt_cluster
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.restarts import judge_restarts
from operations.adopt.cluster.world import read_world
from plan import make_plan
from tests.operations.adopt.cluster.shed import objects


def adopted(tmp_path: Path) -> Lab:
    return adopt_cluster(tmp_path / "shed", objects()).plan.lab


def with_memory(lab: Lab, maximum: str) -> Lab:
    """The same, where no container may have more memory."""
    tiers = {
        name: tier.model_copy(
            update={"container": tier.container.model_validate({**tier.container.model_dump(), "max_memory": maximum})}
        )
        for name, tier in lab.tiers.items()
    }
    return replace(lab, tiers=tiers)


def test_with_tiers_as_they_are_written_nobody_is_refused(tmp_path: Path) -> None:
    found = judge_restarts(make_plan(adopted(tmp_path)), read_world(objects()))
    assert found.refused == ()
    assert found.judged > 3


def test_a_pod_above_its_tiers_maximum_is_named_with_its_controller(tmp_path: Path) -> None:
    lab = with_memory(adopted(tmp_path), "200Mi")
    refused = {each.workload: each.reasons for each in judge_restarts(make_plan(lab), read_world(objects())).refused}
    assert Key("Pod", "default", "probe") in refused, "a pod without a controller"
    assert {each.kind for each in refused} == {"Deployment", "StatefulSet", "Pod"}
    assert refused[Key("Deployment", "photos", "photos-web")] == (
        "maximum memory usage per Container is 200Mi, but limit is 1Gi",
        "maximum memory usage per Container is 200Mi, but limit is 256Mi",
    )


def test_cpu_limits_that_run_are_excused(tmp_path: Path) -> None:
    limited = deepcopy(objects())
    for each in limited:
        pods = each["spec"]["template"]["spec"] if each["kind"] == "Deployment" else each.get("spec", {})
        if each["kind"] in ("Deployment", "Pod") and each["metadata"]["name"].startswith("photos-web"):
            pods["containers"][0]["resources"].setdefault("limits", {})["cpu"] = "2"
    lab = adopt_cluster(tmp_path / "shed", limited).plan.lab
    assert lab.services["photos"].exceptions.keys() == {"limited-cpu"}
    assert judge_restarts(make_plan(lab), read_world(limited)).refused == ()
