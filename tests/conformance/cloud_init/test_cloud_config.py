"""Files for cloud-init are valid for the real cloud-init and the real keepalived."""

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from plan.model import VirtualMachine
from tests.plan.cloud_init import complete, content, created_nodes, high_availability, machine_of

NODES = created_nodes()
with_cloud_init = pytest.mark.skipif(
    shutil.which("cloud-init") is None, reason="not run: no cloud-init on PATH (Debian: apt-get install cloud-init)"
)
INTERFACES = [name for _, name in socket.if_nameindex() if name != "lo"]
"""Of this machine: keepalived looks whether its interface is there, and refuses loopback. A test of the configuration
sends nothing."""
with_keepalived = pytest.mark.skipif(
    shutil.which("keepalived") is None or not INTERFACES,
    reason="not run: no keepalived on PATH (Debian: apt-get install keepalived), or no network interface",
)


def complaints_of_cloud_init(text: str, folder: Path) -> str:
    """Errors by cloud-init's own schema in a user-data file; empty if it is valid."""
    file = folder / "user-data.yaml"
    file.write_text(text, encoding="utf-8")
    command = ["cloud-init", "schema", "--config-file", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    deprecated = "deprecat" in (result.stdout + result.stderr).lower()
    return "" if result.returncode == 0 and not deprecated else result.stdout + result.stderr


def complaints_of_keepalived(text: str, folder: Path) -> str:
    """Errors by keepalived in its configuration.

    It ends its process group in the end, so it gets one of its own, and its exit code says nothing.
    """
    file = folder / "keepalived.conf"
    file.write_text(text, encoding="utf-8")
    command = ["keepalived", "--config-test", "--use-file", str(file)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, start_new_session=True)
    return result.stdout + result.stderr


def configuration(name: str) -> str:
    """keepalived's configuration of a control plane, for an interface that this machine has."""
    text = content(machine_of(high_availability(), name), "/etc/keepalived/keepalived.conf")
    return text.replace("eth0", INTERFACES[0]).replace("eth1", INTERFACES[0])


@with_cloud_init
@pytest.mark.parametrize("node", NODES.values(), ids=NODES)
def test_user_data_follows_cloud_inits_own_schema(node: VirtualMachine, tmp_path: Path) -> None:
    assert complaints_of_cloud_init(complete(node), tmp_path) == ""


@with_cloud_init
def test_what_cloud_init_does_not_know_is_complained_of(tmp_path: Path) -> None:
    """Or else the test above would prove nothing."""
    text = next(iter(NODES.values())).snippets[0].content
    assert "permissions" in complaints_of_cloud_init(text.replace("permissions: '0600'", "permissions: 600"), tmp_path)


@with_keepalived
@pytest.mark.parametrize("name", ["control1", "control2", "control3"])
def test_keepalived_reads_its_configuration(name: str, tmp_path: Path) -> None:
    assert complaints_of_keepalived(configuration(name), tmp_path) == ""


@with_keepalived
def test_what_keepalived_does_not_know_is_complained_of(tmp_path: Path) -> None:
    text = configuration("control1").replace("track_script", "track_scripts")
    assert "Unknown keyword" in complaints_of_keepalived(text, tmp_path)
