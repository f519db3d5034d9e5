"""A cluster that runs is taken over by the real engine: no object changes but in who owns its fields."""

import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from config.writing import write_lab
from observation import read_dump
from observation.objects import MANAGER, is_kubectl
from operations.adopt.cluster.adoption import Adoption, Wishes, adopt_cluster
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.releases import HelmRelease, read_releases
from operations.adopt.cluster.stated import as_stated
from operations.adopt.takeover.import_file import RELEASE
from operations.adopt.takeover.run import Outcome, run_take_over
from operations.clients.kubernetes import Api
from operations.clients.pulumi import Pulumi
from plan.model import Manifest
from rehearsal.charts import chart_repository
from rehearsal.control_plane import ToolMissing
from rehearsal.dumped import dumped_cluster
from rehearsal.installation import missing
from tests.conformance.adopt.stack import stack_of
from tests.operations.adopt.cluster.shed import SHORT

DUMPS = Path("tests/dumps")
QUIET = 3
"""Seconds without a change after which nothing more is expected."""
READY = 300
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
    ("apps/v1", "DaemonSet"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("networking.k8s.io/v1", "Ingress"),
    ("storage.k8s.io/v1", "StorageClass"),
    ("traefik.io/v1alpha1", "Middleware"),
    ("traefik.io/v1alpha1", "IngressRoute"),
    ("postgresql.cnpg.io/v1", "Cluster"),
    ("keda.sh/v1alpha1", "ScaledObject"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("external-secrets.io/v1", "ExternalSecret"),
    ("policy/v1", "PodDisruptionBudget"),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    ("cert-manager.io/v1", "Certificate"),
    ("weather.example.org/v1", "Station"),
    ("weather.example.org/v1", "Sensor"),
)


BROKEN: list[Manifest] = [
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "certificates.cert-manager.io"},
        "spec": {
            "group": "cert-manager.io",
            "names": {"kind": "Certificate", "plural": "certificates", "singular": "certificate"},
            "scope": "Namespaced",
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
                    },
                }
            ],
        },
    },
    SHORT,
]
"""A certificate that is there and that no plan is content with: it is to be renewed before it begins."""


class Later(NamedTuple):
    """A change of one label that is made afterwards."""

    file: str
    key: Key
    old: str
    new: str
    """In place of the first `old`; at the end where that is empty."""


LATER = {
    "shed": Later("paste.yaml", Key("Deployment", "tools", "paste"), "", "labels: {workload: {shelf: top}}\n"),
    "attic": Later(
        "notes.yaml",
        Key("Deployment", "default", "notes"),
        "workload: {app: notes}",
        "workload: {app: notes, shelf: top}",
    ),
    "loft": Later(
        "pictures.yaml",
        Key("Deployment", "pictures", "pictures"),
        "workload: {app.kubernetes.io/name: pictures}",
        "workload: {app.kubernetes.io/name: pictures, shelf: top}",
    ),
}


class Moved(NamedTuple):
    """A cluster before and after it was taken over, and after the first `up`."""

    name: str
    api: Api
    pulumi: Pulumi
    lab: Path
    adoption: Adoption
    before: dict[Key, Manifest]
    outcome: Outcome
    taken: dict[Key, Manifest]


def running(api: Api) -> dict[Key, Manifest]:
    known = (each for each in KINDS if api.knows(*each))
    found = (each for api_version, kind in known for each in api.list(api_version, kind))
    return {key_of(each): each for each in found}


def until_pods_run(api: Api) -> None:
    """Wait until all pods run, and until the cluster's controllers change nothing more."""
    deadline = time.monotonic() + READY
    while not all(each["status"].get("phase") in ("Running", "Succeeded") for each in api.list("v1", "Pod")):
        assert time.monotonic() < deadline, "pods do not run"
        time.sleep(0.5)
    before, now = None, _settled(api)
    while before != now:
        assert time.monotonic() < deadline, "the cluster does not come to rest"
        time.sleep(QUIET)
        before, now = now, _settled(api)


def _settled(api: Api) -> dict[Key, Any]:
    return {key: still(each) for key, each in running(api).items()}


def still(manifest: Manifest) -> Any:
    """An object without what a take-over may write."""
    written = ("managedFields", "resourceVersion")
    metadata = {key: value for key, value in manifest["metadata"].items() if key not in written}
    annotations = metadata.get("annotations") or {}
    if manifest["kind"] == "Secret":
        annotations = {key: value for key, value in annotations.items() if "last-applied" not in key}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}, "status": None}


@pytest.fixture(scope="module", params=["shed", "attic", "loft"])
def moved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    if reason := missing():
        pytest.skip(f"not run: {reason}")
    name: str = request.param
    dumped = [each for found in read_dump(DUMPS / name).resources.values() for each in found]
    dumped += BROKEN if name == "shed" else []
    releases, _ = read_releases(dumped)
    offered: dict[str, set[str]] = {}
    for each in releases:
        offered.setdefault(each.chart, set()).add(each.version)
    folder = tmp_path_factory.mktemp("moved")
    try:
        with (
            dumped_cluster(dumped, IPv4Network("10.96.0.0/16")) as there,
            chart_repository(offered) as charts,
        ):
            until_pods_run(there.api)
            objects = [*running(there.api).values(), *there.api.list("v1", "Node")]
            lab = folder / name
            adoption = adopt_cluster(lab, objects, Wishes(repositories={each.name: charts.url for each in releases}))
            write_lab(lab, adoption.files)
            pulumi = stack_of(folder, lab, there.kubeconfig, charts.ca_file)
            before = running(there.api)
            outcome = run_take_over(pulumi, there.api, write=True)
            yield Moved(name, there.api, pulumi, lab, adoption, before, outcome, running(there.api))
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")


