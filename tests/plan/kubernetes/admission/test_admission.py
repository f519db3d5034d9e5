"""A pod is stored, with defaults filled in, or refused, in the API server's words."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from plan.kubernetes.admission import admit
from plan.model import Namespace
from plan.model.metadata import ENFORCE_LABEL
from plan.model.resources import read_amounts
from tests.plan.labs import lab_of, plan_of, pod_templates

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))


def pod_of(case: dict[str, Any]) -> dict[str, Any]:
    """The manifest of a case's pod."""
    spec: dict[str, Any] = {"containers": [], "initContainers": [], **case.get("spec", {})}
    for number, stated in enumerate(case["containers"], start=1):
        resources = {field: stated[field] for field in ("requests", "limits") if field in stated}
        container: dict[str, Any] = {"name": f"c{number}", "image": "busybox", "resources": resources}
        if stated.get("sidecar"):
            container["restartPolicy"] = "Always"
        spec["initContainers" if stated.keys() & {"init", "sidecar"} else "containers"].append(container)
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": spec}


def namespace_of(name: str) -> Namespace:
    """A namespace of the lab, without a Pod Security Standard: `tests/plan/tiers/test_pod_security.py` has those."""
    found = next(each for each in plan_of("every_kind").namespaces if each.name == name)
    metadata = found.manifest["metadata"]
    labels = {key: text for key, text in metadata["labels"].items() if key != ENFORCE_LABEL}
    return found._replace(manifest={**found.manifest, "metadata": {**metadata, "labels": labels}})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["pod"])
def test_a_pod_is_stored_or_refused(case: dict[str, Any]) -> None:
    admission = admit(lab_of("every_kind"), namespace_of(case["in"]), pod_of(case))
    refused = case.get("refused")
    if refused is None:
        assert admission.refusal is None
        assert admission.priority_class == case["priority"]
        assert admission.qos == case["qos"]
        containers = (*admission.pod.containers, *admission.pod.init_containers)
        assert {each.name: (each.requests, each.limits) for each in containers} == {
            name: (read_amounts(stored["requests"]), read_amounts(stored["limits"]))
            for name, stored in case["stored"].items()
        }
    else:
        assert admission.refusal is not None
        assert admission.refusal.by == refused["by"]
        if "policies" in refused:
            assert sorted(reason.split()[1] for reason in admission.refusal.reasons) == refused["policies"]
        else:
            assert list(admission.refusal.reasons) == refused["reasons"]


def test_a_refusal_of_a_policy_names_the_containers_and_what_to_write() -> None:
    pod = pod_of({"containers": [{"limits": {"cpu": 1}}, {}, {"limits": {"cpu": 1}, "init": True}]})
    refusal = admit(lab_of("every_kind"), namespace_of("core-door"), pod).refusal
    assert refusal is not None
    assert refusal.message.startswith("Policy no-cpu-limits failed: In c1, c3: this lab uses no CPU limits. Remove ")


def test_a_label_on_the_pod_excuses_it_from_a_policy() -> None:
    pod = pod_of({"containers": [{"limits": {"cpu": 1}}]})
    pod["metadata"]["labels"] = {"homelab/exception.guaranteed-cpu": "true"}
    assert admit(lab_of("every_kind"), namespace_of("core-door"), pod).refusal is None


def test_reasons_of_one_kind_come_together_once() -> None:
    pod = pod_of({"containers": [{"limits": {"memory": "5Gi"}}, {"limits": {"memory": "5Gi"}}]})
    refusal = admit(lab_of("every_kind"), namespace_of("aux-library"), pod).refusal
    assert refusal is not None
    assert refusal.message == "maximum memory usage per Container is 4Gi, but limit is 5Gi"


def limit_range(**item: Any) -> dict[str, Any]:
    """A LimitRange of one item."""
    return {"metadata": {"name": "limits"}, "spec": {"limits": [{"type": "Container", **item}]}}


