"""Consequences for a chart's objects, where the chart was rendered before and after."""

import json
from typing import Any

import pytest

from operations.guard import Judgement, judge
from operations.guard.objects.rendered import NotRendered, Rendering
from operations.guard.reading.preview import read_preview
from tests.plan.labs import lab_of
from tests.recordings import recording

TARGET = "Release/platform-traefik/traefik"
Manifest = dict[str, Any]


def made(kind: str, name: str, version: str = "v1", **content: Any) -> Manifest:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **content.pop("metadata", {})}, **content}


def judged(rendering: Rendering | NotRendered | None) -> Judgement:
    preview = read_preview(recording("preview-chart-version-changed.json"))
    (urn,) = (step.urn for step in preview.steps if step.type.endswith(":Release") and step.action == "update")
    return judge(preview, lab_of("small"), charts={urn: rendering} if rendering else None)


def test_where_nothing_is_lost_it_passes_with_what_changes_counted() -> None:
    pods = made("Deployment", "traefik", "apps/v1", spec={"template": {"spec": {"containers": []}}})
    newer = made("Deployment", "traefik", "apps/v1", spec={"template": {"spec": {"containers": [{"name": "a"}]}}})
    judgement = judged(Rendering((pods,), (newer, made("ServiceAccount", "traefik"))))
    assert judgement.passes
    assert "1 object created, 1 object updated, 0 objects deleted" in json.dumps(
        [each.message for each in judgement.consequences]
    )


def test_after_an_upgrade_that_did_not_end_a_rendering_says_nothing() -> None:
    """The state has the arguments of before with the outputs of after: both renderings are the same."""
    preview = json.loads(recording("preview-chart-version-changed.json"))
    (step,) = (each for each in preview["steps"] if each["urn"].endswith(TARGET.rpartition("Release/")[2]))
    step["oldState"]["inputs"] = step["newState"]["inputs"]
    pods = made("Deployment", "traefik", "apps/v1")
    judgement = judge(
        read_preview(json.dumps(preview)), lab_of("small"), charts={step["urn"]: Rendering((pods,), (pods,))}
    )
    assert not judgement.passes
    assert [each.name for each in judgement.consequences if each.severity == "error"] == [f"NOT-KNOWN:{TARGET}"]


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ([made("PersistentVolumeClaim", "data")], [], "DELETE:PersistentVolumeClaim/platform-traefik/data"),
        (
            [made("CustomResourceDefinition", "a.traefik.io", "apiextensions.k8s.io/v1")],
            [],
            "DELETE:CustomResourceDefinition/platform-traefik/a.traefik.io",
        ),
        (
            [made("StatefulSet", "s", "apps/v1", spec={"serviceName": "a"})],
            [made("StatefulSet", "s", "apps/v1", spec={"serviceName": "b"})],
            "FAIL:StatefulSet/platform-traefik/s",
        ),
        (
            [made("Widget", "w", "example.com/v1", spec=1)],
            [made("Widget", "w", "example.com/v1", spec=2)],
            "NOT-KNOWN:Widget/platform-traefik/w",
        ),
        (
            [made("StatefulSet", "s", "apps/v1", spec={"replicas": 3})],
            [made("StatefulSet", "s", "apps/v1", spec={"replicas": 0})],
            "STOP:StatefulSet/platform-traefik/s",
        ),
    ],
)
def test_what_an_object_loses_is_told_of_the_object(before: list[Manifest], after: list[Manifest], name: str) -> None:
    judgement = judged(Rendering(tuple(before), tuple(after)))
    assert [each.name for each in judgement.refused] == [name]
    assert judgement.refused[0].message.startswith(f"Of {TARGET}: ")


def test_what_helm_keeps_is_forgotten_and_not_deleted() -> None:
    kept = made("PersistentVolumeClaim", "data", metadata={"annotations": {"helm.sh/resource-policy": "keep"}})
    judgement = judged(Rendering((kept,), ()))
    assert judgement.passes
    assert "FORGET:PersistentVolumeClaim/platform-traefik/data" in [each.name for each in judgement.consequences]


def test_a_hook_is_no_object_of_the_release_and_is_named() -> None:
    hook = made("Job", "migrate", "batch/v1", metadata={"annotations": {"helm.sh/hook": "pre-upgrade"}})
    judgement = judged(Rendering((), (hook,)))
    (told,) = judgement.consequences
    assert (told.severity, "runs Job/migrate" in told.message) == ("warning", True)


@pytest.mark.parametrize("rendering", [None, NotRendered("helm is not on PATH")])
def test_a_chart_that_was_not_rendered_is_not_known(rendering: NotRendered | None) -> None:
    judgement = judged(rendering)
    assert [each.name for each in judgement.refused] == [f"NOT-KNOWN:{TARGET}"]
    assert ("helm is not on PATH" in judgement.refused[0].message) == (rendering is not None)
