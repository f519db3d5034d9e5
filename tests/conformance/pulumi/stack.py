"""Runs the program of this checkout with the real `pulumi`, with its state in a temporary folder."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from rehearsal.installation import PLUGINS, install
from rehearsal.proxmox import Emulator
from rehearsal.proxmox.sftp import Server
from tests.conformance.proxmox.terraform import Outcome

ROOT = Path(__file__).parents[3]
TIMEOUT = 600
"""Seconds that one run may take."""

WAY_IN = ("**index:Cluster::**", "**index:Cluster$**")
"""The way into the cluster. Nobody goes in before something is to be made there."""
MACHINES = ("**index:MachineTemplate**", "**index:ClusterCredentials**", "**index:VirtualMachine**", *WAY_IN)
"""The machines with what they are made of, and none of the cluster's objects, for which a cluster would have to be
there."""


def only(*patterns: str) -> list[str]:
    """Arguments with which `pulumi` looks at some resources alone. A component has to be among them."""
    return [argument for pattern in patterns for argument in ("--target", pattern)]


class Stack:
    """A stack of the program, of a lab on an emulated Proxmox.

    `program` is run instead of the whole of it; it may change something first, and then run that.
    """

    def __init__(
        self,
        folder: Path,
        lab: Path,
        proxmox: Emulator,
        *,
        program: str | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.project = folder / "project"
        self.project.mkdir()
        installed = install(folder, PLUGINS)
        self._pulumi = installed.pulumi
        self.environment = os.environ | {
            **installed.environment,
            "HOME": str(folder),  # where the provider writes down the hosts that it has met over SSH
            "PULUMI_CONFIG_PASSPHRASE": "of no use to anybody",
            "PYTHONPATH": str(ROOT),
            "SSL_CERT_FILE": str(proxmox.ca_file),
            **(environment or {}),
        }
        self.use(program)
        self._must("stack", "init", "test")
        self.set("lab", str(lab))
        self.set("proxmoxEndpoint", proxmox.endpoint)
        self.set("proxmoxApiToken", proxmox.token, secret=True)

    def use(self, program: str | None) -> None:
        """Run this from now on; None is the whole program as it is."""
        project: dict[str, Any] = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))
        del project["backend"]
        project["runtime"]["options"]["virtualenv"] = sys.prefix
        if program is None:
            project["main"] = str(ROOT)
        else:
            (self.project / "__main__.py").write_text(program, encoding="utf-8")
        (self.project / "Pulumi.yaml").write_text(yaml.safe_dump(project), encoding="utf-8")
        if not (settings := self.project / "Pulumi.test.yaml").exists():
            shutil.copy(ROOT / "Pulumi.small.yaml", settings)

    def set(self, name: str, value: str, *, secret: bool = False) -> None:
        """Set something in the stack's configuration."""
        self._must("config", "set", f"homelab:{name}", *(["--secret"] if secret else []), given=value)

    def write_snippets_over(self, ssh: Server) -> None:
        """Use this server's key for the files of cloud-init."""
        self.set("proxmoxSshPrivateKey", ssh.private_key, secret=True)

    def up(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Outcome:
        """One `up`; it may fail."""
        quietly = ("--yes", "--skip-preview", "--color", "never")
        return self._run("up", *quietly, *arguments, environment=environment)

    def must_up(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Outcome:
        """One `up` that succeeds, with more in its environment."""
        outcome = self.up(*arguments, environment=environment)
        assert outcome.succeeded, outcome.output
        return outcome

    def begin_up(self, *arguments: str) -> subprocess.Popen[str]:
        """An `up` that goes on by itself, with all that it starts in one process group; for who ends it half-way."""
        return subprocess.Popen(
            [self._pulumi, "up", "--yes", "--skip-preview", "--non-interactive", "--color", "never", *arguments],
            cwd=self.project,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, errors: bool = True) -> Outcome:
        """Any command of `pulumi`; it may fail."""
        return self._run(*arguments, errors=errors)

    def preview(self, *arguments: str) -> str:
        """A preview as JSON, also where it says that the `up` would fail."""
        return self._run("preview", "--json", *arguments, errors=False).output

    def export(self) -> dict[str, Any]:
        """The stack's state."""
        return json.loads(self._must("stack", "export", errors=False).output)

    def unprotect(self, urn: str) -> None:
        """Let a resource be deleted or replaced."""
        self._must("state", "unprotect", urn, "--yes")

    def unprotect_all(self, name: str) -> None:
        """Let all protected resources be deleted or replaced that have this in their names."""
        for each in self.export()["deployment"]["resources"]:
            if each.get("protect") and name in each["urn"].rpartition("::")[2]:
                self.unprotect(each["urn"])

    def _must(self, *arguments: str, given: str | None = None, errors: bool = True) -> Outcome:
        outcome = self._run(*arguments, given=given, errors=errors)
        assert outcome.succeeded, outcome.output
        return outcome

    def _run(
        self,
        *arguments: str,
        given: str | None = None,
        errors: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> Outcome:
        ran = subprocess.run(
            [self._pulumi, *arguments, "--non-interactive"],
            cwd=self.project,
            env=self.environment | dict(environment or {}),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if errors else subprocess.DEVNULL,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Outcome(ran.returncode, ran.stdout)


def urns(state: Mapping[str, Any], kind: str) -> list[str]:
    """The resources of a type in an exported state."""
    return [each["urn"] for each in state["deployment"]["resources"] if each["type"] == kind]
