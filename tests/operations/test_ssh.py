"""SSH keys of a server are read, known by name, port and hash, by OpenSSH's own programs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from operations.clients.refusals import NotAnswered
from operations.clients.ssh import Known, known_keys, shown_keys
from rehearsal.proxmox import State
from rehearsal.proxmox.sftp import sftp

LOOPBACK = "127.0.0.1"

with_openssh = pytest.mark.skipif(
    shutil.which("ssh-keyscan") is None or shutil.which("ssh-keygen") is None,
    reason="not run: no OpenSSH on PATH (Debian: apt-get install openssh-client)",
)


@with_openssh
def test_a_server_is_known_by_what_it_shows_once_that_is_written_down(tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    with sftp(State()) as server:
        shown = shown_keys(LOOPBACK, server.port)
        assert [each.partition(" ")[0] for each in shown] == ["ssh-ed25519"]
        assert known_keys(LOOPBACK, server.port, known_hosts) == Known(frozenset())
        (key,) = shown
        known_hosts.write_text(f"[{LOOPBACK}]:{server.port} {key}\n", encoding="utf-8")
        assert known_keys(LOOPBACK, server.port, known_hosts) == Known(shown)
        assert known_keys(LOOPBACK, 22, known_hosts) == Known(frozenset()), "another port is another server"
        subprocess.run(["ssh-keygen", "-H", "-f", known_hosts], capture_output=True, check=True)
        assert LOOPBACK not in known_hosts.read_text(encoding="utf-8")
        assert known_keys(LOOPBACK, server.port, known_hosts) == Known(shown)


@with_openssh
def test_a_revoked_key_makes_no_server_known(tmp_path: Path) -> None:
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text(f"@revoked 192.0.2.1 {KEY}\n", encoding="utf-8")
    assert known_keys("192.0.2.1", 22, known_hosts) == Known(frozenset())


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5O9nYhTWNLbA0jRJ7ypUeS0z7XgKlYwOxhHW9w6s0F"
OTHER = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDf/46oo4savXDs4b3p1fyHr+IHDZQLf1A3tGq8USWdJ"


@with_openssh
@pytest.mark.parametrize(
    ("lines", "port", "known"),
    [
        (f"192.0.2.1 {KEY} pve", 22, Known(frozenset({KEY}))),
        (f"pve.example,192.0.2.1 {KEY}", 22, Known(frozenset({KEY}))),
        (f"192.0.2.* {KEY}", 22, Known(frozenset({KEY}))),
        (f"*,!192.0.2.1 {KEY}", 22, Known(frozenset())),
        (f"pve.example {KEY}", 22, Known(frozenset())),
        (f"192.0.2.1 {KEY}", 2222, Known(frozenset())),
        (f"192.0.2.* {KEY}", 2222, Known(frozenset({KEY}))),
        (f"[192.0.2.1]:2222 {KEY}", 2222, Known(frozenset({KEY}))),
        (f"@cert-authority 192.0.2.* {KEY}", 22, Known(frozenset(), by_authority=True)),
        (f"@cert-authority * {KEY}\n192.0.2.1 {OTHER}", 22, Known(frozenset({OTHER}), by_authority=True)),
        (f"@cert-authority pve.example {KEY}", 22, Known(frozenset())),
        (f"192.0.2.1 {KEY}\n192.0.2.1 {OTHER}\n@revoked * {KEY}", 22, Known(frozenset({OTHER}))),
        (f"@cert-authority * {KEY}\n@revoked * {KEY}", 22, Known(frozenset())),
        ("# 192.0.2.1 nothing\nno line\n\x00", 22, Known(frozenset())),
    ],
)
def test_patterns_ports_and_authorities_are_read_as_the_provider_reads_them(
    lines: str, port: int, known: Known, tmp_path: Path
) -> None:
    (tmp_path / "known_hosts").write_text(f"{lines}\n", encoding="utf-8")
    assert known_keys("192.0.2.1", port, tmp_path / "known_hosts") == known


@with_openssh
def test_where_nobody_answers_is_said() -> None:
    with sftp(State()) as server:
        port = server.port
    with pytest.raises(NotAnswered, match=f"no SSH server shows a key at 127.0.0.1, port {port}"):
        shown_keys(LOOPBACK, port)


def test_without_openssh_nothing_is_taken_for_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotAnswered, match="ssh-keyscan of OpenSSH is not on PATH"):
        shown_keys(LOOPBACK, 22)
