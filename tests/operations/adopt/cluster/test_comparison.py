"""An object as stated equals the one that runs, and each difference says what applying it would do."""

from copy import deepcopy
from typing import Any

import pytest

from operations.adopt.cluster.comparison import differences, unstated
from operations.adopt.cluster.origins import Own
from operations.adopt.cluster.stated import as_stated
from plan.model import Manifest
from plan.model.merging import merged
from tests.operations.adopt.cluster.shed import live, world


def changed(manifest: Manifest, *path: str | int, to: Any) -> Manifest:
    """The stated object with one field changed."""
    stated = as_stated(manifest)
    holder: Any = stated
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = to
    return stated


def effects(stated: Manifest, running: Manifest) -> list[tuple[str, str]]:
    return [(".".join(each.path), each.effect) for each in differences(stated, running)]


def test_what_is_stated_of_an_object_equals_it() -> None:
    found = world()
    for key, manifest in found.manifests.items():
        if isinstance(found.origins[key], Own):
            assert differences(as_stated(manifest), manifest) == ()
            assert unstated(as_stated(manifest), manifest) == ()


def test_what_the_server_fills_in_is_not_stated() -> None:
    spec = as_stated(live("Deployment", "photos", "photos-web"))["spec"]
    assert set(spec) == {"selector", "strategy", "template"}
    assert set(spec["template"]["spec"]) == {"initContainers", "containers", "volumes"}
    assert spec["template"]["spec"]["containers"][0]["readinessProbe"] == {"httpGet": {"path": "/health", "port": 2342}}


def test_live_values_count_and_not_those_once_applied() -> None:
    running = live("Deployment", "tools", "wiki-deployment")
    assert '"replicas":3' in running["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"]
    assert "replicas" not in as_stated(running)["spec"], "one is what the server fills in"


def test_the_mark_of_a_restart_stays_stated() -> None:
    template = as_stated(live("Deployment", "tools", "paste"))["spec"]["template"]
    assert template["metadata"]["annotations"] == {"kubectl.kubernetes.io/restartedAt": "2026-11-26T08:00:00Z"}


def test_a_content_of_a_secret_is_never_in_an_annotation() -> None:
    assert "annotations" not in as_stated(live("Secret", "photos", "photos"))["metadata"]


@pytest.mark.parametrize(
    ("kind", "namespace", "name", "path", "to", "effect"),
    [
        ("Deployment", "photos", "photos-web", ("spec", "template", "spec", "dnsPolicy"), "None", "restarts"),
        ("Deployment", "photos", "photos-web", ("metadata", "labels", "app"), "other", "in place"),
        ("Deployment", "photos", "photos-web", ("spec", "selector", "matchLabels", "app"), "web", "re-created"),
        ("StatefulSet", "photos", "photos-db", ("spec", "serviceName"), "db", "re-created"),
        ("StatefulSet", "photos", "photos-db", ("spec", "volumeClaimTemplates", 0, "metadata", "name"), "d", "data"),
        ("CronJob", "photos", "photos-index", ("spec", "schedule"), "0 4 * * *", "in place"),
        ("Service", "photos", "photos-db", ("spec", "clusterIP"), "10.96.0.77", "re-created"),
        ("PersistentVolumeClaim", "tools", "wiki", ("spec", "resources", "requests", "storage"), "3Gi", "in place"),
        ("PersistentVolumeClaim", "tools", "wiki", ("spec", "resources", "requests", "storage"), "1Gi", "data"),
        ("PersistentVolumeClaim", "tools", "wiki", ("spec", "storageClassName"), "other", "data"),
        ("PersistentVolume", "", "photos-originals", ("spec", "nfs", "path"), "/tank/other", "data"),
        ("StorageClass", "", "disks", ("parameters", "pool"), "slow", "re-created"),
    ],
)  # fmt: skip
def test_each_difference_says_what_it_does(
    kind: str, namespace: str, name: str, path: tuple[str | int, ...], to: str, effect: str
) -> None:
    running = live(kind, namespace, name)
    found = effects(changed(running, *path, to=to), running)
    assert [each for _, each in found] == [effect]


def test_the_same_amount_written_otherwise_is_no_difference() -> None:
    running = live("Deployment", "photos", "photos-web")
    limits = ("spec", "template", "spec", "containers", 0, "resources", "limits")
    assert effects(changed(running, *limits, to={"memory": "1024Mi"}), running) == []


@pytest.mark.parametrize(
    ("kind", "name", "path", "default", "runs"),
    [
        ("Deployment", "photos-web", ("spec", "replicas"), 1, 7),
        ("Deployment", "photos-web", ("spec", "strategy"), {"type": "RollingUpdate"}, {"type": "Recreate"}),
        ("Deployment", "photos-web", ("spec", "template", "spec", "dnsPolicy"), "ClusterFirst", "None"),
        ("Deployment", "photos-web", ("spec", "template", "spec", "containers", 0, "terminationMessagePolicy"), "File",
         "FallbackToLogsOnError"),
        ("CronJob", "photos-index", ("spec", "suspend"), False, True),
    ],
)  # fmt: skip
def test_a_value_stated_as_the_default_is_a_difference_where_another_one_runs(
    kind: str, name: str, path: tuple[str | int, ...], default: Any, runs: Any
) -> None:
    asked_for = live(kind, "photos", name)
    stated = changed(asked_for, *path, to=default)
    running = changed(asked_for, *path, to=runs)
    (found,) = differences(stated, running)
    assert found.path[: len(path) - 1] == tuple(photos_web(step) for step in path[:-1])
    assert found.live == (runs["type"] if isinstance(runs, dict) else runs)
    assert differences(stated, changed(asked_for, *path, to=default)) == ()


