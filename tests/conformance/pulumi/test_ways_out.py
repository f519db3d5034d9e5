"""Out of a state: each command that the guard names is carried out, and ends in the state that it says."""

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from operations.adopt.takeover.run import run_take_over
from operations.clients.pulumi import Pulumi
from rehearsal.tools import path_of
from tests.conformance.pulumi.endings import cut_off, no_place_for_pods
from tests.conformance.pulumi.live import Live, applied
from tests.conformance.pulumi.stack import ROOT
from tests.conformance.pulumi.test_adopt import adopted_small
from tests.conformance.waiting import eventually
from tests.recordings.changes import FEEDS, NOTES

FEED_READER = ("apps/v1", "Deployment", "freshrss", "hobby-freshrss")
NOTES_OF = "hobby-notes"
ROUTER = "platform-traefik"
WITH_A_POD = ("services/traefik.yaml", "service: {enabled: false}", "service: {enabled: false}\n  pods: true")
PROXY = """kind: helm
tier: hobby
description: Another proxy
chart: {{name: traefik, repository: {repository}, version: 40.2.0}}
values: {{pods: true}}
footprint:
  proxy: {{containers: {{traefik: {{cpu: 100m, memory: 256Mi, values: resources}}}}}}
"""
PENDING = "pending-"
"""How the status of a release begins that Helm is at work on, or was when it was killed."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The small lab, all of it made by one `up`. Each test leaves it so."""
    folder = tmp_path_factory.mktemp("ways-out")
    with applied(folder, adopted_small(folder)) as found:
        yield found


