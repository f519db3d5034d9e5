"""An `up` that does not come to its end, a cluster that says no, changes by hand: what is left, and how it goes on."""

import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conformance.pulumi.endings import cut_off, no_place_for_pods
from tests.conformance.pulumi.live import Live, applied
from tests.conformance.pulumi.stack import ROOT
from tests.conformance.pulumi.test_adopt import adopted_small
from tests.conformance.waiting import eventually
from tests.recordings.changes import FEEDS
from tests.recordings.record import FORBIDDEN

FEED_READER = ("apps/v1", "Deployment", "freshrss", "hobby-freshrss")
FEEDS_SERVICE = ("v1", "Service", "freshrss", "hobby-freshrss")
ANOTHER_IMAGE = (FEEDS, "freshrss:1.27.0", "freshrss:1.27.1")
IMPATIENT = f"""
import os
import runpy
import pulumi

def in_ten_seconds(args):
    if args.type_ == "kubernetes:apps/v1:Deployment":
        timeouts = pulumi.CustomTimeouts(create="10s", update="10s")
        options = pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(custom_timeouts=timeouts))
        return pulumi.ResourceTransformationResult(args.props, options)

pulumi.runtime.register_stack_transformation(in_ten_seconds)
os.chdir({str(ROOT)!r})
runpy.run_path({str(ROOT)!r}, run_name="__main__")
"""
"""The program, but for how long it waits for a Deployment."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The small lab, all of it made by one `up`. Each test leaves it so."""
    folder = tmp_path_factory.mktemp("interruptions")
    with applied(folder, adopted_small(folder)) as found:
        yield found


def exists(small: Live, *which: str) -> Callable[[], bool]:
    return lambda: small.api.get(*which) is not None


def pending(small: Live) -> dict[str, str]:
    """The operations that were under way when an `up` ended, by what they are about."""
    found = small.stack.export()["deployment"].get("pending_operations") or []
    return {each["resource"]["urn"].rpartition("::")[2]: each["type"] for each in found}


def image(small: Live) -> str:
    found: dict[str, Any] = small.api.get(*FEED_READER) or {}
    return found["spec"]["template"]["spec"]["containers"][0]["image"]


def test_one_that_is_interrupted_leaves_nothing_pending_and_no_lock_and_goes_on(small: Live) -> None:
    with small.edited(ANOTHER_IMAGE):
        with no_place_for_pods(small.api):
            ended = cut_off(small.stack, signal.SIGINT, lambda: image(small).endswith("1.27.1"))
        assert (ended.succeeded, "received; cancelling" in ended.output) == (False, True)
        assert pending(small) == {}
        small.stack.must_up()
        assert image(small).endswith("1.27.1")
        small.stack.must_up("--expect-no-changes")
    small.stack.must_up()


def test_an_object_that_is_refused_is_told_by_name_and_made_once_it_is_not(small: Live) -> None:
    for each in FORBIDDEN.values():
        small.api.apply(each)
    try:
        with small.edited(ANOTHER_IMAGE):
            assert eventually(lambda: "no feeds today" in small.stack.preview())
            refused = small.stack.up()
            assert not refused.succeeded
            assert '"hobby-freshrss/freshrss" failed' in refused.output
            assert "no feeds today" in refused.output
            assert (pending(small), image(small)) == ({}, "freshrss/freshrss:1.27.0")
            for each in FORBIDDEN.values():
                small.api.delete(each)
            assert eventually(lambda: small.stack.up().succeeded)
            assert image(small).endswith("1.27.1")
    finally:
        for each in FORBIDDEN.values():
            if small.api.get(each["apiVersion"], each["kind"], each["metadata"]["name"]):
                small.api.delete(each)
    small.stack.must_up()


def test_the_engine_does_not_say_why_a_pod_has_no_place_and_the_events_of_the_cluster_do(small: Live) -> None:
    with small.edited(ANOTHER_IMAGE):
        small.stack.use(IMPATIENT)
        try:
            with no_place_for_pods(small.api, without="hobby-freshrss"):
                waited = small.stack.up()
                told = small.api.list("v1", "Event", "hobby-freshrss")
        finally:
            small.stack.use(None)
        assert (waited.succeeded, "timed out waiting to be Ready" in waited.output) == (False, True), waited.output
        assert "unschedulable" not in waited.output
        unscheduled = [each.get("message", "") for each in told if each["reason"] == "FailedScheduling"]
        assert any("node(s) were unschedulable" in each for each in unscheduled)
        small.stack.must_up()
    small.stack.must_up()


def test_a_change_by_hand_is_seen_by_no_preview_and_mended_by_an_up_that_refreshes(small: Live) -> None:
    by_hand = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "freshrss", "namespace": "hobby-freshrss"},
    }
    small.api.apply({**by_hand, "spec": {"replicas": 0}}, manager="kubectl-edit")
    small.api.delete({"apiVersion": "v1", "kind": "Service", "metadata": by_hand["metadata"]})
    assert "unchanged" in small.stack.must_up("--expect-no-changes").output
    stricter = small.stack.run("preview", "--refresh")
    assert (stricter.succeeded, 'conflict with "kubectl-edit"' in stricter.output) == (False, True)
    assert small.stack.run("preview").succeeded
    small.stack.must_up("--refresh")
    assert exists(small, *FEEDS_SERVICE)()
    assert (small.api.get(*FEED_READER) or {})["spec"]["replicas"] == 1


def test_nothing_is_destroyed_before_everything_may_be_and_machines_and_volumes_stay(small: Live) -> None:
    """The last test of this lab. A plain `destroy` stops before anything happens."""
    machines = {vmid: machine.running for vmid, machine in small.proxmox.state.machines.items()}
    stopped = small.stack.run("destroy", "--yes")
    assert (stopped.succeeded, "protected" in stopped.output) == (False, True)
    assert exists(small, *FEED_READER)()
    volumes = {each["metadata"]["name"] for each in small.api.list("v1", "PersistentVolume")}
    small.stack.unprotect_all("")
    assert small.stack.run("destroy", "--yes").succeeded
    assert not exists(small, *FEED_READER)()
    assert {each["metadata"]["name"] for each in small.api.list("v1", "PersistentVolume")} == volumes
    assert {vmid: machine.running for vmid, machine in small.proxmox.state.machines.items()} == machines
