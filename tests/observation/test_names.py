"""Names that a shell would read as more than a word reach no command: their objects are left out, and counted."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from observation.dump import read_dump
from observation.names import has_usual_names
from tests.plan.labs import ROOT

DUMPS = ROOT / "tests" / "dumps"
HOSTILE = (
    "a;touch x",
    "$(touch x)",
    "`touch x`",
    "a b",
    "a\nb",
    "--all",
    "a'b",
    'a"b',
    "a|b",
    "a\x1b[2J",
    "a" * 400,
)
POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web-1",
        "namespace": "shop",
        "labels": {"app": "web"},
        "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "1", "controller": True}
        ],
    },
    "spec": {
        "nodeName": "node1",
        "containers": [
            {"name": "web", "env": [{"name": "$(odd) but allowed", "value": "; any"}], "args": ["--all", "; any"]}
        ],
        "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}],
        "tolerations": [{"key": "gpu", "value": "yes"}],
        "affinity": {
            "nodeAffinity": {"x": {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}}
        },
    },
}
PLACES: dict[str, tuple[str | int, ...]] = {
    "name": ("metadata", "name"),
    "namespace": ("metadata", "namespace"),
    "kind": ("kind",),
    "label": ("metadata", "labels", "app"),
    "owner": ("metadata", "ownerReferences", 0, "name"),
    "container": ("spec", "containers", 0, "name"),
    "volume": ("spec", "volumes", 0, "name"),
    "node": ("spec", "nodeName"),
    "claim": ("spec", "volumes", 0, "persistentVolumeClaim", "claimName"),
    "toleration": ("spec", "tolerations", 0, "value"),
    "value of an expression": ("spec", "affinity", "nodeAffinity", "x", "matchExpressions", 0, "values", 0),
}


def changed(place: tuple[str | int, ...], name: str) -> dict[str, Any]:
    pod: Any = copy.deepcopy(POD)
    part = pod
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = name
    return pod


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_an_object_with_a_name_that_kubernetes_refuses_is_left_out_and_counted(
    place: tuple[str | int, ...], name: str, tmp_path: Path
) -> None:
    pods = {"apiVersion": "v1", "kind": "PodList", "items": [POD, changed(place, name)]}
    (tmp_path / "pods.json").write_text(json.dumps(pods), encoding="utf-8")
    observed = read_dump(tmp_path)
    assert observed.of("Pod") == (POD,)
    (gap,) = (each for each in observed.gaps if each.subject == "pods")
    assert (gap.why, gap.detail) == ("incomplete", "1 of 2 objects have a name or a label that Kubernetes refuses")


@pytest.mark.parametrize("name", HOSTILE)
def test_keys_of_labels_and_taints_are_names_too(name: str) -> None:
    assert not has_usual_names({"kind": "Node", "metadata": {"name": "node1", "labels": {name: "x"}}})
    assert not has_usual_names({"kind": "Node", "metadata": {"name": "node1"}, "spec": {"taints": [{"key": name}]}})
    assert not has_usual_names({"kind": "Service", "metadata": {"name": "web"}, "spec": {"selector": {"app": name}}})
    assert not has_usual_names({"kind": "Event", "metadata": {"name": "a.1"}, "involvedObject": {"name": name}})
    assert not has_usual_names({"kind": "Event", "metadata": {"name": "a.1"}, "regarding": {"namespace": name}})


def test_what_kubernetes_allows_is_kept() -> None:
    free = {"kind": "ClusterRole", "metadata": {"name": "read and (write)", "labels": {"app": "x"}}}
    assert has_usual_names(free)
    assert not has_usual_names({**free, "metadata": {"name": "read", "labels": {"app": "x y"}}})
    assert has_usual_names({"kind": "Dashboard", "metadata": {"name": "x"}, "spec": {"name": "My own (new)"}})
    about = {"kind": "ClusterRole", "name": "read and (write)"}
    assert has_usual_names({"kind": "Event", "metadata": {"name": "a.1"}, "involvedObject": about})


@pytest.mark.parametrize("dump", ["attic", "loft", "shed"])
def test_no_object_of_a_real_cluster_is_left_out(dump: str) -> None:
    whole = read_dump(DUMPS / dump)
    assert not [each for each in whole.gaps if each.why == "incomplete"]
    for file in DUMPS.joinpath(dump).glob("*.json"):
        items = json.loads(file.read_text(encoding="utf-8")).get("items", ())
        assert len(whole.resources.get(file.stem, ())) == len(items)
