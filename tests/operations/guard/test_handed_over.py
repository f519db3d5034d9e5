"""A field that the program states no more falls to its default, until its new owner acts."""

from typing import Any

import pytest

from operations.guard.consequence import Consequence
from tests.operations.guard.steps import Json, judged, step

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
SCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
REPLICAS = {"spec.replicas": "delete"}


def web(replicas: int | None, resources: Json | None = None) -> Json:
    container: Json = {"name": "web", "image": "nginx:1.29"} | ({"resources": resources} if resources else {})
    spec: Json = {"template": {"spec": {"containers": [container]}}}
    return {
        "metadata": {"namespace": "shop", "name": "web"},
        "spec": spec | ({"replicas": replicas} if replicas else {}),
    }


def scaler(kind: str = "Deployment") -> Json:
    metadata = {"namespace": "shop", "name": "web"}
    spec = {"minReplicas": 3, "maxReplicas": 9, "scaleTargetRef": {"kind": kind, "name": "web"}}
    return step("create", "shop/web", SCALER, new={"metadata": metadata, "spec": spec})


def falling(*steps: Json) -> list[Consequence]:
    return [each for each in judged(*steps) if each.effect == "SCALE-DOWN"]


@pytest.mark.parametrize(("kind", "short"), [(DEPLOYMENT, "Deployment"), (STATEFUL_SET, "StatefulSet")])
def test_an_autoscaler_is_switched_on(kind: str, short: str) -> None:
    (found,) = falling(step("update", "shop/web", kind, REPLICAS, web(3), web(None)), scaler(short))
    assert found.severity == "warning"
    assert "fall from 3 to 1 until the autoscaler acts, which looks every 15 s and makes 3 of it" in found.message
    assert "--field-manager=handover" in found.fix


def test_replicas_that_nobody_states_stay_at_one() -> None:
    (found,) = falling(step("update", "shop/web", DEPLOYMENT, REPLICAS, web(3), web(None)))
    assert "until something scales it" in found.message


@pytest.mark.parametrize("replicas", [1, None])
def test_one_pod_has_nothing_to_fall(replicas: int | None) -> None:
    assert falling(step("update", "shop/web", DEPLOYMENT, REPLICAS, web(replicas), web(None)), scaler()) == []


def test_resources_that_something_else_shall_set() -> None:
    stated: dict[str, Any] = {"requests": {"memory": "256Mi"}, "limits": {"memory": "256Mi"}}
    path = {"spec.template.spec.containers[0].resources": "delete"}
    (found,) = falling(step("update", "shop/web", DEPLOYMENT, path, web(2, stated), web(2)))
    assert "requests.memory=256Mi" in found.message
    assert found.severity == "warning"
