"""The objects of the suites on the control plane: Kyverno and the planner say the same to each, in the same words."""

from collections.abc import Iterator

import pytest

from plan.kubernetes.admission import admit
from plan.model import Manifest, Namespace
from plan.model.metadata import EXCEPTION_LABEL, TIER_LABEL
from plan.tiers.policies.kyverno import RESIZE_SUFFIX
from rehearsal.control_plane import Api, Refused
from tests.conformance.kyverno import suites
from tests.conformance.kyverno.cluster import label, namespace
from tests.conformance.kyverno.conftest import PLAN
from tests.conformance.kyverno.suites import Case
from tests.conformance.waiting import eventually

NAMES = [policy["metadata"]["name"] for policy in PLAN.policies if policy["kind"] == "ValidatingPolicy"]
REFUSING = [name for name in NAMES if not name.endswith(RESIZE_SUFFIX)]
CASES = [case for name in REFUSING for case in suites.cases(name)]
LAST = PLAN.tiers[-1]


@pytest.fixture(scope="module")
def judged(governed: Api) -> Iterator[Api]:
    """The namespaces of the suites, by their own names."""
    for each in suites.namespaces():
        governed.apply(each)
    names = [each["metadata"]["name"] for each in suites.namespaces()]
    assert eventually(lambda: all(governed.get("v1", "ServiceAccount", "default", name) for name in names))
    yield governed
    for each in suites.namespaces():
        governed.delete(each)


def refusal(api: Api, manifest: Manifest) -> str | None:
    """Why the API server does not want an object."""
    try:
        api.create(manifest, dry_run=True)
    except Refused as refused:
        return refused.message
    return None


def foretold(case: Case) -> str | None:
    """Why the planner says that the API server does not want it; it knows of nothing outside of the tiers."""
    where = case.manifest["metadata"]["namespace"]
    (found,) = (each for each in suites.namespaces() if each["metadata"]["name"] == where)
    tier = found["metadata"].get("labels", {}).get(TIER_LABEL)
    if tier is None:
        return None
    refused = admit(PLAN.lab, Namespace(where, tier, (), found, None, None, True), case.pod).refusal
    return refused.message if refused else None


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.policy}-{case.manifest['metadata']['name']}")
def test_kyverno_and_the_planner_say_the_same(judged: Api, case: Case) -> None:
    said, expected = refusal(judged, case.manifest), foretold(case)
    assert (said is not None) == (expected is not None) == case.is_refused, (said, expected)
    if said is not None and expected is not None:
        assert expected.startswith(f"Policy {case.policy} failed: ")
        assert said.endswith(f"denied the request: {expected}")


@pytest.mark.parametrize("name", REFUSING)
def test_a_refusal_names_the_file_of_the_service_or_where_it_would_be(judged: Api, name: str) -> None:
    for case in suites.cases(name):
        if case.is_refused:
            service = case.pod["metadata"].get("labels", {}).get("homelab/service", "NAME")
            assert f"services/{service}.yaml" in str(refusal(judged, case.manifest))


def test_what_runs_already_may_be_labelled_but_not_changed(governed: Api) -> None:
    """A pod that was there before its namespace got a tier is not held up by what it should have stated."""
    limits = {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "10m", "memory": "64Mi"}}
    with namespace(governed, "runs-already") as where:
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "app", "namespace": where},
            "spec": {"containers": [{"name": "main", "image": "old", "resources": limits}]},
        }
        governed.create(pod)
        label(governed, where, {TIER_LABEL: LAST.name})
        newer = {"spec": {"activeDeadlineSeconds": 3600}}
        assert eventually(
            lambda: refusal(governed, {**pod, "metadata": {**pod["metadata"], "name": "other"}}) is not None
        )
        governed.patch(pod, {"metadata": {"labels": {"note": "kept"}}})
        with pytest.raises(Refused, match="Policy no-cpu-limits failed: In main: "):
            governed.patch(pod, newer)
        governed.patch(pod, {"metadata": {"labels": {f"{EXCEPTION_LABEL}guaranteed-cpu": "true"}}})
        governed.patch(pod, newer)
