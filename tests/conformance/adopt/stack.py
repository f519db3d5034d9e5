"""Runs the program of this checkout with the real `pulumi`, on a lab whose nodes are all outside of Proxmox."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from operations.clients.pulumi import Pulumi
from rehearsal.installation import install

ROOT = Path(__file__).parents[3]
STACK = "taken-over"


def stack_of(folder: Path, lab: Path, kubeconfig: Path, authority: Path) -> Pulumi:
    """A new stack of the program, with nothing in it. `authority` signed the certificate of the charts' repository."""
    installed = install(folder)
    project = folder / "project"
    project.mkdir()
    stated: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
    del stated["backend"]
    stated["runtime"]["options"]["virtualenv"] = sys.prefix
    stated["main"] = str(ROOT)
    (project / "Pulumi.yaml").write_text(yaml.safe_dump(stated), encoding="utf-8")
    environment = {
        **installed.environment,
        "HOME": str(folder),
        "PULUMI_CONFIG_PASSPHRASE": "of no use to anybody",
        "PYTHONPATH": str(ROOT),
        "SSL_CERT_FILE": str(authority),
    }

    def run(*arguments: str, given: str | None = None) -> None:
        command = [installed.pulumi, *arguments, "--non-interactive"]
        done = subprocess.run(
            command, cwd=project, env=os.environ | environment, input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run("stack", "init", STACK)
    run("config", "set", "homelab:lab", str(lab), "--stack", STACK)
    run("config", "set", "--secret", "homelab:kubeconfig", "--stack", STACK, given=kubeconfig.read_text("utf-8"))
    return Pulumi(STACK, project, environment)
