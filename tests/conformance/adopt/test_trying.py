"""A dump on a real API server: every object of a lab is tried, and each change is told with what it does."""

from collections.abc import Iterator
from copy import deepcopy
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from observation import read_dump
from operations.adopt.cluster.adoption import adopt_cluster
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.trying import Trial, may_patch, try_objects
from operations.clients.kubernetes import Api
from plan.model import Manifest
from rehearsal.control_plane import ToolMissing
from rehearsal.dumped import dumped_cluster

DUMP = Path("tests/dumps/attic")
OBJECTS = [each for found in read_dump(DUMP).resources.values() for each in found]
PAGES = Key("Deployment", "default", "pages")


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    try:
        with dumped_cluster(OBJECTS, IPv4Network("10.96.0.0/16")) as there:
            yield there.api
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> dict[Key, Manifest]:
    plan = adopt_cluster(tmp_path_factory.mktemp("labs") / "attic", OBJECTS).plan
    return {key_of(each): each for each in plan.manifests}


def test_as_found_nothing_is_refused_and_nothing_changes_but_labels(api: Api, planned: dict[Key, Manifest]) -> None:
    trial = try_objects(api, planned.values())
    assert (trial.tried, trial.refused) == (len(planned), ())
    assert {each.effect for each in trial.differences} == {"created", "in place"}
    paths = {each.path[:2] for each in trial.differences if each.effect == "in place"}
    assert paths <= {("metadata", "labels"), ("metadata", "annotations")}


@pytest.mark.parametrize(
    "text", ["\U0001f3e1 caf\u00e9", "\\ud83c\\udfe1", "bell \u0007", "next line \u0085", 'quoted "\\"']
)
def test_text_is_applied_as_it_is(api: Api, text: str) -> None:
    named = {"name": "text", "namespace": "default"}
    applied = api.apply(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": named, "data": {"text": text}}, dry_run=True
    )
    assert applied["data"] == {"text": text}


def tried(api: Api, manifest: Manifest, *path: Any, to: Any) -> Trial:
    """An object with one field changed, tried."""
    changed = deepcopy(manifest)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = to
    return try_objects(api, [changed])


def test_another_image_restarts_pods(api: Api, planned: dict[Key, Manifest]) -> None:
    trial = tried(api, planned[PAGES], "spec", "template", "spec", "containers", 0, "image", to="example.org/pages:2")
    (found,) = trial.differences
    assert (found.effect, found.live, found.stated) == ("restarts", "example.org/pages:1.0", "example.org/pages:2")


def test_what_the_api_server_does_not_take_is_told_in_its_words(api: Api, planned: dict[Key, Manifest]) -> None:
    trial = tried(api, planned[PAGES], "spec", "selector", "matchLabels", to={"app": "other"})
    (refused,) = trial.refused
    assert refused.key == PAGES
    assert "field is immutable" in refused.reason or "does not match template" in refused.reason


def test_trying_writes_nothing(api: Api, planned: dict[Key, Manifest]) -> None:
    stated = planned[PAGES]
    before = api.get("apps/v1", "Deployment", "pages", "default")
    try_objects(api, [stated])
    after = api.get("apps/v1", "Deployment", "pages", "default")
    assert before is not None
    assert after is not None
    assert before["metadata"]["managedFields"] == after["metadata"]["managedFields"]


def test_an_account_that_may_patch_is_told_so(api: Api) -> None:
    assert may_patch(api)
