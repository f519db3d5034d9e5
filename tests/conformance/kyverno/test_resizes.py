"""A pod that runs is resized in place: the rules of its tier hold as they did when it was made.

The requests are those of `kubectl patch --subresource resize`.
"""

from collections.abc import Iterator

import pytest

from plan.model import Manifest
from plan.model.resources import CPU, MEMORY, notation
from rehearsal.control_plane import Api, Refused
from tests.conformance.kyverno.cluster import assert_governed, namespace, planned, tier_of
from tests.conformance.kyverno.conftest import PLAN
from tests.conformance.waiting import eventually

GUARANTEED = next(tier for tier in PLAN.tiers if PLAN.lab.tiers[tier.name].memory == "guaranteed")
SMALL = 64 << 20
ROW = PLAN.lab.tiers[GUARANTEED.name]


@pytest.fixture
def pod(governed: Api) -> Iterator[Manifest]:
    """A pod that its tier admits, in a namespace of its own."""
    with namespace(governed, f"{GUARANTEED.name}-resized") as where:
        assert eventually(lambda: tier_of(governed, where) == GUARANTEED.name)
        assert_governed(governed, where, planned(GUARANTEED))
        made = _pod("app", where, notation(MEMORY, SMALL))
        assert eventually(lambda: _is_made(governed, made))
        yield made


def _pod(name: str, namespace: str, memory: str) -> Manifest:
    """No scheduler takes it: nodes that are only played report no resources, and refuse every resize."""
    container = {"name": "main", "image": "app", "resources": _resources("10m", memory)}
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"schedulerName": "none", "containers": [container]},
    }


def _resources(cpu: str, memory: str) -> Manifest:
    return {"requests": {CPU: cpu, MEMORY: memory}, "limits": {MEMORY: memory}}


def resize(api: Api, pod: Manifest, resources: Manifest) -> Manifest:
    """Resize the pod's container, as `kubectl patch --subresource resize` does. Raises Refused."""
    stored = api.get("v1", "Pod", pod["metadata"]["name"], pod["metadata"]["namespace"])
    assert stored is not None
    (container,) = stored["spec"]["containers"]
    return api.patch(pod, {"spec": {"containers": [{**container, "resources": resources}]}}, part="resize")


def refusal(api: Api, pod: Manifest, resources: Manifest) -> str:
    """Why a resize is refused."""
    with pytest.raises(Refused) as refused:
        resize(api, pod, resources)
    return refused.value.message


def test_a_resize_within_the_rules_of_the_tier_is_admitted(governed: Api, pod: Manifest) -> None:
    resized = resize(governed, pod, _resources("20m", "96Mi"))
    (container,) = resized["spec"]["containers"]
    assert container["resources"] == _resources("20m", "96Mi")


def test_no_resize_requests_more_cpu_than_the_cap(governed: Api, pod: Manifest) -> None:
    above = notation(CPU, int(ROW.container.max_cpu_request) + 100)
    assert "Policy cpu-request-cap-on-resize failed: In main: " in refusal(governed, pod, _resources(above, "64Mi"))


def test_no_resize_adds_a_cpu_limit(governed: Api, pod: Manifest) -> None:
    limited = {"requests": {CPU: "10m", MEMORY: "64Mi"}, "limits": {CPU: "100m", MEMORY: "64Mi"}}
    assert "Policy no-cpu-limits-on-resize failed: In main: " in refusal(governed, pod, limited)


def test_no_resize_takes_the_guarantee_of_memory_away(governed: Api, pod: Manifest) -> None:
    loose = {"requests": {CPU: "10m", MEMORY: "64Mi"}, "limits": {MEMORY: "128Mi"}}
    assert "Policy memory-guaranteed-on-resize failed: In main: " in refusal(governed, pod, loose)


def test_no_resize_goes_above_the_maximum_of_the_limit_range(governed: Api, pod: Manifest) -> None:
    above = notation(MEMORY, int(ROW.container.max_memory) + (1 << 20))
    assert "maximum memory usage per Container is" in refusal(governed, pod, _resources("10m", above))


def test_no_resize_goes_above_the_quota(governed: Api, pod: Manifest) -> None:
    """Other pods take all memory that the quota leaves."""
    most, free = int(ROW.container.max_memory), int(ROW.quota.memory) - SMALL
    for number in range(-(-free // most)):
        fill = _pod(f"fill-{number}", pod["metadata"]["namespace"], notation(MEMORY, min(most, free - number * most)))
        assert eventually(lambda fill=fill: _is_made(governed, fill))
    assert f"exceeded quota: {GUARANTEED.quota['metadata']['name']}" in refusal(
        governed, pod, _resources("10m", notation(MEMORY, 2 * SMALL))
    )


def _is_made(api: Api, pod: Manifest) -> bool:
    """Whether a pod was made. Until the quota is counted for the first time the API server refuses it."""
    try:
        api.create(pod)
    except Refused:
        return False
    return True


def test_no_resize_takes_a_request_away(governed: Api, pod: Manifest) -> None:
    """It is filled in again, as when the pod was made, by the LimitRange: so no policy has to refuse it."""
    resized = resize(governed, pod, {"requests": {MEMORY: "64Mi"}, "limits": {MEMORY: "64Mi"}})
    (container,) = resized["spec"]["containers"]
    assert container["resources"]["requests"] == {CPU: str(ROW.container.default_cpu_request), MEMORY: "64Mi"}
