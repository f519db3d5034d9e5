"""Departures of an adopted service go one at a time, the cheapest first, and each says what it does."""

import shutil
from pathlib import Path

import pytest
import yaml

from config.load import load_lab
from operations.adopt.cluster.objects import Key
from operations.adopt.tidy.departures import departures, unsized, without
from operations.adopt.tidy.tidy import Possible, Tidied, tidy
from plan import make_plan
from tests.plan.labs import FOLDERS

ATTIC = """\
# It was there before.
kind: app
tier: aux
namespace: attic
description: A box of things
image: example.org/box:1.0
cpu: 10m
memory: 64Mi
ports: {http: 8000}
volumes:
  things: {size: 1Gi, storage_class: block, claim: things, volume: pvc-1234}   # by hand
mounts: {things: /data}
adopt: {name: box-server, selector: {app: box}, as_it_is: true}
patch:
  deployment/box-server:
    reason: It runs so
    merge:
      spec:
        revisionHistoryLimit: 3
        template: {spec: {containers: [{name: box, tty: true}]}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))
    (made / "services" / "box.yaml").write_text(ATTIC, encoding="utf-8")
    return made


def tidied(folder: Path) -> Tidied:
    return tidy(folder, make_plan(load_lab(folder)), "box")


def possible(folder: Path, departure: str) -> Possible:
    return next(each for each in tidied(folder).possible if str(each.departure) == departure)


def test_departures_are_found_and_what_a_service_runs_with_is_none() -> None:
    assert [str(each) for each in departures(ATTIC)] == [
        "patch.deployment/box-server.merge.spec.revisionHistoryLimit",
        "adopt.as_it_is",
        "adopt.selector",
        "adopt.name",
        "volumes.things.claim",
        "volumes.things.volume",
        "namespace",
    ]


def test_where_a_service_is_reached_and_how_a_database_is_backed_up_is_no_departure() -> None:
    patches = yaml.safe_dump({f"{kind}/box": {"merge": {"spec": {"a": 1}}} for kind in ("service", "cluster")})
    patched = ATTIC + "".join(f"  {line}\n" for line in patches.splitlines())
    assert departures(patched) == departures(ATTIC)


def test_a_departure_goes_and_everything_else_stays() -> None:
    shorter = without(ATTIC, departures(ATTIC)[0])
    assert shorter.startswith("# It was there before.\n")
    assert "# by hand" in shorter
    assert yaml.safe_load(shorter)["patch"]["deployment/box-server"]["merge"] == {
        "spec": {"template": {"spec": {"containers": [{"name": "box", "tty": True}]}}}
    }


def test_the_cheapest_comes_first(folder: Path) -> None:
    found = [each.change.effect for each in tidied(folder).possible if not each.errors]
    costs = ["in place", "created", "restarts", "re-created", "data"]
    assert found == sorted(found, key=costs.index)


def test_a_field_that_goes_out_of_a_patch_is_changed_in_place(folder: Path) -> None:
    found = possible(folder, "patch.deployment/box-server.merge.spec.revisionHistoryLimit")
    assert (found.change.effect, found.steps) == ("in place", ())


def test_conventions_restart_the_pods(folder: Path) -> None:
    assert possible(folder, "adopt.as_it_is").change.effect == "restarts"


def test_figures_that_the_api_server_filled_in_go_before_pods_are_recreated(folder: Path) -> None:
    rolling = ATTIC.replace("adopt: {", "adopt: {strategy: RollingUpdate, ")
    (folder / "services" / "box.yaml").write_text(rolling, encoding="utf-8")
    found = possible(folder, "adopt.strategy")
    assert [each.partition(" -p ")[0] for each in found.steps] == [
        "kubectl --namespace attic patch deployment box-server --type merge",
        "homelab up  # it names what is protected, and how to take the protection away",
    ]
    (folder / "services" / "box.yaml").write_text(rolling.replace("Update, ", "Update, surge: 0, "), encoding="utf-8")
    assert not any("patch deployment" in step for each in tidied(folder).possible for step in each.steps)


def test_another_selector_recreates_the_controller(folder: Path) -> None:
    found = possible(folder, "adopt.selector")
    assert found.change.effect == "re-created"
    assert Key("Deployment", "attic", "box-server") in {
        each.key for each in found.change.differences if each.effect == "re-created"
    }


def test_another_claim_needs_its_data_moved_in_this_order(folder: Path) -> None:
    found = possible(folder, "volumes.things.claim")
    assert found.change.effect == "data"
    assert [(str(each.old), str(each.new)) for each in found.change.claims] == [
        ("PersistentVolumeClaim/attic/things", "PersistentVolumeClaim/attic/box-things")
    ]
    assert [each.partition(" -p ")[0] for each in found.steps[:3]] == [
        "kubectl --namespace attic scale deployment/box-server --replicas 0",
        "kubectl patch pv pvc-1234",
        "kubectl --namespace attic delete pvc things",
    ]
    assert found.steps[-1].startswith("homelab up")


def test_another_namespace_moves_everything(folder: Path) -> None:
    found = possible(folder, "namespace")
    assert found.change.effect == "data"
    assert {each.new.namespace for each in found.change.moved if each.new.namespace} == {"aux-box"}


def test_workloads_that_stay_as_they_are_go_over_one_at_a_time() -> None:
    text = """\
adopt: {name: box-server, as_it_is: true}
workloads:
  nightly: {unsized: true, adopt: {name: box-nightly, as_it_is: true}}
"""
    named = [str(each) for each in departures(text)]
    assert named == ["adopt.as_it_is", "workloads.nightly.adopt.as_it_is", "adopt.name", "workloads.nightly.adopt.name"]
    further = {"nightly": {"unsized": True, "adopt": {"name": "box-nightly", "as_it_is": True}}}
    assert yaml.safe_load(without(text, departures(text)[0])) == {"adopt": {"name": "box-server"}, "workloads": further}


def test_what_only_pods_have_that_stay_as_they_are_goes_with_that() -> None:
    text = "adopt: {service_links: false, priority_class: high, token: false, history: 3, as_it_is: true}\n"
    (found,) = [each for each in departures(text) if str(each) == "adopt.as_it_is"]
    assert yaml.safe_load(without(text, found)) == {"adopt": {"history": 3}}


def test_a_container_gets_no_limit_before_somebody_says_how_much_memory_it_needs() -> None:
    text = """\
init: {wait: {unsized: true}}
adopt: {as_it_is: true}
workloads:
  nightly: {unsized: true, adopt: {as_it_is: true}}
"""
    main, nightly = departures(text)
    assert unsized(text, main) == (("init", "wait"),)
    assert unsized(text, nightly) == (("workloads", "nightly"),)


RELEASE = """\
kind: helm
tier: aux
namespace: attic
description: A box of things
chart: {name: box, repository: https://charts.example.org, version: 1.0.0}
footprint: {box: {containers: {box: {cpu: 10m, memory: 64Mi}}}}
as_found: true
"""


def test_a_release_in_another_namespace_is_another_one_with_other_data(folder: Path) -> None:
    (folder / "services" / "box.yaml").write_text(RELEASE, encoding="utf-8")
    found = possible(folder, "namespace")
    assert found.change.effect == "data"
    old, new = (Key("Release", name, "box", "helm.sh") for name in ("attic", "aux-box"))
    assert (old, new) in found.change.moved
    assert any("uninstalled with all that its chart made" in each for each in found.steps)
