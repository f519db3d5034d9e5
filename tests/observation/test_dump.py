"""Reading a dump: what is in it, when it was, and what is missing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from observation import InvalidDump, InvalidUsage, read_dump

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "blog-6c-x",
        "namespace": "blog",
        "uid": "3",
        "creationTimestamp": "2027-01-04T09:00:00Z",
        "ownerReferences": [{"kind": "ReplicaSet", "name": "blog-6c", "uid": "2", "controller": True}],
    },
    "spec": {"nodeName": "node1"},
}
REPLICA_SET: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "ReplicaSet",
    "metadata": {
        "name": "blog-6c",
        "namespace": "blog",
        "uid": "2",
        "ownerReferences": [{"kind": "Deployment", "name": "blog", "uid": "1", "controller": True}],
    },
}
DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "blog", "namespace": "blog", "uid": "1"},
}


def write(folder: Path, **resources: list[dict[str, Any]]) -> Path:
    for name, items in resources.items():
        content = {"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": items}
        (folder / f"{name}.json").write_text(json.dumps(content))
    return folder


def test_follows_a_pod_up_to_its_deployment_and_back(tmp_path: Path) -> None:
    observed = read_dump(write(tmp_path, pods=[POD], replicasets=[REPLICA_SET], deployments=[DEPLOYMENT]))
    (pod,) = observed.of("Pod")
    assert [each["kind"] for each in observed.owners(pod)] == ["ReplicaSet", "Deployment"]
    assert observed.pods_of(observed.top(pod)) == (pod,)
    assert observed.pods_on("node1") == (pod,)


def test_finds_events_in_both_of_their_forms_oldest_first(tmp_path: Path) -> None:
    about = {"kind": "Pod", "namespace": "blog", "name": "blog-6c-x", "uid": "3"}
    events: list[dict[str, Any]] = [
        {
            "kind": "Event",
            "metadata": {"name": "b", "namespace": "blog"},
            "involvedObject": about,
            "reason": "FailedScheduling",
            "eventTime": "2027-01-04T09:00:00.000000Z",
            "series": {"count": 7, "lastObservedTime": "2027-01-04T09:20:00.000000Z"},
        },
        {
            "kind": "Event",
            "metadata": {"name": "a", "namespace": "blog"},
            "involvedObject": about,
            "reason": "Pulled",
            "lastTimestamp": "2027-01-04T09:10:00Z",
            "count": 2,
        },
    ]
    observed = read_dump(write(tmp_path, pods=[POD], events=events))
    found = observed.events_of(observed.of("Pod")[0])
    assert [(each.reason, each.times) for each in found] == [("Pulled", 2), ("FailedScheduling", 7)]


def test_counts_ages_from_the_stated_time(tmp_path: Path) -> None:
    (tmp_path / "now.txt").write_text("2027-02-04T09:00:00Z\n")
    observed = read_dump(write(tmp_path, pods=[POD]))
    assert (observed.now, observed.now_from) == (datetime(2027, 2, 4, 9, tzinfo=UTC), "stated")


def test_takes_the_newest_time_of_an_object_but_no_time_to_come(tmp_path: Path) -> None:
    certificate = {"kind": "Certificate", "metadata": {"name": "a"}, "status": {"notAfter": "2031-01-01T00:00:00Z"}}
    observed = read_dump(write(tmp_path, pods=[POD], certificates=[certificate]))
    assert (observed.now, observed.now_from) == (datetime(2027, 1, 4, 9, tzinfo=UTC), "newest-object")


def test_reads_the_rest_of_a_dump_of_which_a_file_breaks_off(tmp_path: Path) -> None:
    write(tmp_path, pods=[POD], deployments=[DEPLOYMENT])
    text = (tmp_path / "deployments.json").read_text()
    (tmp_path / "deployments.json").write_text(text[: len(text) // 2])
    observed = read_dump(tmp_path)
    assert observed.knows("Pod")
    assert not observed.knows("Deployment")
    assert [gap.why for gap in observed.gaps if gap.subject == "deployments"] == ["unreadable"]


def test_a_resource_without_a_file_is_not_known(tmp_path: Path) -> None:
    observed = read_dump(write(tmp_path, pods=[POD]))
    assert not observed.knows("Node")
    assert [gap.why for gap in observed.gaps if gap.subject == "nodes"] == ["absent"]


def test_a_resource_without_a_file_is_empty_where_the_dump_says_what_was_asked(tmp_path: Path) -> None:
    gap = {"subject": "secrets", "why": "forbidden", "detail": 'secrets is forbidden: User "eve" cannot list'}
    description = {"format_version": 1, "taken": "2027-01-05T00:00:00Z", "gaps": [gap]}
    (tmp_path / "dump.json").write_text(json.dumps(description))
    observed = read_dump(write(tmp_path, pods=[POD]))
    assert observed.knows("Node")
    assert not observed.knows("Secret")
    assert [each.why for each in observed.gaps] == ["forbidden"]


def test_names_a_format_that_it_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "dump.json").write_text(json.dumps({"format_version": 9}))
    observed = read_dump(write(tmp_path, pods=[POD]))
    assert [each.why for each in observed.gaps] == ["other-version"]


def test_gives_objects_of_a_list_of_one_kind_their_kind(tmp_path: Path) -> None:
    (tmp_path / "pods.json").write_text(
        json.dumps({"kind": "PodList", "apiVersion": "v1", "items": [{"metadata": {"name": "a"}}]})
    )
    assert read_dump(tmp_path).get("Pod", "a") is not None


@pytest.mark.parametrize("content", ["", "[]", '{"items": 3}', '{"items": [1, {"metadata": 2}]}'])
def test_refuses_a_folder_without_objects(tmp_path: Path, content: str) -> None:
    (tmp_path / "pods.json").write_text(content)
    with pytest.raises(InvalidDump, match="is not a dump"):
        read_dump(tmp_path)


def test_refuses_a_time_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "now.txt").write_text("yesterday")
    with pytest.raises(InvalidDump, match="holds no time"):
        read_dump(write(tmp_path, pods=[POD]))


def test_reads_usage_and_finds_a_container(tmp_path: Path) -> None:
    amounts = {"p50": 1, "p95": 2, "p99": 3, "max": 4}
    container = {
        "namespace": "blog",
        "workload": "Deployment/blog",
        "container": "blog",
        "days": 30,
        "cpu_m": amounts,
        "memory_mib": {**amounts, "daily_max": [3, 4]},
    }
    file = tmp_path / "usage"
    file.write_text(json.dumps({"window_days": 30, "ends": "2027-01-04T00:00:00Z", "containers": [container]}))
    usage = read_dump(write(tmp_path, pods=[POD]), file).usage
    assert usage is not None
    found = usage.of("blog", "Deployment/blog", "blog")
    assert found is not None
    assert (found.memory.max, found.memory_daily) == (4, (3, 4))


def test_names_the_container_whose_usage_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "usage"
    file.write_text(json.dumps({"containers": [{"namespace": "blog"}]}))
    with pytest.raises(InvalidUsage, match=r"containers\[0\]"):
        read_dump(write(tmp_path, pods=[POD]), file)