@pytest.mark.parametrize(
    ("item", "container", "reason"),
    [
        (
            {"min": {"cpu": "100m"}},
            {"requests": {"cpu": "50m"}},
            "minimum cpu usage per Container is 100m, but request is 50m",
        ),
        (
            {"min": {"memory": "64Mi"}},
            {"limits": {"memory": "32Mi"}},
            "minimum memory usage per Container is 64Mi, but request is 32Mi",
        ),
        (
            {"maxLimitRequestRatio": {"memory": "2"}},
            {"requests": {"memory": "1Gi"}, "limits": {"memory": "2.5Gi"}},
            "memory max limit to request ratio per Container is 2, but provided ratio is 2.500000",
        ),
        (
            {"maxLimitRequestRatio": {"memory": "2"}},
            {"requests": {"memory": "1Gi"}},
            "memory max limit to request ratio per Container is 2, but no limit is specified or limit is 0",
        ),
        (
            {"type": "Pod", "max": {"memory": "1Gi"}},
            {"limits": {"memory": "2Gi"}},
            "maximum memory usage per Pod is 1Gi, but limit is 2Gi",
        ),
    ],
)
def test_a_limit_range_refuses_what_is_out_of_its_range(
    item: dict[str, Any], container: dict[str, Any], reason: str
) -> None:
    admission = admit(
        lab_of("every_kind"),
        namespace_of("aux-library"),
        pod_of({"containers": [container]}),
        limit_ranges=[limit_range(**item)],
        quotas={},
    )
    assert admission.refusal is not None
    assert admission.refusal.by == "limit-range"
    assert admission.refusal.reasons == (reason,)


def test_a_maximum_alone_becomes_everybodys_limit() -> None:
    pod = pod_of({"containers": [{}]})
    stored = admit(
        lab_of("every_kind"), namespace_of("aux-library"), pod, limit_ranges=[limit_range(max={"cpu": 4})], quotas={}
    ).pod
    assert stored.containers[0].limits == {"cpu": 4000}
    assert stored.containers[0].requests == {"cpu": 4000}


def quota(hard: dict[str, Any], **spec: Any) -> dict[str, Any]:
    """A quota named `quota`."""
    return {"metadata": {"name": "quota"}, "spec": {"hard": hard, **spec}}


@pytest.mark.parametrize(
    ("hard", "used", "reason"),
    [
        ({"pods": 2}, {"pods": 2}, "exceeded quota: quota, requested: pods=1, used: pods=2, limited: pods=2"),
        (
            {"requests.cpu": 1, "requests.memory": "1Gi"},
            {"requests.cpu": 960, "requests.memory": 900 << 20},
            (
                "exceeded quota: quota, requested: requests.cpu=50m,requests.memory=256Mi, "
                "used: requests.cpu=960m,requests.memory=900Mi, limited: requests.cpu=1,requests.memory=1Gi"
            ),
        ),
        ({"limits.cpu": 10}, {}, "failed quota: quota: must specify limits.cpu for: c1"),
        ({"requests.nvidia.com/gpu": 1}, {"requests.nvidia.com/gpu": 1}, None),
    ],
)
def test_a_quota_refuses_what_is_too_much(hard: dict[str, Any], used: dict[str, int], reason: str | None) -> None:
    admission = admit(
        lab_of("every_kind"),
        namespace_of("aux-library"),
        pod_of({"containers": [{}]}),
        quotas={"quota": (quota(hard), used)},
    )
    assert (admission.refusal and admission.refusal.reasons) == (reason and (reason,))


@pytest.mark.parametrize(
    ("scope", "pod", "applies"),
    [
        ({"scopes": ["BestEffort"]}, {}, False),
        ({"scopes": ["NotBestEffort"]}, {}, True),
        ({"scopes": ["Terminating"]}, {}, False),
        ({"scopes": ["Terminating"]}, {"activeDeadlineSeconds": 60}, True),
        ({"scopes": ["NotTerminating"]}, {}, True),
        ({"scopes": ["PriorityClass"]}, {}, True),
        ({"scopeSelector": [{"scopeName": "PriorityClass", "operator": "In", "values": ["core"]}]}, {}, False),
        (
            {"scopeSelector": [{"scopeName": "PriorityClass", "operator": "In", "values": ["core"]}]},
            {"priorityClassName": "core"},
            True,
        ),
        ({"scopeSelector": [{"scopeName": "PriorityClass", "operator": "NotIn", "values": ["core"]}]}, {}, True),
        ({"scopeSelector": [{"scopeName": "PriorityClass", "operator": "DoesNotExist"}]}, {}, False),
    ],
)
def test_a_quota_counts_the_pods_in_its_scope(scope: dict[str, Any], pod: dict[str, Any], applies: bool) -> None:
    if "scopeSelector" in scope:
        scope = {"scopeSelector": {"matchExpressions": scope["scopeSelector"]}}
    admission = admit(
        lab_of("every_kind"),
        namespace_of("aux-library"),
        pod_of({"containers": [{}], "spec": pod}),
        quotas={"quota": (quota({"pods": 0}, **scope), {})},
    )
    assert (admission.refusal is not None) == applies


