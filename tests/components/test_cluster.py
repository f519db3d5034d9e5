"""The kubeconfig is a secret, unknown before the control plane, and never what tells one cluster from another."""

import pulumi
import pulumi_proxmoxve as proxmoxve
import pytest

from components.cluster import NO_KUBECONFIG, Cluster, ClusterArgs
from components.virtual_machine import VirtualMachine, VirtualMachineArgs
from tests.components import plans
from tests.recording.recorder import SECRET, UNKNOWN, Recording, record, secret_value

PROVIDER = "pulumi:providers:kubernetes"


def declared(kubeconfig: str | None, *, exists: bool = True) -> Recording:
    def program() -> None:
        provider = proxmoxve.Provider("proxmox", endpoint="https://192.0.2.10:8006/")
        machine = plans.machine("master", 200, "control-plane", adopted=exists)
        control_plane = VirtualMachine("master", VirtualMachineArgs(machine=machine, provider=provider)).resource
        given = None if kubeconfig is None else pulumi.Output.from_input(kubeconfig)
        Cluster("lab", ClusterArgs(control_plane=control_plane.id, kubeconfig=given))

    return record(program)


def cluster_outputs(recording: Recording) -> dict[str, object]:
    return recording.outputs[recording.get("homelab:index:Cluster", "lab").urn]


def test_the_kubeconfig_is_a_secret_of_the_stack() -> None:
    recording = declared("apiVersion: v1")
    assert secret_value(recording.get(PROVIDER, "lab").inputs["kubeconfig"]) == "apiVersion: v1"
    assert secret_value(cluster_outputs(recording)["kubeconfig"]) == "apiVersion: v1"


@pytest.mark.parametrize("kubeconfig", [None, "apiVersion: v1"], ids=["unset", "set"])
def test_the_kubeconfig_is_unknown_before_the_control_plane_exists(kubeconfig: str | None) -> None:
    recording = declared(kubeconfig, exists=False)
    assert recording.get(PROVIDER, "lab").inputs["kubeconfig"] in (UNKNOWN, SECRET | {"value": UNKNOWN})


def test_the_cluster_waits_for_its_control_plane() -> None:
    recording = declared("apiVersion: v1")
    machine = recording.get("proxmoxve:index/vmLegacy:VmLegacy", "master")
    assert machine.urn in recording.get(PROVIDER, "lab").dependencies


def test_a_running_control_plane_without_a_kubeconfig_is_said_in_one_sentence() -> None:
    with pytest.raises(pulumi.RunError) as error:
        declared(None)
    assert str(error.value) == NO_KUBECONFIG


def test_a_renewed_kubeconfig_is_the_same_cluster() -> None:
    before, after = (declared(kubeconfig).get(PROVIDER, "lab").inputs for kubeconfig in ("old", "new"))
    assert before["clusterIdentifier"] == after["clusterIdentifier"] == "lab"