def test_the_take_over_writes_nothing_but_owners(moved: Moved, figure: Callable[[str], None]) -> None:
    assert {key for key in moved.taken.keys() ^ moved.before.keys() if not is_run(moved, key)} == set()
    both = moved.taken.keys() & moved.before.keys()
    changed = [key for key in both if still(moved.taken[key]) != still(moved.before[key])]
    assert changed == []
    real = sum(each.kind != "objects" for each in moved.adoption.added)
    written = sum(content.count("\n") for each in moved.adoption.added for content in each.files.values())
    stated = sum(
        len(yaml.safe_dump(as_stated(each)).splitlines()) for each in moved.before.values() if is_declared(moved, each)
    )
    taken = len(moved.outcome.take_over.taken)
    figure(f"adopted {moved.name}: {taken} objects taken over, {moved.outcome.moved} with new owners")
    figure(
        f"adopted {moved.name}: {real} of {len(moved.adoption.added)} services of a kind of their own, "
        f"{written} lines for {stated} of manifests"
    )


def is_run(moved: Moved, key: Key) -> bool:
    """Whether it is a pod that a CronJob started or cleaned up meanwhile."""
    owners = {**moved.before, **moved.taken}[key]["metadata"].get("ownerReferences", ())
    return key.kind == "Pod" and any(each["kind"] == "Job" for each in owners)


def is_declared(moved: Moved, manifest: Manifest) -> bool:
    return key_of(manifest) in {each.key for each in moved.outcome.take_over.taken}


def test_what_kubectl_owned_is_the_programs(moved: Moved) -> None:
    for each in moved.outcome.take_over.taken:
        if each.key.kind != "Release":
            owners = moved.taken.get(each.key, {"metadata": {"managedFields": []}})["metadata"]["managedFields"]
            assert not any(map(is_kubectl, owners))


def test_everything_that_runs_is_taken_over(moved: Moved) -> None:
    found = moved.outcome.take_over
    assert found.unfit == ()
    assert found.elsewhere == ()
    assert set(found.missing) == set(moved.adoption.plan.lab.tiers), "the priority classes of its tiers"


def test_the_first_up_creates_what_is_named_and_changes_labels_and_annotations_alone(moved: Moved) -> None:
    left = moved.outcome.left
    tiers = moved.adoption.plan.lab.tiers
    assert left.get("create") == len(tiers) + 1, "their priority classes, and the component around them"
    assert {operation for operation in left if left[operation]} <= {"create", "update", "same"}
    effects = {one.effect for each in moved.outcome.take_over.taken for one in each.differences}
    assert effects <= {"in place"}


def test_what_is_broken_and_runs_is_taken_over_as_it_is(moved: Moved) -> None:
    expected = ["RENEWED-BEFORE-ISSUED"] if moved.name == "shed" else []
    assert [each.code for each in moved.adoption.ran_with] == expected
    assert moved.adoption.plan.errors == ()
    taken = {each.key.name for each in moved.outcome.take_over.taken if each.key.kind == "Certificate"}
    assert taken == ({"pages"} if expected else set())


def test_no_secret_is_in_the_state(moved: Moved) -> None:
    types = {each["type"] for each in moved.pulumi.export()["deployment"]["resources"]}
    assert types & {"kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"}
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
    assert {key.kind for key in after.keys() ^ moved.taken.keys()} == {"PriorityClass"}, "no pod is new"
    second = moved.pulumi.preview().printed
    assert [step for step in second["steps"] if step["op"] != "same"] == []


def test_a_label_that_is_changed_later_restarts_nothing(moved: Moved) -> None:
    later = LATER[moved.name]
    file = moved.lab / "services" / later.file
    text = file.read_text()
    file.write_text(text.replace(later.old, later.new, 1) if later.old else text + later.new)
    before = running(moved.api)
    moved.pulumi.up(())
    after = running(moved.api)
    live, was = after[later.key], before[later.key]
    assert live["metadata"]["labels"]["shelf"] == "top"
    assert live["metadata"]["generation"] == was["metadata"]["generation"]
    template = live["spec"]["template"]["metadata"]
    assert template == was["spec"]["template"]["metadata"], "a mark that `kubectl rollout restart` made stays"
    assert {key for key in after if key.kind == "Pod"} == {key for key in before if key.kind == "Pod"}
    assert MANAGER in {each["manager"] for each in live["metadata"]["managedFields"]}


def test_an_upgrade_of_a_release_keeps_the_secret_that_no_file_holds(moved: Moved) -> None:
    files = list((moved.lab / "services").glob("*.yaml"))
    secret = [each for each in files if "ignore_fields:\n  release/" in each.read_text(encoding="utf-8")]
    assert bool(secret) == (moved.name in ("attic", "shed"))
    for file in secret:
        text = file.read_text(encoding="utf-8")
        before = release(moved.api, file.stem)
        password = before.values["adminPassword"]
        assert password not in text
        file.write_text(text.replace("values:\n", "values:\n  shelf: top\n", 1), encoding="utf-8")
        changed = [each for each in moved.pulumi.preview().printed["steps"] if each["op"] != "same"]
        (step,) = (each for each in changed if each["newState"]["type"] == RELEASE)
        assert step["op"] == "update"
        assert password not in str(step)
        moved.pulumi.up(())
        after = release(moved.api, file.stem)
        assert after.revision == before.revision + 1
        assert after.values == {**before.values, "shelf": "top"}
        states = [each for each in moved.pulumi.export()["deployment"]["resources"] if each["type"] == RELEASE]
        assert states
        assert password not in str(states)


def release(api: Api, name: str) -> HelmRelease:
    found, _ = read_releases(api.list("v1", "Secret"))
    return next(each for each in found if each.name == name)