def test_every_pod_that_the_program_writes_is_stored_as_it_is_written() -> None:
    plan = plan_of("prod")
    namespaces = {each.name: each for each in plan.namespaces}
    for controller, template in pod_templates(plan):
        admission = admit(lab_of("prod"), namespaces[controller["metadata"]["namespace"]], template)
        assert admission.refusal is None or admission.refusal.by == "quota", controller["metadata"]
        written = [*template["spec"]["containers"], *template["spec"].get("initContainers", [])]
        for container, stored in zip(written, (*admission.pod.containers, *admission.pod.init_containers), strict=True):
            assert read_amounts(container["resources"]["requests"]) == stored.requests
            assert read_amounts(container["resources"]["limits"]) == stored.limits


def test_what_a_quota_demands_is_told_before_what_another_one_counts() -> None:
    quotas: dict[str, Any] = {
        "counts": ({"spec": {"hard": {"pods": 0}}}, {}),
        "demands": ({"spec": {"hard": {"limits.cpu": 10}}}, {}),
    }
    pod = pod_of({"containers": [{}]})
    refusal = admit(lab_of("every_kind"), namespace_of("aux-library"), pod, quotas=quotas).refusal
    assert refusal is not None
    assert refusal.reasons == ("failed quota: demands: must specify limits.cpu for: c1",)


RUNTIME_CLASSES = {"sandbox": {"cpu": 250, "memory": 128 << 20}}


@pytest.mark.parametrize(
    ("hard", "requested"),
    [
        ({"requests.memory": "300Mi"}, "requests.memory=384Mi"),
        ({"limits.memory": "300Mi"}, "limits.memory=384Mi"),
        ({"requests.cpu": "100m"}, "requests.cpu=300m"),
        ({"limits.cpu": "100m"}, None),
    ],
)
def test_a_quota_counts_what_the_runtime_class_takes(hard: dict[str, str], requested: str | None) -> None:
    """But no CPU limit comes of it where there was none."""
    pod = pod_of({"containers": [{}], "spec": {"runtimeClassName": "sandbox"}})
    refusal = admit(
        lab_of("every_kind"),
        namespace_of("aux-library"),
        pod,
        quotas={"quota": (quota(hard), {})},
        runtime_classes=RUNTIME_CLASSES,
    ).refusal
    assert refusal is not None
    assert refusal.by == "quota"
    assert refusal.message.startswith(f"exceeded quota: quota, requested: {requested}," if requested else "failed")


def test_a_limit_range_does_not_count_what_the_runtime_class_takes() -> None:
    pod = pod_of({"containers": [{"limits": {"memory": "1Gi"}}], "spec": {"runtimeClassName": "sandbox"}})
    admission = admit(
        lab_of("every_kind"),
        namespace_of("aux-library"),
        pod,
        limit_ranges=[limit_range(type="Pod", max={"memory": "1Gi"})],
        quotas={},
        runtime_classes=RUNTIME_CLASSES,
    )
    assert admission.pod.overhead == RUNTIME_CLASSES["sandbox"]
    assert admission.refusal is None or admission.refusal.by == "policy"


def test_a_runtime_class_that_there_is_not_is_refused_where_the_classes_are_known() -> None:
    pod = pod_of({"containers": [{}], "spec": {"runtimeClassName": "sandbox"}})
    lab, namespace = lab_of("every_kind"), namespace_of("aux-library")
    refusal = admit(lab, namespace, pod, runtime_classes={}).refusal
    assert refusal is not None
    assert (refusal.by, refusal.message) == ("runtime-class", 'pod rejected: RuntimeClass "sandbox" not found')
    assert admit(lab, namespace, pod).refusal is None


@pytest.mark.parametrize(
    ("said", "added"),
    [
        ([], ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]),
        (
            [{"operator": "Exists", "effect": "NoSchedule"}],
            ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"],
        ),
        ([{"key": "node.kubernetes.io/not-ready", "operator": "Exists"}], ["node.kubernetes.io/unreachable"]),
        ([{"operator": "Exists"}], []),
    ],
)
def test_a_pod_stays_some_minutes_on_a_lost_node_unless_it_says_otherwise(
    said: list[dict[str, Any]], added: list[str]
) -> None:
    pod = pod_of({"containers": [{}], "spec": {"tolerations": said}})
    stored = admit(lab_of("every_kind"), namespace_of("aux-library"), pod).tolerations
    assert list(stored[: len(said)]) == said
    assert [(each["key"], each["tolerationSeconds"]) for each in stored[len(said) :]] == [(key, 300) for key in added]