def photos_web(step: str | int) -> str:
    return "web" if step == 0 else str(step)


def test_another_name_of_a_container_is_a_second_container() -> None:
    running = live("Deployment", "photos", "photos-web")
    stated = changed(running, "spec", "template", "spec", "containers", 0, "name", to="main")
    assert ("spec.template.spec.containers.main", "restarts") in effects(stated, running)


def test_an_object_that_does_not_run_would_be_created() -> None:
    stated = as_stated(live("Service", "photos", "photos-db"))
    assert [each.effect for each in differences(stated, None)] == ["created"]


def test_what_is_not_stated_stays_and_is_named() -> None:
    running = live("Deployment", "photos", "photos-web")
    stated = as_stated(running)
    del stated["spec"]["template"]["metadata"]["annotations"]
    assert differences(stated, running) == ()
    assert unstated(stated, running) == (("spec", "template", "metadata", "annotations"),)


@pytest.mark.parametrize("field", ["ports", "volumes", "env"])
def test_a_list_of_a_custom_kind_that_is_called_like_one_of_pods_is_compared_as_a_whole(field: str) -> None:
    running = {
        "apiVersion": "example.com/v1",
        "kind": "Switch",
        "metadata": {"name": "switch", "namespace": "lan"},
        "spec": {field: [{"from": 1, "to": 2}, {"from": 3, "to": 4}]},
    }
    assert differences(running, running) == ()
    stated = changed(running, "spec", field, 1, "to", to=5)
    assert [(each.path, each.stated) for each in differences(stated, running)] == [
        (("spec", field), [{"from": 1, "to": 2}, {"from": 3, "to": 5}])
    ]
    assert merged(running["spec"], {field: [{"from": 3}]}) == {field: [{"from": 3}]}


@pytest.mark.parametrize(
    ("live_value", "stated", "changes"),
    [
        ("redacted", "hunter2", 0),
        ("postgres://app:redacted@db/app", "postgres://app:hunter2@db/app", 0),
        ("postgres://app:redacted@db/app", "postgres://app:hunter2@db/other", 1),
    ],
)
def test_what_a_dump_left_out_is_no_difference(live_value: str, stated: str, changes: int) -> None:
    def pod(value: str) -> Manifest:
        containers = [{"name": "main", "env": [{"name": "DB", "value": value}]}]
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": containers}}

    assert len(differences(pod(stated), pod(live_value))) == changes


def test_a_port_of_which_nothing_is_known_is_stated_as_it_is() -> None:
    """Two numbers that are not there are no number twice."""
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": [{}, {"name": "b"}]}}
    assert as_stated(service)["spec"]["ports"] == [{}, {"name": "b"}]
    spec = {"hostNetwork": True, "containers": [{"name": "a", "ports": [{"name": "b"}]}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}
    assert as_stated(pod)["spec"]["containers"][0]["ports"] == [{"name": "b"}]


WHOLE: dict[str, dict[str, Any]] = {
    "Service": {"ports": [{"port": 80, "targetPort": 80}], "clusterIP": "10.96.0.9"},
    "PersistentVolumeClaim": {"storageClassName": "a", "volumeName": "pvc-1", "dataSource": {"name": "a"}},
    "PersistentVolume": {"claimRef": {"uid": "1", "name": "a"}},
    "Job": {"template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a"}]}}},
    "Pod": {
        "volumes": [{"name": "kube-api-access-x"}],
        "containers": [{"name": "a", "volumeMounts": [{"name": "kube-api-access-x"}]}],
        "tolerations": [{"key": "a"}],
    },
}


@pytest.mark.parametrize("kind", WHOLE)
def test_an_object_of_a_dump_is_read_whatever_stands_in_it(kind: str) -> None:
    whole = {"apiVersion": "v1", "kind": kind, "metadata": {"name": "a", "labels": {"b": "c"}}, "spec": WHOLE[kind]}
    for place in [("spec",), ("metadata", "labels"), *places(WHOLE[kind], ("spec",))]:
        for wrong in (None, [], {}, "text", 7, 1.5, True, [None], {"a": None}, [{"a": 1}]):
            broken = deepcopy(whole)
            within: Any = broken
            for key in place[:-1]:
                within = within[key]
            within[place[-1]] = wrong
            assert as_stated(broken)["kind"] == kind


def places(of: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs = of.items() if isinstance(of, dict) else enumerate(of) if isinstance(of, list) else ()
    return [place for key, each in pairs for place in ((*above, key), *places(each, (*above, key)))]


@pytest.mark.parametrize(
    ("runs", "stated"),
    [
        ({"maxUnavailable": 1, "maxSurge": 0}, {}),
        (
            {"maxUnavailable": "10%", "maxSurge": 0},
            {"rollingUpdate": {"maxUnavailable": "10%"}, "type": "RollingUpdate"},
        ),
    ],
)
def test_a_daemonset_without_a_surge_states_none(runs: dict[str, Any], stated: dict[str, Any]) -> None:
    spec = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": runs}}
    metadata = {"name": "a", "namespace": "a"}
    daemons = {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata, "spec": spec}
    assert as_stated(daemons).get("spec", {}).get("updateStrategy", {}) == stated
