"""The commands by which old tools release objects are carried out on a real API server, and nothing else changes."""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from typer.testing import CliRunner

from cli.main import app
from observation import read_dump
from operations.adopt.cluster.hand_over import hand_over
from operations.adopt.cluster.objects import key_of
from operations.adopt.cluster.world import read_world
from operations.clients.kubernetes import Api
from rehearsal.control_plane import ToolMissing
from rehearsal.dumped import dumped_cluster
from rehearsal.tools import path_of
from tests.conformance.adopt.test_take_over import running

LOFT = Path("tests/dumps/loft")
PAGES = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: pages, namespace: default}
data: {title: Pages}
"""


class There(NamedTuple):
    """A cluster that Flux wrote."""

    api: Api
    kubeconfig: Path
    folder: Path


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    dumped = [each for found in read_dump(LOFT).resources.values() for each in found]
    try:
        with dumped_cluster(dumped, IPv4Network("10.96.0.0/16")) as cluster:
            yield There(cluster.api, cluster.kubeconfig, tmp_path_factory.mktemp("loft"))
    except ToolMissing as lacking:
        pytest.skip(f"not run: {lacking}")


def run(command: str, there: There) -> subprocess.CompletedProcess[str]:
    tool, *words = shlex.split(command)
    environment = {"PATH": os.environ["PATH"], "HOME": str(there.folder), "KUBECONFIG": str(there.kubeconfig)}
    return subprocess.run([path_of(tool), *words], env=environment, capture_output=True, text=True, check=False)


def cli(*words: str | Path) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*map(str, words), "--format", "json"])
    assert result.exit_code in (0, 1), result.output
    return json.loads(result.stdout)


def test_what_flux_made_is_marked_and_stays_as_it_is(there: There) -> None:
    lab = there.folder / "mine"
    cli("adopt", "cluster", "--lab", lab, "--kubeconfig", there.kubeconfig)
    before = running(there.api)
    steps = cli("adopt", "hand-over", "--lab", lab, "--kubeconfig", there.kubeconfig)["steps"]
    commands = [each["command"] for each in steps if each["command"].startswith("kubectl")]
    assert commands
    for command in commands:
        done = run(command, there)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    after = running(there.api)
    assert after.keys() == before.keys()
    marked = [
        key for key in after if "kustomize.toolkit.fluxcd.io/prune" in (after[key]["metadata"].get("annotations") or {})
    ]
    assert {key.name for key in marked} >= {"pictures"}
    for key in after:
        assert before[key]["metadata"]["uid"] == after[key]["metadata"]["uid"], key
        assert before[key].get("spec") == after[key].get("spec"), key


def test_helm_forgets_a_release_and_its_objects_stay(there: There) -> None:
    chart = there.folder / "pages"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text(yaml.safe_dump({"apiVersion": "v2", "name": "pages", "version": "1.0.0"}))
    (chart / "templates" / "pages.yaml").write_text(PAGES)
    assert run(f"helm install pages {chart} --namespace default", there).returncode == 0
    live = there.api.get("v1", "ConfigMap", "pages", "default")
    assert live is not None
    world = read_world([live, *there.api.list("v1", "Secret"), *there.api.list("v1", "Namespace")])
    (step,) = (each for each in hand_over(world, [key_of(live)]).steps if each.tool == "Helm")
    done = run(step.command, there)
    assert done.returncode == 0, done.stderr
    assert "release: not found" in run("helm uninstall pages --namespace default", there).stderr
    left = there.api.get("v1", "ConfigMap", "pages", "default")
    assert left is not None
    assert left["metadata"]["resourceVersion"] == live["metadata"]["resourceVersion"]
