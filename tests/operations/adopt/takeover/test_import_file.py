"""The file for `pulumi import` is the one with which a real engine took these objects over, and saw no change."""

import copy
import json
from pathlib import Path
from typing import Any

from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.releases import HelmRelease
from operations.adopt.takeover.import_file import Live, TakeOver, take_over
from operations.adopt.takeover.live import Owned
from operations.adopt.takeover.release_inputs import release_as_live
from operations.adopt.takeover.secret_marks import SECRET, SIGNATURE

RECORDED: dict[str, Any] = json.loads(Path("tests/operations/adopt/takeover/imported.json").read_text())
"""Resources that `pulumi import` read: a namespace, a release, a claim, a Service and a Deployment, with components."""
OWN = ("__inputs", "__initialApiVersion", "__fieldManager")
DEPLOYMENT = "hobby-freshrss/freshrssDeployment"


def is_release(resource: dict[str, Any]) -> bool:
    return resource["type"] == "kubernetes:helm.sh/v3:Release"


def running() -> dict[Key, dict[str, Any]]:
    objects = [
        {key: value for key, value in each["outputs"].items() if key not in OWN}
        for each in RECORDED["resources"]
        if "outputs" in each and not is_release(each)
    ]
    return {key_of(each): each for each in objects}


def releases() -> dict[tuple[str, str], HelmRelease]:
    found = next(each for each in RECORDED["resources"] if is_release(each))
    status, values = found["outputs"]["status"], found["inputs"]["values"]
    return {
        (status["namespace"], status["name"]): HelmRelease(
            status["name"],
            status["namespace"],
            status["revision"],
            status["status"],
            status["chart"],
            status["version"],
            status["appVersion"],
            values,
            frozenset(),
        )
    }


def preview() -> dict[str, Any]:
    steps = []
    for each in RECORDED["resources"]:
        if "inputs" in each:
            name = each.get("logicalName") or each["name"]
            urn = f"urn:pulumi:rec2::homelab::homelab:index:K8sApp${each['type']}::{name}"
            steps.append({"op": "create", "urn": urn, "newState": {"inputs": copy.deepcopy(each["inputs"])}})
    return {"steps": steps}


def import_file() -> dict[str, Any]:
    """As `pulumi preview --import-file` writes it."""
    resources = [
        {key: value for key, value in each.items() if key not in ("inputs", "outputs")}
        | ({} if each.get("component") else {"id": "<PLACEHOLDER>"})
        for each in RECORDED["resources"]
    ]
    return {"nameTable": RECORDED["nameTable"], "resources": resources}


def taken_over(
    preview: dict[str, Any] | None = None,
    objects: dict[Key, dict[str, Any]] | None = None,
    held: tuple[str, ...] = (),
    file: dict[str, Any] | None = None,
) -> TakeOver:
    there = running() if objects is None else objects

    def get(stated: dict[str, Any]) -> Owned | None:
        found = there.get(key_of(stated))
        return Owned(found, moved=False) if found else None

    live = Live(get, lambda namespace, name: releases().get((namespace, name)))
    return take_over(file or import_file(), preview or globals()["preview"](), held, live)


def entry(found: TakeOver, name: str) -> dict[str, Any]:
    return next(each for each in found.file["resources"] if each["name"] == name)


def test_the_file_is_the_one_that_the_engine_took() -> None:
    found = taken_over()
    recorded = copy.deepcopy(RECORDED["resources"])
    for each in (*recorded, *found.file["resources"]):
        if is_release(each):
            mark = each["outputs"]["__inputs"]
            mark["plaintext"] = json.loads(mark["plaintext"])
    assert found.file["resources"] == recorded
    assert found.file["nameTable"] == {"recKubernetes": RECORDED["nameTable"]["recKubernetes"]}
    assert all(not each.differences for each in found.taken)


def test_what_does_not_run_is_left_to_the_next_up() -> None:
    objects = running()
    del objects[Key("Service", "hobby-freshrss", "freshrss")]
    found = taken_over(objects=objects)
    assert found.missing == ("hobby-freshrss/freshrss",)
    assert "hobby-freshrss/freshrss" not in {each["name"] for each in found.file["resources"]}


def test_a_component_of_which_nothing_runs_is_left_out() -> None:
    objects = {key: each for key, each in running().items() if key.kind == "Namespace"}
    names = {each["name"] for each in taken_over(objects=objects).file["resources"]}
    assert "freshrss" not in names
    assert {"platform-kyverno", "kyverno"} <= names


def test_what_the_state_holds_goes_into_the_table_of_names() -> None:
    urn = "urn:pulumi:rec2::homelab::homelab:index:K8sApp::freshrss"
    found = taken_over(held=(urn,))
    assert "freshrss" not in {each["name"] for each in found.file["resources"]}
    assert found.file["nameTable"]["freshrss"] == urn


def test_what_is_to_change_is_left_for_the_preview_to_show() -> None:
    changed = preview()
    step = next(each for each in changed["steps"] if each["urn"].endswith("Deployment::hobby-freshrss/freshrss"))
    inputs = step["newState"]["inputs"]
    inputs["spec"]["template"]["spec"]["containers"][0]["image"] = "freshrss/freshrss:1.28.0"
    inputs["metadata"]["labels"]["kept"] = "new"
    found = taken_over(preview=changed)
    deployment = next(each for each in found.taken if each.name == DEPLOYMENT)
    assert [(each.path[-1], each.effect) for each in deployment.differences] == [
        ("kept", "in place"),
        ("image", "restarts"),
    ]
    assert entry(found, DEPLOYMENT)["inputs"] == entry(taken_over(), DEPLOYMENT)["inputs"]


