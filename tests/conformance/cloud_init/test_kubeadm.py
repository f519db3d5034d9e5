"""kubeadm's documents are valid for the real kubeadm, and the kubelet's settings for the kubelet's own code."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from config.load import load_lab
from plan import make_plan
from plan.model import VirtualMachine
from rehearsal.tools import ToolMissing, path_of
from tests.plan.cloud_init import HIGH_AVAILABILITY, complete, created_nodes, high_availability, machine_of
from tests.plan.families import both_families
from tests.plan.labs import change

NODES = created_nodes()
KUBEADM_FILE = "/etc/kubernetes/kubeadm.yaml"
APPROVER = """\
kind: app
tier: core
description: Approves the serving certificates of kubelets
image: registry.example/approver:1.0.0
cpu: 10m
memory: 64Mi
permissions:
  - {api_group: certificates.k8s.io, resources: [certificatesigningrequests], verbs: [get, list, watch], scope: cluster}
  - {api_group: certificates.k8s.io, resources: [certificatesigningrequests/approval], verbs: [update], scope: cluster}
  - api_group: certificates.k8s.io
    resources: [signers]
    names: [kubernetes.io/kubelet-serving]
    verbs: [approve]
    scope: cluster
"""
PATCH = "/etc/kubernetes/patches/kubeletconfiguration+strategic.yaml"


def tool(name: str) -> Path:
    """A program, or a reason to leave the test out."""
    try:
        return path_of(name)
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")


@pytest.fixture(scope="module")
def kubeadm() -> Path:
    """The real kubeadm, of the labs' version."""
    return tool("kubeadm")


@pytest.fixture(scope="module")
def kubeletconfig() -> Path:
    """The kubelet's own reading and validation of its settings."""
    return tool("kubeletconfig")


def file_of(node: VirtualMachine, path: str) -> str:
    """A file of the node, with secrets."""
    return next(file["content"] for file in yaml.safe_load(complete(node))["write_files"] if file["path"] == path)


def complaints(program: Path, *arguments: str, text: str, folder: Path) -> str:
    """Errors by a program in a file; empty if it is valid."""
    file = folder / "file.yaml"
    file.write_text(text, encoding="utf-8")
    result = subprocess.run([program, *arguments, str(file)], capture_output=True, text=True, check=False)
    warned = "warning" in result.stderr.lower()
    return result.stdout + result.stderr if result.returncode != 0 or warned else ""


def complaints_of_kubeadm(kubeadm: Path, text: str, folder: Path) -> str:
    return complaints(kubeadm, "config", "validate", "--config", text=text, folder=folder)


@pytest.mark.parametrize("node", NODES.values(), ids=NODES)
def test_what_kubeadm_is_told_is_valid(node: VirtualMachine, kubeadm: Path, tmp_path: Path) -> None:
    assert complaints_of_kubeadm(kubeadm, file_of(node, KUBEADM_FILE), tmp_path) == ""


def test_what_kubeadm_does_not_know_is_complained_of(kubeadm: Path, tmp_path: Path) -> None:
    text = file_of(machine_of(high_availability(), "control1"), KUBEADM_FILE)
    assert "podSubnets" in complaints_of_kubeadm(kubeadm, text.replace("podSubnet:", "podSubnets:"), tmp_path)


def kubelet_settings(node: VirtualMachine) -> dict[str, object]:
    """The settings of the cluster with the node's own patch, of which no part overlaps."""
    documents = yaml.safe_load_all(file_of(node, KUBEADM_FILE))
    (settings,) = (document for document in documents if document["kind"] == "KubeletConfiguration")
    return settings | yaml.safe_load(file_of(node, PATCH))


FOUNDERS = {name: node for name, node in NODES.items() if not node.joins}


@pytest.mark.parametrize("node", FOUNDERS.values(), ids=FOUNDERS)
def test_the_kubelet_starts_with_its_settings(node: VirtualMachine, kubeletconfig: Path, tmp_path: Path) -> None:
    text = yaml.safe_dump(kubelet_settings(node))
    assert complaints(kubeletconfig, text=text, folder=tmp_path) == ""


def test_settings_with_which_the_kubelet_would_not_start_are_complained_of(kubeletconfig: Path, tmp_path: Path) -> None:
    settings = kubelet_settings(next(iter(FOUNDERS.values()))) | {"cpuManagerPolicy": "static"}
    settings |= {"kubeReserved": {}, "systemReserved": {}, "maxParallelImagePulls": 0}
    assert "maxParallelImagePulls" in complaints(kubeletconfig, text=yaml.safe_dump(settings), folder=tmp_path)


