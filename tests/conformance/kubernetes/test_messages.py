"""Of a common mistake, the cluster says what is kept, and the planner has said it before in the same words."""

import re
from collections.abc import Iterator

import pytest

from plan.model import Plan, Service
from plan.workloads.storage_classes import storage_classes
from rehearsal.contents import ungoverned_namespaces
from rehearsal.control_plane import Api
from rehearsal.outcome import unschedulable
from tests.conformance.kubernetes.places import knows_quotas
from tests.conformance.waiting import eventually
from tests.plan.messages import CAUSES, kept, plan_with_mistakes, planner_says, service_of


@pytest.mark.parametrize("cause", CAUSES)
def test_the_cluster_says_what_the_planner_expects(governed: Api, cause: str) -> None:
    plan, service = plan_with_mistakes(), service_of(cause)
    governed.apply_all(storage_classes(plan.lab))
    said = next(said_of(governed, plan, service))
    assert planner_says(cause)["expects"] in said["message"]
    assert said == kept(cause, "cluster", said), "If this is what it should say: make messages"


def said_of(api: Api, plan: Plan, service: Service) -> Iterator[dict[str, str]]:
    """Messages of the cluster about a service that is applied for a while."""
    namespace = next(each for each in plan.namespaces if each.name == service.namespace)
    api.apply(namespace.manifest)
    try:
        assert eventually(lambda: not ungoverned_namespaces(api, plan._replace(namespaces=(namespace,))))
        assert eventually(lambda: knows_quotas(api, namespace.name))
        for applied in api.apply_all(service.manifests):
            assert applied.refused is None, applied
        said: list[dict[str, str]] = []
        if not eventually(lambda: said.extend(words(api, namespace.name)) or said):
            silent = found_in(api, namespace.name)
            delete_pods(api, namespace.name)  # those that came before a quota counted were admitted, and are recreated
            assert eventually(lambda: said.extend(words(api, namespace.name)) or said), silent
        yield said[-1]
    finally:
        delete_pods(api, namespace.name)
        api.delete(namespace.manifest, now=True)


def delete_pods(api: Api, namespace: str) -> None:
    """Delete the pods of a namespace, at once."""
    for pod in api.list("v1", "Pod", namespace):
        api.delete(pod, now=True)


def found_in(api: Api, namespace: str) -> dict[str, list[object]]:
    """Objects of a namespace, for a test that got no message."""
    kinds = (("v1", "ResourceQuota"), ("apps/v1", "ReplicaSet"), ("v1", "Pod"))
    return {kind: [each["status"] for each in api.list(version, kind, namespace)] for version, kind in kinds}


def words(api: Api, namespace: str) -> Iterator[dict[str, str]]:
    """Messages in a namespace about a pod that is refused, or that waits; its name has a random end."""
    for event in api.list("v1", "Event", namespace, fields="reason=FailedCreate"):
        about = event["involvedObject"]["kind"]
        message = re.sub(r'"(example-[a-z-]+)-[a-z0-9]+-[a-z0-9]{5}"', r'"\1"', event["message"])
        yield {"about": f"{about}, an event FailedCreate", "message": message}
    for pod in api.list("v1", "Pod", namespace):
        if message := unschedulable(pod):
            yield {"about": "Pod, the condition PodScheduled", "message": message}