def refusal(small: Live) -> str:
    """The guard's refusal of the state that an `up` has left."""
    state = small.lab.parent / "stack.json"
    state.write_text(small.stack.run("stack", "export", errors=False).output, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "cli.main", "guard", "--lab", str(small.lab), "--stack", str(state)],
        cwd=ROOT,
        input=small.stack.preview(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in (0, 1, 2), ran.stdout + ran.stderr
    return ran.stderr if ran.returncode == 2 else ""


def follow(small: Live, said: str) -> list[str]:
    """Carry out the commands of a refusal, in their order; returns them."""
    advised = said.partition("and make the preview anew")[0]
    found = re.findall(r"`((?:pulumi|helm|homelab) [^`]+)`", advised)
    assert found, said
    for command in found:
        _carry_out(small, shlex.split(command))
    return found


def _carry_out(small: Live, command: list[str]) -> None:
    match command:
        case ["pulumi", *arguments]:
            ran = small.stack.run(*arguments)
            assert ran.succeeded, ran.output
        case ["helm", *arguments]:
            environment = os.environ | {"KUBECONFIG": str(small.kubeconfig)}
            subprocess.run([path_of("helm"), *arguments], env=environment, check=True, capture_output=True)
        case ["homelab", "adopt", "cluster", "--import", name]:
            engine = Pulumi(name, small.stack.project, small.stack.environment)
            run_take_over(engine, small.api, write=True)
        case _:
            raise AssertionError(command)


def uids(small: Live, *which: tuple[str, str, str, str]) -> list[str]:
    found: list[dict[str, Any]] = [small.api.get(*each) or {} for each in which]
    return [each["metadata"]["uid"] for each in found]


def statuses(small: Live, namespace: str) -> list[str]:
    """Statuses in Helm's records of a namespace's release, one for each version."""
    secrets = (each["metadata"] for each in small.api.list("v1", "Secret", namespace))
    releases = [each["labels"] for each in secrets if each["name"].startswith("sh.helm.release")]
    return [each["status"] for each in sorted(releases, key=lambda each: int(each["version"]))]


def is_waited_for(small: Live, namespace: str) -> bool:
    """Whether a release is at work, and its pod is there and has no place."""
    pods = small.api.list("v1", "Pod", namespace)
    return any(each.startswith(PENDING) for each in statuses(small, namespace)) and any(
        each.get("status", {}).get("phase") == "Pending" for each in pods
    )


def test_killed_while_it_created_a_deployment_and_a_service(small: Live) -> None:
    """Both wait for a pod that has no place. The state then knows them as they are, and no `up` makes them anew; the
    next change of one finds nobody else's fields in its way."""
    made = [("apps/v1", "Deployment", "notes", NOTES_OF), ("v1", "Service", "notes", NOTES_OF)]
    added = small.lab / "services" / "notes.yaml"
    added.write_text(NOTES, encoding="utf-8")
    with no_place_for_pods(small.api):
        cut_off(small.stack, signal.SIGKILL, lambda: all(small.api.get(*each) for each in made))
    before = uids(small, *made)
    locked = small.stack.up()
    assert (locked.succeeded, "currently locked" in locked.output) == (False, True)
    said = refusal(small)
    assert "creating Deployment hobby-notes/notes" in said
    commands = follow(small, said)
    assert commands == [
        "pulumi cancel --yes",
        "homelab adopt cluster --import test",
        "pulumi refresh --clear-pending-creates --yes",
    ]
    assert refusal(small) == ""
    small.stack.must_up()
    small.stack.must_up("--expect-no-changes")
    added.write_text(NOTES.replace("notes:1.0.0", "notes:1.0.1").replace("{http: 80}", "{http: 81}"), encoding="utf-8")
    small.stack.must_up()
    assert uids(small, *made) == before
    added.unlink()
    small.stack.unprotect_all("notes")
    small.stack.must_up()
    assert eventually(lambda: small.api.get("v1", "Namespace", NOTES_OF) is None)


def test_killed_while_it_changed_a_deployment(small: Live) -> None:
    with small.edited((FEEDS, "freshrss:1.27.0", "freshrss:1.27.1")):
        with no_place_for_pods(small.api):
            cut_off(small.stack, signal.SIGKILL, lambda: "1.27.1" in str(small.api.get(*FEED_READER)))
        assert follow(small, refusal(small)) == ["pulumi cancel --yes", "pulumi refresh --yes"]
        (known,) = (each for each in small.stack.export()["deployment"]["resources"] if _is_feed_reader(each))
        assert "freshrss:1.27.1" in str(known["outputs"]["spec"])
        assert refusal(small) == ""
        small.stack.must_up()
        small.stack.must_up("--expect-no-changes")
    small.stack.must_up()


def _is_feed_reader(resource: dict[str, Any]) -> bool:
    return resource["type"] == "kubernetes:apps/v1:Deployment" and resource["id"] == "hobby-freshrss/freshrss"


def test_killed_while_it_installed_a_chart(small: Live) -> None:
    written = (small.lab / "services" / "traefik.yaml").read_text(encoding="utf-8")
    repository = re.search(r"repository: ([^,]+),", written)
    assert repository is not None
    added = small.lab / "services" / "proxy.yaml"
    added.write_text(PROXY.format(repository=repository[1]), encoding="utf-8")
    with no_place_for_pods(small.api):
        cut_off(small.stack, signal.SIGKILL, lambda: is_waited_for(small, "hobby-proxy"))
    assert statuses(small, "hobby-proxy") == ["pending-install"]
    follow(small, refusal(small))
    assert statuses(small, "hobby-proxy") == []
    assert refusal(small) == ""
    small.stack.must_up()
    assert statuses(small, "hobby-proxy") == ["deployed"]
    small.stack.must_up("--expect-no-changes")
    added.unlink()
    small.stack.unprotect_all("proxy")
    small.stack.must_up()


def test_killed_while_it_upgraded_a_chart(small: Live) -> None:
    """Helm keeps its lock through a refresh; it is the rollback that takes it away."""
    with small.edited(WITH_A_POD):
        with no_place_for_pods(small.api):
            cut_off(small.stack, signal.SIGKILL, lambda: is_waited_for(small, ROUTER))
        assert statuses(small, ROUTER)[-1] == "pending-upgrade"
        follow(small, refusal(small))
        assert statuses(small, ROUTER)[-1] == "deployed"
        assert refusal(small) == ""
        small.stack.must_up()
        small.stack.must_up("--expect-no-changes")
    small.stack.must_up()
