"""`homelab preflight`."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rehearsal.proxmox import Emulator, emulator
from tests.cli.conftest import Homelab
from tests.operations.preflight.healthy import healthy
from tests.plan.labs import plan_of

TOKEN = "PROXMOX_VE_API_TOKEN"


@pytest.fixture
def proxmox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Emulator]:
    """A healthy host for the lab `small`, which is known by its SSH key."""
    shows(tmp_path, "ssh-keyscan", "192.168.1.10 ssh-ed25519 AAAA")
    shows(tmp_path, "ssh-keygen", "192.168.1.10 ssh-ed25519 AAAA")
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with emulator(healthy(plan_of("small"))) as running:
        monkeypatch.setenv(TOKEN, running.token)
        yield running


def shows(folder: Path, program: str, line: str) -> None:
    """Put a program into a folder that prints one line."""
    file = folder / program
    file.write_text(f"#!/bin/sh\necho '{line}'\n", encoding="utf-8")
    file.chmod(0o755)


def way(proxmox: Emulator) -> tuple[str, ...]:
    return "--lab", "small", "--endpoint", proxmox.endpoint, "--ca-file", str(proxmox.ca_file)


def test_a_healthy_host_ends_with_0_and_the_numbers(homelab: Homelab, proxmox: Emulator) -> None:
    result = homelab("preflight", *way(proxmox))
    assert result.exit_code == 0
    assert "fine memory of pve" in result.stdout
    assert "42.5 GiB needed for control-plane (8.5 GiB), worker1 (34.0 GiB); 56.7 GiB free" in result.stdout
    assert result.stdout.endswith("Ready: 15 checks, and nothing fails.\n")


def test_what_fails_ends_with_1_at_its_place_with_the_numbers(homelab: Homelab, proxmox: Emulator) -> None:
    proxmox.state.hosts["pve"].memory_used = 30 << 30
    result = homelab("preflight", *way(proxmox))
    assert result.exit_code == 1
    assert "error HOST-MEMORY-SHORT  " in result.stdout
    assert "config/labs/small/site.yaml:" in result.stdout
    assert "9.8 GiB too little if all use what they have" in result.stdout
    assert "Do not apply this: 1 check failed, of 15." in result.stdout


def test_a_warning_ends_with_0(homelab: Homelab, proxmox: Emulator) -> None:
    proxmox.state.hosts["pve"].threads = 12
    result = homelab("preflight", *way(proxmox))
    assert result.exit_code == 0
    assert "Ready: 15 checks, and nothing fails. 1 check with warnings." in result.stdout


def test_what_could_not_be_checked_ends_with_1(homelab: Homelab, proxmox: Emulator) -> None:
    (token,) = proxmox.state.tokens.values()
    token.privileges["/"].remove("Sys.Audit")
    result = homelab("preflight", *way(proxmox))
    assert result.exit_code == 1
    assert "could not be checked" in result.stdout
    assert "the token lacks Sys.Audit on /: needed to read PCI devices and thin pools" in result.stdout
    assert "check could not be made" in result.stdout


def test_programs_get_json(homelab: Homelab, proxmox: Emulator) -> None:
    proxmox.state.hosts["pve"].clock_offset = 300
    result = homelab("preflight", *way(proxmox), "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (report["lab"], report["checked"], report["passed"]) == ("small", True, False)
    outcomes = {check["check"]: check["outcome"] for check in report["checks"]}
    assert outcomes["clock of pve"] == "error"
    assert outcomes["memory of pve"] == "fine"
    (finding,) = (each for check in report["checks"] for each in check["findings"])
    assert finding["code"] == "CLOCK-DIFFERS"
    assert finding["file"].endswith("config/labs/small/site.yaml")


@pytest.mark.parametrize("output", ["text", "json"])
def test_without_a_host_nothing_was_checked_and_nothing_passes(
    homelab: Homelab, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    monkeypatch.setenv(TOKEN, "homelab@pve!pulumi=00000000-0000-4000-8000-000000000000")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"https://127.0.0.1:{unused.getsockname()[1]}/"
        result = homelab("preflight", "--lab", "small", "--endpoint", endpoint, "--format", output)
    assert result.exit_code == 1
    if output == "json":
        report = json.loads(result.stdout)
        assert (report["checked"], report["passed"]) == (False, False)
        assert "does not answer" in report["message"]
    else:
        assert result.stdout == ""
        assert "does not answer" in result.stderr
        assert result.stderr.endswith("Nothing was checked.\n")


def test_a_token_that_is_refused_checks_nothing(
    homelab: Homelab, proxmox: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(TOKEN, "homelab@pve!pulumi=11111111-0000-4000-8000-000000000000")
    result = homelab("preflight", *way(proxmox))
    assert result.exit_code == 1
    assert "Proxmox refused the token" in result.stderr
    assert "11111111" not in result.output


def test_without_a_token_nothing_is_asked(homelab: Homelab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    result = homelab("preflight", "--lab", "small", "--endpoint", "https://127.0.0.1:1/")
    assert result.exit_code == 1
    assert TOKEN in result.stderr


def test_an_invalid_lab_ends_with_2(homelab: Homelab, invalid_lab: Path) -> None:
    assert homelab("preflight", "--lab", invalid_lab).exit_code == 2


def test_a_host_that_is_not_known_by_its_ssh_key_fails(homelab: Homelab, proxmox: Emulator, tmp_path: Path) -> None:
    shows(tmp_path, "ssh-keygen", "# nothing found")
    result = homelab("preflight", *way(proxmox))
    assert result.exit_code == 1
    assert "error SSH-HOST-UNKNOWN" in result.stdout
