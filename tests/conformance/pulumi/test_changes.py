"""One change of each sort on the real engine: the prediction, and what then happens to the cluster."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from tests.conformance.pulumi.live import Live, applied
from tests.conformance.pulumi.stack import ROOT
from tests.conformance.pulumi.test_adopt import adopted_small
from tests.recordings.changes import A_FILE, CHANGES, FEEDS

FEED_READER = ("apps/v1", "Deployment", "freshrss", "hobby-freshrss")
FEEDS_KEPT = ("v1", "PersistentVolumeClaim", "freshrss-data", "hobby-freshrss")
EDITS = {change.name: change.edits for change in CHANGES}


class Said(NamedTuple):
    """The guard's output about a preview."""

    code: int
    output: str


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The small lab, all of it made by one `up`, with a file of the feed reader's. Each test leaves it so."""
    folder = tmp_path_factory.mktemp("changes")
    lab = adopted_small(folder)
    with (lab / FEEDS).open("a", encoding="utf-8") as file:
        file.write(A_FILE)
    with applied(folder, lab) as found:
        yield found


def guard(small: Live) -> Said:
    """The guard's output about the lab as it is."""
    ran = subprocess.run(
        [sys.executable, "-m", "cli.main", "guard", "--lab", str(small.lab)],
        cwd=ROOT,
        input=small.stack.preview(),
        capture_output=True,
        text=True,
        check=False,
    )
    return Said(ran.returncode, ran.stdout + ran.stderr)


@contextmanager
def changed(small: Live, name: str) -> Iterator[Said]:
    """The lab with a change, after an `up` of it; gives what was said of it before. Changes it back."""
    with small.edited(*EDITS[name]):
        said = guard(small)
        small.stack.must_up()
        yield said
    small.stack.must_up()


def found(small: Live, which: tuple[str, str, str, str]) -> dict[str, Any]:
    """An object of the cluster."""
    there = small.api.get(*which)
    assert there is not None, which
    return there


def identities(small: Live) -> dict[str, str]:
    """Of everything that the stack holds in the cluster, what tells whether it is still the same."""
    kinds = {(each["apiVersion"], each["kind"]) for each in small.plan.manifests}
    return {
        f"{kind} {each['metadata'].get('namespace', '')}/{each['metadata']['name']}": each["metadata"]["uid"]
        for version, kind in kinds
        for each in small.api.list(version, kind)
    }


def test_an_up_without_a_change_writes_nothing(small: Live) -> None:
    before = {which: found(small, which)["metadata"]["resourceVersion"] for which in (FEED_READER, FEEDS_KEPT)}
    small.proxmox.requests.clear()
    assert "unchanged" in small.stack.must_up("--expect-no-changes").output
    assert small.proxmox.requests.writes == []
    assert {which: found(small, which)["metadata"]["resourceVersion"] for which in before} == before


def test_a_new_image_makes_a_new_pod_of_the_same_deployment_with_the_same_volume(small: Live) -> None:
    before = identities(small)
    with changed(small, "image-changed") as said:
        assert said.code == 0, said.output
        assert identities(small) == before
        (container,) = found(small, FEED_READER)["spec"]["template"]["spec"]["containers"]
        assert container["image"] == "freshrss/freshrss:1.27.1"


def test_a_file_is_changed_in_place(small: Live) -> None:
    before = identities(small)
    with changed(small, "file-changed") as said:
        assert said.code == 0, said.output
        assert identities(small) == before
        (name,) = (each for each in before if each.startswith("ConfigMap hobby-freshrss/freshrss"))
        kept = found(small, ("v1", "ConfigMap", name.partition("/")[2], "hobby-freshrss"))
        assert "theme: light" in str(kept["data"])


def test_a_volume_never_shrinks(small: Live) -> None:
    with small.edited(*EDITS["volume-smaller"]):
        assert guard(small).code != 0
        stopped = small.stack.run("up", "--yes")
        assert (stopped.succeeded, "can not be less than status.capacity" in stopped.output) == (False, True)
    assert found(small, FEEDS_KEPT)["spec"]["resources"]["requests"]["storage"] == "1Gi"


def test_a_label_of_a_claim_is_written_at_once(small: Live) -> None:
    """Whether it is bound or, as before its first pod is placed, pending."""
    before = identities(small)
    with changed(small, "claim-labelled") as said:
        assert said.code == 0, said.output
        assert identities(small) == before
        assert found(small, FEEDS_KEPT)["metadata"]["labels"]["keep"] == "yes"


