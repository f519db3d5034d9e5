"""The script that makes a machine a node, run by a real shell on a stand-in for the machine."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from plan.model import VirtualMachine
from plan.proxmox.cloud_init.script import SIGNING_KEY
from tests.conformance.cloud_init.machine import Machine
from tests.plan.cloud_init import created_nodes, high_availability, machine_of, script
from tests.plan.labs import plan_of

NODES = created_nodes()
AGENT = ["systemctl unmask qemu-guest-agent.service", "systemctl start qemu-guest-agent.service"]
READY = "var/lib/become-node.done"
KUBELET = "etc/kubernetes/kubelet.conf"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine on which everything succeeds, and whose packages are signed by whom they should be."""
    machine = Machine(tmp_path / "machine")
    machine.answers("gpg", f"printf 'pub:-::\\nfpr:::::::::{SIGNING_KEY}:\\nsub:-::\\nfpr:::::::::OTHER:\\n'")
    machine.answers("ip", "echo 2: eth1 inet 10.0.30.10/32")
    return machine


def founder() -> str:
    return script(machine_of(plan_of("small"), "control-plane"))


def worker() -> str:
    return script(machine_of(plan_of("small"), "worker1"))


def first_of_three() -> str:
    return script(machine_of(high_availability(), "control1"))


@pytest.mark.parametrize("node", NODES.values(), ids=NODES)
def test_every_script_has_the_grammar_of_the_shell(node: VirtualMachine) -> None:
    subprocess.run(["sh", "-n"], input=script(node), text=True, check=True)


def test_shellcheck_finds_nothing() -> None:
    for text in (founder(), worker(), first_of_three(), script(machine_of(high_availability(), "control2"))):
        command = [Path(sys.executable).with_name("shellcheck"), "--shell=sh", "-"]
        result = subprocess.run(command, input=text, text=True, capture_output=True, check=False)
        assert result.returncode == 0, result.stdout


def test_a_machine_makes_the_cluster_and_only_then_starts_its_agent(machine: Machine) -> None:
    result = machine.run(founder())
    assert result.returncode == 0, result.stderr
    kubeadm = f"kubeadm init --config {machine.root}/etc/kubernetes/kubeadm.yaml --skip-token-print"
    assert machine.commands[-3:] == [kubeadm, *AGENT]
    assert machine.commands.index("systemctl restart containerd.service") < machine.commands.index(kubeadm)
    assert (machine.root / READY).exists()
    assert not (machine.root / "etc/kubernetes/kubeadm.yaml").exists(), "it holds a token"


def test_packages_are_of_the_version_and_held(machine: Machine) -> None:
    machine.run(founder())
    (install,) = (command for command in machine.commands if " install " in command)
    assert install.endswith("kubeadm=1.34.2-* kubelet=1.34.2-* kubectl=1.34.2-*")
    assert "apt-mark hold kubeadm kubelet kubectl" in machine.commands
    key = machine.root / "etc/apt/keyrings/kubernetes.asc"
    source = (machine.root / "etc/apt/sources.list.d/kubernetes.list").read_text()
    assert source == f"deb [signed-by={key}] https://pkgs.k8s.io/core:/stable:/v1.34/deb/ /\n"


def test_packages_that_another_key_signs_are_not_installed(machine: Machine) -> None:
    machine.answers("gpg", "printf 'pub:-::\\nfpr:::::::::MALLORY:\\n'")
    result = machine.run(founder())
    assert result.returncode == 1
    assert "signed by MALLORY" in result.stderr
    assert not machine.has_run("apt-get")
    assert not machine.has_run("kubeadm")
    assert not machine.has_run(AGENT[1])


def test_a_second_key_beside_the_right_one_is_refused(machine: Machine) -> None:
    keys = f"pub:-::\\nfpr:::::::::{SIGNING_KEY}:\\npub:-::\\nfpr:::::::::MALLORY:\\n"
    machine.answers("gpg", f"printf '{keys}'")
    assert machine.run(founder()).returncode == 1
    assert not machine.has_run("apt-get")


def test_a_network_that_fails_for_a_while_is_waited_for(machine: Machine) -> None:
    machine.answers("curl", '[ "$count" -gt 3 ]')
    machine.answers("apt-get", '[ "$count" -gt 2 ]')
    assert machine.run(founder()).returncode == 0
    assert machine.commands.count("sleep 10") >= 5


def test_when_kubeadm_fails_nobody_is_told_that_the_node_is_there(machine: Machine) -> None:
    machine.answers("kubeadm", f"touch {machine.root / KUBELET}; exit 1")
    assert machine.run(founder()).returncode == 1
    assert not machine.has_run(AGENT[1])
    assert not (machine.root / READY).exists()


def test_half_a_node_is_not_tried_again(machine: Machine) -> None:
    (machine.root / KUBELET).touch()
    result = machine.run(founder())
    assert result.returncode == 1
    assert "Make the machine anew" in result.stderr
    assert machine.commands == []


def test_a_boot_without_network_is_made_up_for_at_the_next_one(machine: Machine) -> None:
    machine.answers("curl", "exit 1")
    assert machine.run(founder()).returncode == 1
    assert not machine.has_run(AGENT[1])
    machine.answers("curl", ":")
    assert machine.run(founder()).returncode == 0


@pytest.mark.parametrize("text", [founder, worker, first_of_three])
def test_a_node_is_left_alone_at_every_further_boot(machine: Machine, text: Callable[[], str]) -> None:
    (machine.root / READY).touch()
    (machine.root / KUBELET).touch()
    assert machine.run(text()).returncode == 0
    assert machine.commands == AGENT


def test_a_worker_waits_until_the_api_server_answers(machine: Machine) -> None:
    machine.answers("curl", 'case "$*" in */livez) [ "$count" -gt 3 ];; esac')
    result = machine.run(worker())
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("Waiting for https://192.168.1.20:6443") == 3
    assert machine.commands[-3] == f"kubeadm join --config {machine.root}/etc/kubernetes/kubeadm.yaml"
    assert machine.commands[-2:] == AGENT


def test_a_shared_address_is_there_before_the_cluster_is_made(machine: Machine) -> None:
    machine.answers("curl", 'case "$*" in */livez) exit 7;; esac')
    machine.answers("ip", '[ "$count" -lt 3 ] || echo 2: eth1 inet 10.0.30.10/32')
    assert machine.run(first_of_three()).returncode == 0
    asked = [number for number, command in enumerate(machine.commands) if command.startswith("ip ")]
    (made,) = (number for number, command in enumerate(machine.commands) if command.startswith("kubeadm init"))
    assert len(asked) == 3
    assert max(asked) < made


def test_a_cluster_that_exists_behind_the_address_is_not_made_a_second_time(machine: Machine) -> None:
    result = machine.run(first_of_three())
    assert result.returncode == 1
    assert "There is a cluster at https://10.0.30.10:6443 already" in result.stderr
    assert not machine.has_run("kubeadm")
