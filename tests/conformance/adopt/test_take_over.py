"""A cluster that runs is taken over by the real engine: no object changes but in who owns its fields."""

import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from observation import read_dump
from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.write import write_files
from operations.adopt.takeover.ownership import MANAGER, is_kubectl
from operations.adopt.takeover.run import Outcome, run_take_over
from operations.clients.kubernetes import Api
from operations.clients.pulumi import Pulumi
from plan.model import Manifest
from rehearsal.charts import chart_repository
from rehearsal.control_plane import ToolMissing
from rehearsal.dumped import dumped_cluster
from rehearsal.installation import missing
from tests.conformance.adopt.stack import stack_of

SHED = Path("tests/dumps/shed")
READY = 60
"""Seconds that the pods have to run."""
KINDS = (
    ("v1", "Namespace"),
    ("v1", "Pod"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "PersistentVolume"),
    ("v1", "PersistentVolumeClaim"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "CronJob"),
    ("networking.k8s.io/v1", "Ingress"),
    ("storage.k8s.io/v1", "StorageClass"),
    ("traefik.io/v1alpha1", "Middleware"),
)


class Moved(NamedTuple):
    """A cluster before and after it was taken over, and after the first `up`."""

    api: Api
    pulumi: Pulumi
    lab: Path
    adoption: Adoption
    before: dict[Key, Manifest]
    outcome: Outcome
    taken: dict[Key, Manifest]


def running(api: Api) -> dict[Key, Manifest]:
    found = (each for api_version, kind in KINDS for each in api.list(api_version, kind))
    return {key_of(each): each for each in found}


def until_pods_run(api: Api) -> None:
    deadline = time.monotonic() + READY
    while not all(each["status"].get("phase") == "Running" for each in api.list("v1", "Pod")):
        assert time.monotonic() < deadline, "pods do not run"
        time.sleep(0.5)


def still(manifest: Manifest) -> Any:
    """An object without what a take-over may write."""
    written = ("managedFields", "resourceVersion")
    metadata = {key: value for key, value in manifest["metadata"].items() if key not in written}
    annotations = metadata.get("annotations") or {}
    if manifest["kind"] == "Secret":
        annotations = {key: value for key, value in annotations.items() if "last-applied" not in key}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}, "status": None}


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    if reason := missing():
        pytest.skip(f"not run: {reason}")
    dumped = [each for found in read_dump(SHED).resources.values() for each in found]
    folder = tmp_path_factory.mktemp("moved")
    try:
        with (
            dumped_cluster(dumped, IPv4Network("10.96.0.0/16")) as there,
            chart_repository({"metrics": {"3.1.0"}}) as charts,
        ):
            until_pods_run(there.api)
            objects = [*running(there.api).values(), *there.api.list("v1", "Node")]
            lab = folder / "shed"
            adoption = adopt_cluster(lab, objects, Wishes(repositories={"metrics": charts.url}))
            write_files(lab, adoption.files)
            pulumi = stack_of(folder, lab, there.kubeconfig, charts.ca_file)
            before = running(there.api)
            outcome = run_take_over(pulumi, there.api, write=True)
            yield Moved(there.api, pulumi, lab, adoption, before, outcome, running(there.api))
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")


def test_the_take_over_writes_nothing_but_owners(moved: Moved, figure: Callable[[str], None]) -> None:
    assert moved.taken.keys() == moved.before.keys()
    changed = [key for key, each in moved.taken.items() if still(each) != still(moved.before[key])]
    assert changed == []
    real = sum(each.kind != "objects" for each in moved.adoption.added)
    figure(f"adopted: {len(moved.outcome.take_over.taken)} objects taken over, {moved.outcome.moved} with new owners")
    figure(f"adopted: {real} of {len(moved.adoption.added)} services of a kind of their own")


def test_what_kubectl_owned_is_the_programs(moved: Moved) -> None:
    for each in moved.outcome.take_over.taken:
        if each.key.kind != "Release":
            owners = moved.taken.get(each.key, {"metadata": {"managedFields": []}})["metadata"]["managedFields"]
            assert not any(map(is_kubectl, owners))


def test_everything_that_runs_is_taken_over(moved: Moved) -> None:
    found = moved.outcome.take_over
    assert found.unfit == ()
    assert found.elsewhere == ()
    assert set(found.missing) == {"home", "unsorted"}, "the priority classes of its tiers"


def test_the_first_up_creates_what_is_named_and_changes_labels_and_annotations_alone(moved: Moved) -> None:
    left = moved.outcome.left
    assert left.get("create") == 3, "two priority classes, and the component around them"
    assert {operation for operation in left if left[operation]} <= {"create", "update", "same"}
    effects = {one.effect for each in moved.outcome.take_over.taken for one in each.differences}
    assert effects <= {"in place"}


def test_no_secret_is_in_the_state(moved: Moved) -> None:
    types = {each["type"] for each in moved.pulumi.export()["deployment"]["resources"]}
    assert "kubernetes:apps/v1:Deployment" in types
    assert "kubernetes:core/v1:Secret" not in types


def test_an_up_restarts_no_pod_and_touches_no_claim_and_the_second_is_empty(moved: Moved) -> None:
    moved.pulumi.up(())
    after = running(moved.api)
    for key, manifest in moved.taken.items():
        if key.kind in ("Pod", "ReplicaSet", "PersistentVolumeClaim", "PersistentVolume"):
            assert after[key]["metadata"]["uid"] == manifest["metadata"]["uid"]
        if key.kind in ("Deployment", "StatefulSet", "CronJob", "Service"):
            assert after[key]["metadata"].get("generation") == manifest["metadata"].get("generation")
            assert after[key].get("spec") == manifest.get("spec")
    assert after.keys() == moved.taken.keys(), "no pod is new"
    second = moved.pulumi.preview().printed
    assert [step for step in second["steps"] if step["op"] != "same"] == []


def test_a_label_that_is_changed_later_restarts_nothing(moved: Moved) -> None:
    file = moved.lab / "services" / "paste.yaml"
    file.write_text(f"{file.read_text()}labels: {{workload: {{shelf: top}}}}\n")
    before = running(moved.api)
    moved.pulumi.up(())
    after = running(moved.api)
    paste = Key("Deployment", "tools", "paste")
    assert after[paste]["metadata"]["labels"]["shelf"] == "top"
    assert after[paste]["metadata"]["generation"] == before[paste]["metadata"]["generation"]
    template = after[paste]["spec"]["template"]["metadata"]["annotations"]
    assert "kubectl.kubernetes.io/restartedAt" in template, "a mark that kubectl made stays"
    assert {key for key in after if key.kind == "Pod"} == {key for key in before if key.kind == "Pod"}
    assert MANAGER in {each["manager"] for each in after[paste]["metadata"]["managedFields"]}
