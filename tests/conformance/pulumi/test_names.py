"""The lab's folder and the name of its cluster are labels: who writes them otherwise changes nothing that runs."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.control_plane import ToolMissing
from tests.conformance.pulumi.live import Live, live
from tests.conformance.pulumi.stack import ROOT, Stack
from tests.conformance.pulumi.test_adopt import adopted_small
from tests.conformance.pulumi.test_create import CLUSTER, Made
from tests.conformance.pulumi.test_create import made as made
from tests.plan.labs import change

NAMED_BY_LABELS = f"""
import runpy, sys

sys.path.insert(0, {str(ROOT)!r})

import components.contents, components.lab, components.snippet, components.virtual_machine

components.lab.CLUSTER = components.contents.DEFAULTS = components.contents.POLICIES = "small"
declare = components.snippet.declare_snippet
components.virtual_machine.declare_snippet = lambda snippet, *rest: declare(
    snippet._replace(name=snippet.file_name), *rest
)
runpy.run_path({str(ROOT / "__main__.py")!r}, run_name="__main__")
"""
"""The program with the names that its resources once had: those of the folder, the cluster and the files."""
ANOTHER_NAME = {"file": "cluster.yaml", "old": "name: small\n", "new": "name: house\nregion: small\n"}


def steps(stack: Stack, *arguments: str) -> set[tuple[str, str]]:
    """Each step of a preview that does something."""
    told = json.loads(stack.preview(*arguments))
    assert not [each for each in told.get("diagnostics", []) if each["severity"] == "error"], told["diagnostics"]
    return {(each["op"], each["urn"]) for each in told["steps"] if each["op"] != "same"}


def test_machines_and_authorities_outlive_their_labels(made: Made) -> None:
    made.stack.use(NAMED_BY_LABELS)
    made.up(*CLUSTER)
    made.control_plane.wait()
    assert "ClusterCredentials::small" in str(made.stack.export())
    made.stack.use(None)
    assert steps(made.stack, *CLUSTER) == set()
    made.up(*CLUSTER)
    assert "ClusterCredentials::small" not in str(made.stack.export())

    change(made.folder / "small", [ANOTHER_NAME])
    made.stack.set("lab", str(shutil.move(made.folder / "small", made.folder / "house")))
    changed = steps(made.stack, *CLUSTER)
    assert {op for op, _ in changed} <= {"update"}, "the kubeconfig is called like the cluster"
    assert all("Cluster$pulumi:providers:kubernetes::cluster" in urn for _, urn in changed)
    made.proxmox.requests.clear()
    made.up(*CLUSTER)
    assert made.proxmox.requests.writes == []


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Live]:
    """The small lab, in a cluster in which nothing of it is."""
    try:
        with live(tmp_path, adopted_small(tmp_path)) as found:
            yield found
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")


def test_what_runs_in_the_cluster_outlives_its_labels(small: Live) -> None:
    small.stack.use(NAMED_BY_LABELS)
    small.stack.must_up()
    small.stack.use(None)
    assert steps(small.stack) == set()
    small.stack.must_up()

    change(small.lab, [ANOTHER_NAME])
    small.stack.set("lab", str(shutil.move(small.lab, small.lab.parent / "house")))
    assert steps(small.stack) == set()
    small.stack.must_up("--expect-no-changes")
