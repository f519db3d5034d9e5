"""The kubelet's drop-in for systemd-logind is the last word on a node, whatever the distribution ships."""

import shutil
import subprocess
from pathlib import Path

import pytest

from config.lab import Lab
from plan.proxmox.cloud_init.files import node_files
from tests.plan.labs import lab_of

ANALYZE = shutil.which("systemd-analyze")
SHIPPED = "usr/lib/systemd/logind.conf.d/unattended-upgrades-logind-maxdelay.conf"
"""The file of Ubuntu's package unattended-upgrades."""
OF_THE_KUBELET = "etc/systemd/logind.conf.d/99-kubelet.conf"
"""The file of the kubelet where logind allows less than it needs (pkg/kubelet/nodeshutdown/systemd)."""


def allowed(root: Path) -> str:
    """How long logind waits, as systemd itself merges its files."""
    assert ANALYZE
    words = [ANALYZE, "cat-config", f"--root={root}", "systemd/logind.conf"]
    merged = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return [line for line in merged.splitlines() if line.startswith("InhibitDelayMaxSec=")][-1]


def write(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.skipif(ANALYZE is None, reason="not run: no systemd-analyze")
def test_on_a_created_node_the_kubelet_has_the_last_word(tmp_path: Path) -> None:
    lab: Lab = lab_of("small")
    write(tmp_path, "etc/systemd/logind.conf", "[Login]\n")
    write(tmp_path, SHIPPED, "[Login]\nInhibitDelayMaxSec=30\n")
    write(tmp_path, OF_THE_KUBELET, "[Login]\nInhibitDelayMaxSec=130\n")
    assert allowed(tmp_path) == "InhibitDelayMaxSec=30"
    name, machine = next((name, each) for name, each in lab.machines.items() if each.role == "control-plane")
    for path, file in node_files(lab, name, machine).items():
        if "/logind.conf.d/" in path:
            write(tmp_path, path.lstrip("/"), file.content)
    assert allowed(tmp_path) == "InhibitDelayMaxSec=130"
