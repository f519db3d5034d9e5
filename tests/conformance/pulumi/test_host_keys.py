"""`homelab up` sends no keys of a cluster to a host that is not known by its SSH key: with the real engine."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.control_plane import ToolMissing
from rehearsal.proxmox import State, emulator
from rehearsal.proxmox.sftp import sftp
from tests.conformance.proxmox.conftest import HOST
from tests.conformance.pulumi.stack import Stack
from tests.plan.labs import FOLDERS, change

OTHER = "0" * 32
"""A name of other steps: an `up` that comes so far stops there."""


def up(stack: Stack, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "cli", "up", "--project", stack.project, "--stack", "test", *arguments],
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.skipif(
    shutil.which("ssh-keyscan") is None,
    reason="not run: no OpenSSH on PATH (Debian: apt-get install openssh-client)",
)
def test_a_host_is_known_before_anything_is_applied(tmp_path: Path) -> None:
    state = State.read(HOST)
    with sftp(state) as ssh, emulator(state) as proxmox:
        lab = Path(shutil.copytree(FOLDERS["small"], tmp_path / "small"))
        address = {"old": "address: 192.168.1.10\n", "new": f"address: 127.0.0.1\n    ssh_port: {ssh.port}\n"}
        change(lab, [{"file": "site.yaml", **address}])
        try:
            stack = Stack(tmp_path, lab, proxmox)
        except ToolMissing as missing:
            pytest.skip(f"not run: {missing}")
        stack.write_snippets_over(ssh)
        unknown = f"has no key of pve ([127.0.0.1]:{ssh.port})"

        code, told = up(stack, "--dry-run")
        assert (code, unknown in told) == (0, True), told
        code, told = up(stack, "--yes")
        assert (code, unknown in told) == (2, True), told
        assert (f"-p {ssh.port} -l root 127.0.0.1" in told, proxmox.requests.writes, state.volumes) == (True, [], {})

        shown = subprocess.run(
            ["ssh-keyscan", "-p", str(ssh.port), "127.0.0.1"], capture_output=True, text=True, check=True
        )
        (tmp_path / ".ssh").mkdir()
        (tmp_path / ".ssh" / "known_hosts").write_text(shown.stdout, encoding="utf-8")
        code, told = up(stack, "--yes", "--judged", OTHER)
        assert (code, "Not applied: the steps are" in told) == (1, True), told