def test_a_volume_grows_in_place(small: Live) -> None:
    before = identities(small)
    with small.edited(*EDITS["volume-larger"]):
        assert guard(small).code == 0
        small.stack.must_up()
        assert identities(small) == before
        assert found(small, FEEDS_KEPT)["spec"]["resources"]["requests"]["storage"] == "2Gi"
    assert guard(small).code != 0, "back again would be smaller"
    small.edit(*EDITS["volume-larger"])


def test_another_version_of_a_chart_is_an_upgrade_of_its_release(small: Live) -> None:
    with changed(small, "chart-version-changed"):
        assert releases(small) == {"traefik.v1": "superseded", "traefik.v2": "deployed"}
        made = found(small, ("v1", "ConfigMap", "traefik-chart", "platform-traefik"))
        assert made["data"] == {"version": "99.0.0"}


def releases(small: Live) -> dict[str, str]:
    """Helm's records of a release."""
    secrets = small.api.list("v1", "Secret", "platform-traefik")
    written = (each["metadata"] for each in secrets if each["metadata"]["name"].startswith("sh.helm.release"))
    return {each["name"].removeprefix("sh.helm.release.v1."): each["labels"]["status"] for each in written}


def test_more_memory_of_an_adopted_machine_waits_for_its_next_start(small: Live) -> None:
    machine = small.proxmox.state.machines[100]
    starts = machine.starts
    with changed(small, "machine-memory-changed") as said:
        assert said.code == 0, said.output
        machine = small.proxmox.state.machines[100]
        assert (machine.starts, machine.pending.get("memory")) == (starts, "16384")


@pytest.mark.parametrize("name", ["service-tier-changed", "service-renamed", "service-removed", "chart-tier-changed"])
def test_what_would_leave_data_behind_stops_before_anything_happens(small: Live, name: str) -> None:
    """At a protected object, where the preview is made that a plain `up` begins with."""
    before = identities(small)
    with small.edited(*EDITS[name]):
        said = guard(small)
        assert said.code != 0, said.output
        stopped = small.stack.run("up", "--yes")
        assert (stopped.succeeded, "cannot be deleted" in stopped.output) == (False, True)
    assert identities(small) == before


def test_without_that_preview_all_but_what_is_protected_is_gone_before_it_stops(small: Live) -> None:
    """So no command of ours applies without one. It can be put right: the claim is still there."""
    claim = found(small, FEEDS_KEPT)["metadata"]["uid"]
    with small.edited(*EDITS["service-tier-changed"]):
        assert not small.stack.up().succeeded
        assert small.api.get(*FEED_READER) is None
        assert found(small, ("v1", "PersistentVolumeClaim", "freshrss-data", "home-freshrss"))
    small.stack.unprotect_all("home-freshrss")
    small.stack.must_up()
    assert found(small, FEEDS_KEPT)["metadata"]["uid"] == claim
    assert found(small, FEED_READER)


def test_a_volume_of_a_service_that_is_let_go_stays_on_its_storage(small: Live) -> None:
    volume = found(small, FEEDS_KEPT)["spec"]["volumeName"]
    with small.edited(*EDITS["service-removed"]):
        small.stack.unprotect_all("freshrss")
        assert guard(small).code != 0
        small.stack.must_up()
        assert small.api.get(*FEEDS_KEPT) is None
        left = small.api.get("v1", "PersistentVolume", volume)
        assert left is not None
        assert (left["spec"]["persistentVolumeReclaimPolicy"], left["status"]["phase"]) == ("Retain", "Released")
    small.stack.must_up()
    assert found(small, FEEDS_KEPT)["spec"]["volumeName"] != volume


def test_a_port_of_the_nodes_moves_to_a_service_of_its_own_in_one_up(small: Live) -> None:
    before, at_node = "ports: {http: 80}", "{number: 80, node: 30090}"
    alone, beside = f"ports: {{http: {at_node}}}", f"ports: {{http: {at_node}, admin: 9000}}"
    with small.edited((FEEDS, before, alone)):
        small.stack.must_up()
        assert found(small, ("v1", "Service", "freshrss", "hobby-freshrss"))["spec"]["ports"][0]["nodePort"] == 30090
        with small.edited((FEEDS, alone, beside)):
            small.stack.must_up()
            moved = found(small, ("v1", "Service", "freshrss-nodes", "hobby-freshrss"))
            assert moved["spec"]["ports"][0]["nodePort"] == 30090
    small.stack.must_up()
