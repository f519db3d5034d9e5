"""A cluster that the program makes has no pod network unless a service of the lab brings one."""

import shutil
from pathlib import Path

import pytest

from config.load import load_lab
from plan import Finding, make_plan
from tests.plan.labs import ROOT, change

CODE = "NETWORK-PLUGIN-MISSING"
UNNAMED = {"file": "cluster.yaml", "old": "  pod_network: flannel\n", "new": ""}
NO_POLICIES = {"file": "cluster.yaml", "old": "  policy_engine: kyverno\n", "new": ""}
NO_FLANNEL = {
    "file": "services/flannel.yaml",
    "old": "name: flannel, repository: https://flannel-io.github.io/flannel",
    "new": "name: homepage, repository: https://charts.example",
}
ANOTHER_CHART = {
    "file": "services/flannel.yaml",
    "old": "name: flannel, repository: https://flannel-io.github.io/flannel, version: v0.27.3",
    "new": "name: cilium, repository: https://helm.cilium.io, version: 1.18.2",
}
OPERATOR_ALONE = [
    {"file": "cluster.yaml", "old": "network_plugin: flannel", "new": "network_plugin: calico"},
    {
        "file": "services/flannel.yaml",
        "old": "name: flannel, repository: https://flannel-io.github.io/flannel, version: v0.27.3",
        "new": "name: tigera-operator, repository: https://docs.tigera.io/calico/charts, version: v3.30.3",
    },
    {"file": "services/flannel.yaml", "old": "{podCidr: 10.10.0.0/16}", "new": "{installation: {enabled: false}}"},
]
AS_OBJECTS = {
    "file": "services/flannel.yaml",
    "new": """\
kind: objects
tier: core
description: Pod network
objects: [flannel.yaml]
exceptions: {host-access: It configures routes and interfaces of every node.}
""",
}
DAEMON = """\
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: flannel}
spec:
  selector: {matchLabels: {app: flannel}}
  template:
    metadata: {labels: {app: flannel}}
    spec:
      hostNetwork: true
      tolerations: [{operator: Exists, effect: NoSchedule}]
      containers: [{name: flannel, image: ghcr.io/flannel-io/flannel:v0.27.3}]
      volumes: [{name: cni, hostPath: {path: PLACE}}]
"""
ADOPTED = {"file": "machines.yaml", "old": "template: ubuntu\nworker1", "new": "adopt: true\nworker1"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab that makes its cluster on machines of its own."""
    return Path(shutil.copytree(ROOT / "tests" / "incidents" / "lab", tmp_path / "lab"))


def found(folder: Path, *edits: dict[str, str], objects: str | None = None) -> list[Finding]:
    """The findings about the pod network once the lab is changed; `objects` go into the file of `flannel`."""
    change(folder, list(edits))
    if objects is not None:
        (folder / "services" / "flannel").mkdir()
        (folder / "services" / "flannel" / "flannel.yaml").write_text(objects, encoding="utf-8")
    return [finding for finding in make_plan(load_lab(folder)).findings if finding.code == CODE]


def test_a_service_that_installs_the_plugin_is_enough(folder: Path) -> None:
    assert found(folder) == []


def test_a_plugin_that_no_service_installs(folder: Path) -> None:
    (folder / "services" / "flannel.yaml").unlink()
    (finding,) = found(folder, UNNAMED)
    assert finding.severity == "error"
    assert finding.path == ("cluster", "network_plugin")
    assert "no service of the lab installs flannel" in finding.message
    assert "master" in finding.message


def test_a_service_that_installs_no_plugin_is_named(folder: Path) -> None:
    (finding,) = found(folder, {"file": "cluster.yaml", "old": "pod_network: flannel", "new": "pod_network: metallb"})
    assert finding.path == ("cluster", "platform", "pod_network")
    assert "metallb, which pod_network names, installs no network plugin" in finding.message


def test_a_chart_of_another_plugin(folder: Path) -> None:
    (finding,) = found(folder, ANOTHER_CHART)
    assert "network_plugin is flannel, and flannel, which pod_network names, installs cilium" in finding.message
    assert "network_plugin: cilium" in finding.fix


def test_a_chart_that_is_not_known_counts_where_it_runs_on_every_node(folder: Path) -> None:
    calico = {"file": "cluster.yaml", "old": "network_plugin: flannel", "new": "network_plugin: calico"}
    assert found(folder, NO_FLANNEL, calico) == []
    everywhere = "    runs_as: daemonset\n    every_node: true\n"
    (finding,) = found(folder, {"file": "services/flannel.yaml", "old": everywhere, "new": ""})
    assert "installs no network plugin" in finding.message


def test_the_operator_of_calico_without_an_installation(folder: Path) -> None:
    (finding,) = found(folder, *OPERATOR_ALONE)
    assert "installs no network plugin" in finding.message


def test_the_policies_would_wait_for_the_network_for_ever(folder: Path) -> None:
    (finding,) = found(folder, UNNAMED)
    assert "comes with flannel after the policies" in finding.message
    assert finding.fix == "write pod_network: flannel"


def test_without_policies_nothing_waits(folder: Path) -> None:
    assert found(folder, UNNAMED, NO_POLICIES) == []


@pytest.mark.parametrize("place", ["/etc/cni/net.d", "/opt/cni/bin", "/etc/cni", "/opt/cni/bin/"])
def test_a_plugin_that_comes_as_objects(folder: Path, place: str) -> None:
    assert found(folder, AS_OBJECTS, UNNAMED, NO_POLICIES, objects=DAEMON.replace("PLACE", place)) == []


def test_a_daemon_that_writes_no_plugin_is_none(folder: Path) -> None:
    assert found(folder, AS_OBJECTS, UNNAMED, NO_POLICIES, objects=DAEMON.replace("PLACE", "/var/log"))


def test_objects_that_are_named_as_the_pod_network_are_declared(folder: Path) -> None:
    assert found(folder, AS_OBJECTS, objects=DAEMON.replace("PLACE", "/etc/cni/net.d")) == []
    plan = make_plan(load_lab(folder))
    (engine,) = (service for service in plan.services if service.name == "kyverno")
    assert engine.release is not None
    assert engine.release.after == (), "only a chart is a release that another can wait for"


def test_a_cluster_that_is_there_has_its_network(folder: Path) -> None:
    (folder / "services" / "flannel.yaml").unlink()
    assert found(folder, UNNAMED, ADOPTED) == []


def test_a_lab_of_outside_nodes_is_not_asked() -> None:
    lab = load_lab(ROOT / "tests" / "labs" / "outside")
    assert CODE not in {finding.code for finding in make_plan(lab).findings}
