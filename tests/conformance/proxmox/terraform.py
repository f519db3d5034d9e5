"""Drives the real provider with the real `terraform`."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from rehearsal.proxmox import Emulator
from rehearsal.proxmox.sftp import USER, Server

PROVIDER = "bpg/proxmox"
TIMEOUT = 120
"""Seconds that one run may take."""

Resources = Mapping[str, Mapping[str, Any]]
"""Resources by type and name, as Terraform's JSON has them."""


class Outcome(NamedTuple):
    """Outcome of a run."""

    code: int
    output: str
    """Its output, errors and warnings included."""

    @property
    def succeeded(self) -> bool:
        return self.code == 0


class Terraform:
    """A folder with a configuration and its state."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        proxmox: Emulator,
        *,
        insecure: bool = True,
        ssh: Server | None = None,
    ) -> None:
        self.proxmox = proxmox
        self._insecure = insecure
        self._ssh = ssh
        self._folder = folder
        self._environment = environment

    def declare(self, resources: Resources, imports: Mapping[str, str] | None = None) -> None:
        """Declare the wanted resources. `imports` are ids by address."""
        document: dict[str, Any] = {
            "terraform": {"required_providers": {"proxmox": {"source": PROVIDER}}},
            "provider": {
                "proxmox": {
                    "endpoint": self.proxmox.endpoint,
                    "api_token": self.proxmox.token,
                    "insecure": self._insecure,
                    **self._by_ssh(),
                }
            },
            "resource": resources,
            "import": [{"to": address, "id": each} for address, each in (imports or {}).items()],
        }
        filled = {key: value for key, value in document.items() if value}
        (self._folder / "main.tf.json").write_text(json.dumps(filled, indent=1), encoding="utf-8")

    def _by_ssh(self) -> dict[str, Any]:
        if self._ssh is None:
            return {}
        nodes = [{"name": name, "address": "127.0.0.1", "port": self._ssh.port} for name in self.proxmox.state.hosts]
        return {"ssh": {"username": USER, "private_key": self._ssh.private_key, "agent": False, "node": nodes}}

    def apply(self, *arguments: str) -> Outcome:
        """One `up`; it may fail."""
        return self._run("apply", "-auto-approve", *arguments)

    def must_apply(self, *arguments: str) -> Outcome:
        """One `up` that succeeds."""
        outcome = self.apply(*arguments)
        assert outcome.succeeded, outcome.output
        return outcome

    def destroy(self) -> Outcome:
        return self._run("apply", "-destroy", "-auto-approve")

    def plan(self) -> Outcome:
        """Outcome of a plan; the code is 2 where an `up` would change something."""
        return self._run("plan", "-detailed-exitcode")

    def assert_nothing_to_do(self) -> None:
        outcome = self.plan()
        assert outcome.code == 0, outcome.output

    def addresses(self) -> list[str]:
        """Addresses in the state."""
        return self._run("state", "list").output.split()

    def untaint(self, address: str) -> Outcome:
        return self._run("untaint", address)

    def forget(self, address: str) -> Outcome:
        return self._run("state", "rm", address)

    def _run(self, command: str, *arguments: str) -> Outcome:
        quiet = () if command in ("state", "untaint") else ("-input=false", "-no-color")
        ran = subprocess.run(
            ["terraform", command, *arguments[:1], *quiet, *arguments[1:]],
            cwd=self._folder,
            env=dict(self._environment),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Outcome(ran.returncode, ran.stdout + ran.stderr)


@contextmanager
def running_provider(binary: Path, folder: Path) -> Iterator[dict[str, str]]:
    """The environment in which `terraform` finds the provider, which is started once for many runs."""
    settings = folder / "terraform.rc"
    settings.write_text(
        f'provider_installation {{ dev_overrides {{ "{PROVIDER}" = "{binary.parent}" }} direct {{}} }}\n',
        encoding="utf-8",
    )
    environment = {
        **os.environ,
        "HOME": str(folder),  # where the provider writes down the hosts that it has met over SSH
        "TF_CLI_CONFIG_FILE": str(settings),
        "CHECKPOINT_DISABLE": "1",
        "TF_IN_AUTOMATION": "1",
    }
    with subprocess.Popen(
        [binary, "-debug"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as provider:
        assert provider.stdout is not None
        line = next(line for line in provider.stdout if "TF_REATTACH_PROVIDERS=" in line)
        try:
            yield environment | {"TF_REATTACH_PROVIDERS": line.split("=", 1)[1].strip().strip("'")}
        finally:
            provider.terminate()