def test_a_variable_whose_value_no_file_holds_is_marked_as_a_secret() -> None:
    stated, there = preview(), copy.deepcopy(running())
    step = next(each for each in stated["steps"] if each["newState"]["inputs"].get("kind") == "Deployment")
    step["newState"]["inputs"]["spec"]["template"]["spec"]["containers"][0]["env"].append({"name": "TOKEN"})
    live = next(each for key, each in there.items() if key.kind == "Deployment")
    live["spec"]["template"]["spec"]["containers"][0]["env"].append({"name": "TOKEN", "value": "hunter2"})
    outputs = entry(taken_over(stated, there), DEPLOYMENT)["outputs"]
    assert "hunter2" in outputs["spec"]["plaintext"]
    assert (outputs["spec"][SIGNATURE], outputs["metadata"][SIGNATURE]) == (SECRET, SECRET)
    rest = {key: each for key, each in outputs.items() if key not in ("spec", "metadata")}
    assert "hunter2" not in json.dumps(rest)


def test_another_version_of_a_chart_is_left_for_the_preview_to_show() -> None:
    changed = preview()
    step = next(each for each in changed["steps"] if "Release" in each["urn"])
    step["newState"]["inputs"]["version"] = "3.10.0"
    found = taken_over(preview=changed)
    release = next(each for each in found.taken if each.key.kind == "Release")
    assert [(each.path, each.live, each.stated) for each in release.differences] == [(("version",), "3.9.1", "3.10.0")]
    assert entry(found, release.name)["inputs"]["version"] == "3.9.1"


def test_a_secret_of_a_chart_that_is_not_written_is_no_difference() -> None:
    running = next(iter(releases().values()))
    secret = running._replace(values={**running.values, "adminPassword": "hunter2"})
    stated = {"chart": running.chart, "version": running.version, "values": running.values}
    inputs, found = release_as_live(stated, secret)
    assert found == ()
    assert inputs == stated


def test_the_inputs_of_a_release_are_marked_as_a_secret() -> None:
    found = entry(taken_over(), "platform-kyverno/kyverno")
    assert found["outputs"]["__inputs"][SIGNATURE] == SECRET
    assert json.loads(found["outputs"]["__inputs"]["plaintext"]) == found["inputs"]


def test_what_is_no_object_of_the_cluster_is_named() -> None:
    file = import_file()
    file["resources"].append({"type": "random:index/randomString:RandomString", "name": "token", "provider": "random"})
    assert taken_over(file=file).elsewhere == ("token",)


def test_without_a_provider_in_the_state_nothing_is_taken_over() -> None:
    file = import_file()
    del file["nameTable"]["recKubernetes"]
    found = taken_over(file=file)
    assert found.taken == ()
    assert found.file["resources"] == []


def secret(data: Any) -> TakeOver:
    """A Secret that runs, taken over for one that states `data`."""
    stated = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db", "namespace": "web"}, **data}
    live = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "db",
            "namespace": "web",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": '{"stringData":{"a":"hush"}}'},
        },
        "data": {"a": "aHVzaA==", "b": "bW9yZQ=="},
        "type": "Opaque",
    }
    file = {
        "nameTable": {"k": "urn:pulumi:rec2::homelab::pulumi:providers:kubernetes::k"},
        "resources": [{"type": "kubernetes:core/v1:Secret", "name": "web/db", "id": "<PLACEHOLDER>", "provider": "k"}],
    }
    urn = "urn:pulumi:rec2::homelab::kubernetes:core/v1:Secret::web/db"
    steps = {"steps": [{"op": "create", "urn": urn, "newState": {"inputs": stated}}]}
    return take_over(file, steps, (), Live(lambda _: Owned(live, moved=False), lambda namespace, name: None))


def test_no_content_of_a_secret_stands_unmarked_in_the_file() -> None:
    for data in ({"stringData": {"a": "hush"}}, {"data": {"a": "aHVzaA=="}}, {"data": "[secret]"}):
        found = json.loads(json.dumps(secret(data).file["resources"][0]))
        marks = [found["inputs"].pop("data"), found["outputs"].pop("data"), found["outputs"]["__inputs"].pop("data")]
        assert all(mark[SIGNATURE] == SECRET for mark in marks)
        text = json.dumps(found)
        assert "hush" not in text
        assert "aHVzaA==" not in text
        assert "stringData" not in text


def test_only_what_is_stated_of_a_secret_is_its_input() -> None:
    shown = secret({"stringData": {"a": "hush"}}).file["resources"][0]["inputs"]["data"]
    assert json.loads(shown["plaintext"]) == {"a": "aHVzaA=="}
    hidden = secret({"data": "[secret]"}).file["resources"][0]["inputs"]["data"]
    assert json.loads(hidden["plaintext"]) == {"a": "aHVzaA==", "b": "bW9yZQ=="}


def test_an_empty_value_of_a_chart_is_no_upgrade() -> None:
    values = {"classes": [], "size": 1}
    running = HelmRelease("disks", "storage", 1, "deployed", "disks", "1.0.0", "", values, frozenset())
    stated = {"chart": "disks", "version": "1.0.0", "values": {"size": 1}}
    inputs, found = release_as_live(stated, running)
    assert (inputs, found) == (stated, ())
    _, found = release_as_live({**stated, "values": {"size": 2}}, running)
    assert [each.path for each in found] == [("values", "size")]