def test_kubeadm_gives_the_kubelet_the_clusters_settings_and_the_nodes_own(kubeadm: Path, tmp_path: Path) -> None:
    """The cluster's come by way of kubeadm's documents, as they do at an upgrade, and the node's by the patch."""
    node = machine_of(high_availability(), "control1")
    patches, written, file = tmp_path / "patches", tmp_path / "written", tmp_path / "kubeadm.yaml"
    patches.mkdir()
    written.mkdir()
    (patches / Path(PATCH).name).write_text(file_of(node, PATCH), encoding="utf-8")
    text = file_of(node, KUBEADM_FILE).replace(str(Path(PATCH).parent), str(patches))
    file.write_text(text, encoding="utf-8")
    command = [kubeadm, "init", "phase", "kubelet-start", "--config", file, "--dry-run"]
    environment = os.environ | {"KUBEADM_INIT_DRYRUN_DIR": str(written)}
    subprocess.run(command, env=environment, capture_output=True, check=True)
    settings = yaml.safe_load((written / "config.yaml").read_text(encoding="utf-8"))
    assert settings["providerID"] == "proxmox://house/301"
    assert settings["cpuManagerPolicy"] == "static"
    assert settings["evictionSoft"]["memory.available"] == "1Gi"
    flags = (written / "kubeadm-flags.env").read_text(encoding="utf-8")
    assert "--node-ip=10.0.30.11" in flags
    assert "topology.kubernetes.io/zone=north" in flags


@pytest.fixture
def approved(tmp_path: Path) -> VirtualMachine:
    """The founder of a lab in which a service approves the serving certificates of kubelets."""
    lab = tmp_path / "lab"
    shutil.copytree(HIGH_AVAILABILITY, lab)
    service = lab / "services" / "approver.yaml"
    service.write_text(APPROVER, encoding="utf-8")
    change(lab, [{"file": "cluster.yaml", "old": "platform: {", "new": "platform: {kubelet_certificates: approver, "}])
    return machine_of(make_plan(load_lab(lab)), "control1")


def test_kubelets_that_ask_for_certificates_start_and_the_api_server_takes_no_others(
    approved: VirtualMachine, kubeadm: Path, kubeletconfig: Path, tmp_path: Path
) -> None:
    text = file_of(approved, KUBEADM_FILE)
    assert complaints_of_kubeadm(kubeadm, text, tmp_path) == ""
    settings = kubelet_settings(approved)
    assert settings["serverTLSBootstrap"] is True
    assert complaints(kubeletconfig, text=yaml.safe_dump(settings), folder=tmp_path) == ""
    (cluster,) = (each for each in yaml.safe_load_all(text) if each["kind"] == "ClusterConfiguration")
    accepted = {"name": "kubelet-certificate-authority", "value": "/etc/kubernetes/pki/ca.crt"}
    assert accepted in cluster["apiServer"]["extraArgs"]


def test_kubeadm_makes_a_cluster_of_both_families(kubeadm: Path, tmp_path: Path) -> None:
    """Its documents are valid, and what it writes for the control plane and the kubelets has both."""
    plan = make_plan(load_lab(both_families(tmp_path)))
    for name in ("control1", "control2", "worker1"):
        assert complaints_of_kubeadm(kubeadm, file_of(machine_of(plan, name), KUBEADM_FILE), tmp_path) == ""
    file, written = tmp_path / "kubeadm.yaml", tmp_path / "written"
    written.mkdir()
    file.write_text(file_of(machine_of(plan, "control1"), KUBEADM_FILE).replace(str(Path(PATCH).parent), str(written)))
    environment = os.environ | {"KUBEADM_INIT_DRYRUN_DIR": str(written)}
    for phase in (["control-plane", "all"], ["kubelet-start"]):
        command = [kubeadm, "init", "phase", *phase, "--config", file, "--dry-run"]
        subprocess.run(command, env=environment, capture_output=True, check=True)
    manager = next(written.rglob("kube-controller-manager.yaml")).read_text(encoding="utf-8")
    assert "--cluster-cidr=10.10.0.0/16,fd00:10::/56" in manager
    server = next(written.rglob("kube-apiserver.yaml")).read_text(encoding="utf-8")
    assert "--service-cluster-ip-range=10.96.0.0/12,fd00:11::/112" in server
    flags = next(written.rglob("kubeadm-flags.env")).read_text(encoding="utf-8")
    assert "--node-ip=10.0.30.11,fd00:30::11" in flags
