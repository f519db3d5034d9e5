"""A dump may hold pipes, devices, huge files and lists without end: each is a gap with a sentence, and soon."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from observation import json_file
from observation.dump import InvalidDump, read_dump
from observation.usage import InvalidUsage, read_usage

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}}
HOSTILE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a device": lambda file: file.symlink_to("/dev/zero"),
    "a folder": lambda file: file.mkdir(),
    "200,000 lists": lambda file: file.write_text("[" * 200_000),
    "200,000 objects": lambda file: file.write_text('{"a":' * 200_000),
    "900 lists": lambda file: file.write_text('{"items": ' + "[" * 900 + "]" * 900 + "}"),
    "too many bytes": lambda file: file.write_text(" " * 2_000_000),
    "half a character": lambda file: file.write_text('{"items": [{"metadata": {"name": "a", "x": "\\ud800"}}]}'),
    "no text": lambda file: file.write_bytes(b"\xff\xfe\x00"),
}


@pytest.fixture
def dump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(json_file, "LARGEST", 2**20)
    (tmp_path / "pods.json").write_text(json.dumps({"kind": "PodList", "apiVersion": "v1", "items": [POD]}))
    return tmp_path


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", ["services.json", "dump.json", "usage.json", "history.json"])
def test_a_file_that_cannot_be_read_is_a_gap(dump: Path, name: str, make: Callable[[Path], object]) -> None:
    make(dump / name)
    observed = read_dump(dump)
    assert len(observed.of("Pod")) == 1
    (gap,) = (each for each in observed.gaps if each.why == "unreadable")
    assert gap.subject in (name, name.removesuffix(".json"))
    assert "\n" not in gap.detail
    assert len(gap.detail) < 300


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_time_that_cannot_be_read_is_told(dump: Path, make: Callable[[Path], object]) -> None:
    make(dump / "now.txt")
    with pytest.raises(InvalidDump, match=r"now\.txt"):
        read_dump(dump)


@pytest.mark.parametrize("amount", ["much", "../55Gi", "1Gi\n", float("nan"), 10**40, True, None, ["1"]])
def test_an_object_whose_amounts_are_no_quantities_is_left_out_and_counted(dump: Path, amount: object) -> None:
    claim = {
        "metadata": {"name": "data", "namespace": "shop"},
        "spec": {"resources": {"requests": {"storage": amount}}},
    }
    whole = {"metadata": {"name": "more", "namespace": "shop"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}
    claims = {"kind": "PersistentVolumeClaimList", "apiVersion": "v1", "items": [claim, whole]}
    (dump / "persistentvolumeclaims.json").write_text(json.dumps(claims))
    observed = read_dump(dump)
    assert [each["metadata"]["name"] for each in observed.of("PersistentVolumeClaim")] == ["more"]
    (gap,) = (each for each in observed.gaps if each.why == "incomplete")
    assert (gap.subject, gap.detail) == (
        "persistentvolumeclaims",
        "1 of 2 objects have an amount that is no quantity",
    )


@pytest.mark.parametrize(
    "field",
    [
        {"spec": "text"},
        {"spec": {"volumes": {"data": {}}}},
        {"spec": {"volumes": ["data"]}},
        {"spec": {"containers": [{"image": "web"}]}},
        {"spec": {"volumes": [{"emptyDir": {}}]}},
        {"spec": {"nodeSelector": {"disk": 1}}},
        {"spec": {"priority": 10**30}},
        {"status": []},
        {"metadata": {**POD["metadata"], "labels": "web"}},
    ],
)
def test_an_object_with_a_field_of_another_type_is_left_out_and_counted(dump: Path, field: dict[str, object]) -> None:
    pods = {"kind": "PodList", "apiVersion": "v1", "items": [{**POD, **field}, {**POD, "metadata": {"name": "whole"}}]}
    (dump / "pods.json").write_text(json.dumps(pods))
    observed = read_dump(dump)
    assert [each["metadata"]["name"] for each in observed.of("Pod")] == ["whole"]
    (gap,) = (each for each in observed.gaps if each.subject == "pods")
    assert (gap.why, gap.detail) == ("incomplete", "1 of 2 objects have a field of a type that Kubernetes refuses")


@pytest.mark.parametrize("figure", [float("nan"), float("inf"), -1, 10**30, "5", None, []])
@pytest.mark.parametrize("place", [("cpu_m", "p95"), ("memory_mib", "max"), ("days",)])
def test_usage_that_nothing_can_have_is_told(tmp_path: Path, place: tuple[str, ...], figure: object) -> None:
    most = {"p50": 1, "p95": 1, "p99": 1, "max": 1}
    container = {"namespace": "a", "workload": "Deployment/a", "container": "a", "days": 30}
    content: Any = {"containers": [{**container, "cpu_m": {**most}, "memory_mib": {**most}}]}
    (tmp_path / "usage.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_usage(tmp_path / "usage.json").containers
    part = content["containers"][0]
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = figure
    (tmp_path / "usage.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(InvalidUsage, match="which nothing can have used"):
        read_usage(tmp_path / "usage.json")


USUAL: dict[str, dict[str, object]] = {
    "the user of a container": {
        "status": {"containerStatuses": [{"name": "web", "user": {"linux": {"uid": 0, "gid": 0}}}]}
    },
    "a device's health": {
        "status": {"containerStatuses": [{"name": "web", "allocatedResourcesStatus": [{"resources": [{}]}]}]}
    },
    "a probe by gRPC": {
        "spec": {"containers": [{"name": "web", "livenessProbe": {"grpc": {"port": 9, "service": ""}}}]}
    },
    "a volume that is an image": {"spec": {"volumes": [{"name": "a", "image": {"reference": "a:1"}}]}},
    "GlusterFS": {"spec": {"volumes": [{"name": "a", "glusterfs": {"endpoints": "a", "path": "b"}}]}},
    "swap": {"kind": "Node", "status": {"nodeInfo": {"swap": {"capacity": 1 << 30}}}},
    "exit codes": {"kind": "Job", "spec": {"podFailurePolicy": {"rules": [{"onExitCodes": {"values": [42]}}]}}},
    "pods that are not counted": {"kind": "Job", "status": {"uncountedTerminatedPods": {"succeeded": ["a"]}}},
    "parameters of a class": {"kind": "IngressClass", "spec": {"parameters": {"kind": "A", "name": "b"}}},
    "labels called as fields": {"kind": "Service", "spec": {"selector": {"service": "a", "replicas": "1", "env": "b"}}},
    "content called as fields": {
        "kind": "ConfigMap",
        "data": {"env": "A=b", "rules": "[]", "metadata": "a", "port": "1"},
    },
}


@pytest.mark.parametrize("stated", USUAL.values(), ids=USUAL)
def test_what_a_cluster_says_of_itself_is_read(dump: Path, stated: dict[str, object]) -> None:
    resources = {"Node": "nodes", "Job": "jobs.batch", "IngressClass": "ingressclasses.networking.k8s.io"}
    kind = str(stated.get("kind", "Pod"))
    listed = {"kind": f"{kind}List", "apiVersion": "v1", "items": [POD | {"kind": kind} | stated]}
    (dump / f"{resources.get(kind, f'{kind.lower()}s')}.json").write_text(json.dumps(listed))
    assert len(read_dump(dump).of(kind)) == 1
