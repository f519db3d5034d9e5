"""Nothing that the program writes is changed on the way in: a change would be drift, and one of a job a replacement."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from plan.model import Manifest, Namespace, Plan
from rehearsal.control_plane import Api
from rehearsal.control_plane.kinds import stand_in_for_kinds
from tests.conformance.kyverno.cluster import (
    apply_policies,
    assert_governed,
    delete_policies,
    namespace,
    planned,
)
from tests.conformance.kyverno.conftest import PLAN
from tests.plan.labs import plan_of, pod_templates

CONTROLLERS = ("Deployment", "StatefulSet", "DaemonSet", "CronJob")
AT_A_TIME = 8


@contextmanager
def other_policies(api: Api, plan: Plan) -> Iterator[None]:
    """The policies of another lab in place of those of prod."""
    if plan is PLAN:
        yield
        return
    classes = [tier.priority_class for tier in plan.tiers]
    delete_policies(api, PLAN.policies)
    for each in classes:
        api.apply(each)
    apply_policies(api, plan)
    try:
        yield
    finally:
        delete_policies(api, plan.policies)
        for each in classes:
            api.delete(each)
        apply_policies(api, PLAN)


def written(plan: Plan) -> Iterator[tuple[Namespace, Manifest]]:
    """Every controller that the program writes, and the pod that it makes, with their planned namespace.

    Objects from files are sent as they are: what policies add to their pods is not the program's.
    """
    namespaces = {each.name: each for each in plan.namespaces}
    as_found = {id(each) for service in plan.services if service.kind == "objects" for each in service.objects}
    for manifest, template in pod_templates(plan):
        if id(manifest) in as_found:
            continue
        found = namespaces[manifest["metadata"]["namespace"]]
        claims = [each["metadata"]["name"] for each in manifest["spec"].get("volumeClaimTemplates", ())]
        volumes = [{"name": each, "persistentVolumeClaim": {"claimName": f"{each}-app-0"}} for each in claims]
        spec = {**template["spec"], "volumes": [*template["spec"].get("volumes", ()), *volumes]}
        metadata = {**template.get("metadata", {}), "name": manifest["metadata"]["name"], "namespace": found.name}
        yield found, manifest
        yield found, {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def differences(sent: Any, stored: Any, path: str = "") -> Iterator[str]:
    """Where what is stored is not what was sent; what the API server adds is no difference."""
    if isinstance(sent, dict) and isinstance(stored, dict):
        for key, value in sent.items():
            yield from differences(value, stored.get(key), f"{path}.{key}")
    elif isinstance(sent, list) and isinstance(stored, list) and len(sent) <= len(stored):
        for number, value in enumerate(sent):
            yield from differences(value, stored[number], f"{path}[{number}]")
    elif sent != stored and not (sent in ({}, [], None) and stored is None):
        yield f"{path}: {sent!r} became {stored!r}"


def without_chance(stored: Manifest) -> Manifest:
    """An object but for what is different each time, and for where it is."""
    metadata = {key: stored["metadata"][key] for key in ("labels", "annotations") if key in stored["metadata"]}
    spec = dict(stored["spec"])
    if stored["kind"] == "Pod":
        spec["volumes"] = [each for each in spec.get("volumes", ()) if not each["name"].startswith("kube-api-access-")]
        for kind in ("containers", "initContainers"):
            spec[kind] = [
                {**each, "volumeMounts": [mount for mount in each.get("volumeMounts", ()) if not is_token(mount)]}
                for each in spec.get(kind, ())
            ]
    return {"kind": stored["kind"], "metadata": metadata, "spec": spec}


def is_token(mount: Manifest) -> bool:
    """Whether a volume is the service account's, which the API server mounts by a random name."""
    return mount["name"].startswith("kube-api-access-")


@contextmanager
def places(api: Api, plan: Plan) -> Iterator[dict[str, str]]:
    """A namespace for each set of labels of the planned ones, governed as planned; and one without any label."""
    kinds = {kind_of(plan, each): each for each in plan.namespaces}
    with ExitStack() as stack:
        found = {"": stack.enter_context(namespace(api, "drift"))}
        for kind, each in kinds.items():
            if plan.lab.cluster.platform.policy_engine not in each.services:
                labels = each.manifest["metadata"]["labels"]
                found[kind] = stack.enter_context(namespace(api, each.name, labels, numbered=kind != each.name))
                assert_governed(api, found[kind], planned(each))
        yield found


def kind_of(plan: Plan, namespace: Namespace) -> str:
    """Key that is the same for namespaces that are governed alike; a policy may except one by its name."""
    named = any(f"'{namespace.name}'" in str(policy["spec"]["matchConstraints"]) for policy in plan.policies)
    return namespace.name if named else str(sorted(namespace.manifest["metadata"]["labels"].items()))


def moved(manifest: Manifest, where: str) -> Manifest:
    """An object in another namespace."""
    return {**manifest, "metadata": {**manifest["metadata"], "namespace": where}}


def accounts(api: Api, plan: Plan, namespaces: Iterable[str]) -> None:
    """The service accounts of all workloads, in all namespaces: without its own a pod is refused."""
    made = [each for each in plan.manifests if each["kind"] == "ServiceAccount"]
    assert not [
        applied.refused
        for where in namespaces
        for applied in api.apply_all([moved(each, where) for each in made])
        if applied.refused
    ]


@pytest.mark.parametrize("lab", ["prod", "every_kind"])
def test_every_workload_is_stored_as_it_was_sent(governed: Api, lab: str) -> None:
    """And as it would be without any policy, LimitRange and quota: what is stored beyond what was sent is the API's."""
    plan = plan_of(lab)
    stand_in_for_kinds(governed, plan.manifests)
    with other_policies(governed, plan), places(governed, plan) as found:
        accounts(governed, plan, found.values())

        def judge(sent: tuple[Namespace, Manifest]) -> list[str]:
            planned_in, manifest = sent
            where = found[kind_of(plan, planned_in)]
            stored = governed.create(moved(manifest, where), dry_run=True)
            plain = governed.create(moved(manifest, found[""]), dry_run=True)
            what = f"{manifest['kind']} {planned_in.name}/{manifest['metadata']['name']}"
            changed = differences({"spec": manifest["spec"]}, stored)
            own = differences(without_chance(plain), without_chance(stored))
            back = differences(without_chance(stored), without_chance(plain))
            return [f"{what}{each}" for each in (*changed, *own, *back)]

        workloads = list(written(plan))
        with ThreadPoolExecutor(AT_A_TIME) as threads:
            disagreements = [each for found_in in threads.map(judge, workloads) for each in found_in]
    assert disagreements == []
    assert {manifest["kind"] for _, manifest in workloads} == {*CONTROLLERS, "Pod"}
