"""What `homelab adopt tidy` says of a departure is what the real engine does when it goes: no pod more, none fewer."""

import os
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network
from pathlib import Path
from typing import NamedTuple

import pytest

from config.load import load_lab
from config.writing import write_lab
from observation import read_dump
from operations.adopt.cluster.adoption import Wishes, adopt_cluster
from operations.adopt.cluster.comparison import Effect
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.releases import read_releases
from operations.adopt.takeover.run import run_take_over
from operations.adopt.tidy.tidy import Possible, tidy
from operations.clients.kubernetes import Api
from operations.clients.pulumi import Pulumi
from plan import make_plan
from plan.model import Manifest
from rehearsal.charts import chart_repository
from rehearsal.control_plane import ToolMissing
from rehearsal.dumped import dumped_cluster
from rehearsal.installation import missing
from rehearsal.tools import path_of
from tests.conformance.adopt.stack import stack_of
from tests.conformance.adopt.test_take_over import running, until_pods_run

DUMP = Path("tests/dumps/attic")
SERVICE = "diary"
"""A deployment and a database of its own, both with a volume."""
_MADE_THERE = ("Pod", "ReplicaSet")


class Adopted(NamedTuple):
    """A cluster that is taken over and applied."""

    api: Api
    kubeconfig: Path
    pulumi: Pulumi
    lab: Path


@pytest.fixture(scope="module")
def adopted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adopted]:
    if reason := missing():
        pytest.skip(f"not run: {reason}")
    dumped = [each for found in read_dump(DUMP).resources.values() for each in found]
    releases, _ = read_releases(dumped)
    folder = tmp_path_factory.mktemp("tidied")
    try:
        with (
            dumped_cluster(dumped, IPv4Network("10.96.0.0/16")) as there,
            chart_repository({each.chart: [each.version] for each in releases}) as charts,
        ):
            until_pods_run(there.api)
            objects = [*running(there.api).values(), *there.api.list("v1", "Node")]
            lab = folder / "mine"
            wishes = Wishes(repositories={each.name: charts.url for each in releases})
            write_lab(lab, adopt_cluster(lab, objects, wishes).files)
            pulumi = stack_of(folder, lab, there.kubeconfig, charts.ca_file)
            run_take_over(pulumi, there.api, write=True)
            pulumi.up(())
            yield Adopted(there.api, there.kubeconfig, pulumi, lab)
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")


def test_each_departure_does_what_is_said_of_it(adopted: Adopted) -> None:
    done: dict[Effect, int] = {}
    while (found := _next(adopted, frozenset(done))) is not None:
        until_pods_run(adopted.api)
        before = running(adopted.api)
        _carry_out(found, adopted)
        adopted.pulumi.up(())
        until_pods_run(adopted.api)
        after = running(adopted.api)
        said = {(each.key, each.effect) for each in found.change.differences}
        again = {key for key, effect in said if effect == "re-created"}
        restarted = {key for key, effect in said if effect == "restarts"} | again
        place = found.departure
        kept = {key for key in before.keys() & after.keys() if key.kind not in _MADE_THERE}
        assert {key for key in kept if _uid(before, key) != _uid(after, key)} == again, place
        made = {key for key in after.keys() - before.keys() if key.kind not in _MADE_THERE}
        assert made == {*found.change.created, *(each.new for each in found.change.moved)}, place
        controllers = {key.name for key in restarted if key.kind in ("Deployment", "StatefulSet", "DaemonSet")}
        assert _replaced(before, after) == controllers, place
        done[found.change.effect] = done.get(found.change.effect, 0) + 1
    assert done.keys() >= {"in place", "restarts", "re-created"}


def _next(adopted: Adopted, seen: frozenset[Effect]) -> Possible | None:
    """The cheapest departure of an effect that was not tried, and that moves nothing to another place."""
    found = tidy(adopted.lab, make_plan(load_lab(adopted.lab)), SERVICE)
    wanted = {"in place", "restarts", "re-created"} - seen
    stays = (each for each in found.possible if not (each.errors or each.change.is_empty or each.change.moved))
    return next((each for each in stays if each.change.effect in wanted), None)


def _carry_out(found: Possible, adopted: Adopted) -> None:
    """The commands that are listed, and then the file."""
    for step in found.steps:
        if step.startswith("kubectl"):
            tool, *words = shlex.split(step, comments=True)
            environment = os.environ | {"KUBECONFIG": str(adopted.kubeconfig)}
            done = subprocess.run([path_of(tool), *words], env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{step}: {done.stderr}"
    (adopted.lab / "services" / f"{SERVICE}.yaml").write_text(found.text, encoding="utf-8")


def _uid(objects: Mapping[Key, Manifest], key: Key) -> str:
    return str(objects[key]["metadata"]["uid"])


def _replaced(before: Mapping[Key, Manifest], after: Mapping[Key, Manifest]) -> set[str]:
    """The controllers of which a pod is not the one that it was; those of jobs come and go."""
    pods = [key for key in before if key.kind == "Pod"]
    gone = [key for key in pods if key not in after or _uid(before, key) != _uid(after, key)]
    owners = [owner for key in gone if (owner := _owner(before[key])) and owner["kind"] != "Job"]
    sets = {key.name: each for key, each in before.items() if key.kind == "ReplicaSet"}
    return {str((_owner(sets[each["name"]]) if each["kind"] == "ReplicaSet" else each)["name"]) for each in owners}


def _owner(manifest: Manifest) -> Mapping[str, str]:
    return next(iter(manifest["metadata"].get("ownerReferences") or ()), {})
