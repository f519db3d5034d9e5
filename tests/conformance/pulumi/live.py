"""The whole of a lab in one stack: machines on an emulated Proxmox, and all that runs in a real control plane."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from config.load import load_lab
from plan import Plan, make_plan
from plan.model import VirtualMachine
from rehearsal.charts import Repository, chart_repository
from rehearsal.control_plane import Api, ToolMissing, cluster
from rehearsal.proxmox import Emulator, State, emulator
from rehearsal.stand_ins import system_stand_ins
from tests.conformance.proxmox.conftest import host_with_template
from tests.conformance.proxmox.test_lab import put_on_host
from tests.conformance.pulumi.stack import Stack
from tests.plan.labs import change

LATER = "99.0.0"
"""A version of every chart that comes after the one that a lab has."""
TAKE_OVER = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true"}
"""Kyverno runs already, in its namespace."""


class Live(NamedTuple):
    """A lab with its stack, and the cluster to ask and change."""

    lab: Path
    stack: Stack
    proxmox: Emulator
    api: Api
    kubeconfig: Path

    @property
    def plan(self) -> Plan:
        return make_plan(load_lab(self.lab))

    @contextmanager
    def edited(self, *edits: tuple[str, str, str]) -> Iterator[None]:
        """The lab, edited for a while; each edit is as in `edit`."""
        kept = {file: file.read_text(encoding="utf-8") for file in self.lab.rglob("*.yaml")}
        self.edit(*edits)
        try:
            yield
        finally:
            for file in {*self.lab.rglob("*.yaml")} - kept.keys():
                file.unlink()
            for file, text in kept.items():
                file.write_text(text, encoding="utf-8")

    def edit(self, *edits: tuple[str, str, str]) -> None:
        """Change the lab: each edit is a file, what stands there once, and what comes instead. Where nothing stands
        there, the other is the file's new name; without one it is gone."""
        for file, old, new in edits:
            if old:
                change(self.lab, [{"file": file, "old": old, "new": new}])
            elif new:
                (self.lab / file).rename(self.lab / new)
            else:
                (self.lab / file).unlink()


@contextmanager
def live(
    folder: Path, lab: Path, environment: Mapping[str, str] = TAKE_OVER, state: State | None = None
) -> Iterator[Live]:
    """A lab whose machines run, and of which nothing is in the cluster yet. `lab` may be changed; `state` is that of
    its hosts before there are machines.

    Raises:
        ToolMissing: a part of the control plane is not here and could not be built.
    """
    state = state or host_with_template()
    with served_charts(lab) as repository, emulator(state) as proxmox:
        plan = make_plan(load_lab(lab))
        for machine in plan.machines:
            _run_on_host(proxmox, machine)
        with cluster(plan) as running:
            running.api.apply_all(system_stand_ins(plan))
            stack = Stack(
                folder, lab, proxmox, environment={**environment, **trusting(folder, proxmox.ca_file, repository)}
            )
            stack.set("kubeconfig", running.kubeconfig.read_text(encoding="utf-8"), secret=True)
            yield Live(lab, stack, proxmox, running.api, running.kubeconfig)


@contextmanager
def served_charts(lab: Path) -> Iterator[Repository]:
    """A repository with all charts of a lab, which names it from then on."""
    stated = _charts(lab)
    with chart_repository({each["name"]: {each["version"], LATER} for each in stated.values()}) as repository:
        for file, chart in stated.items():
            text = file.read_text(encoding="utf-8")
            file.write_text(text.replace(chart["repository"], repository.url), encoding="utf-8")
        yield repository


def trusting(folder: Path, proxmox: Path, repository: Repository) -> dict[str, str]:
    """The environment of an engine that trusts the emulated host and the repository."""
    authorities = folder / "authorities.pem"
    authorities.write_bytes(proxmox.read_bytes() + repository.ca_file.read_bytes())
    return {"SSL_CERT_FILE": str(authorities)}


@contextmanager
def applied(folder: Path, lab: Path) -> Iterator[Live]:
    """A lab as in `live`, all of it made by one `up`. Skips the test where a part of the control plane is missing."""
    try:
        with live(folder, lab) as found:
            found.stack.must_up()
            yield found
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")


def _charts(lab: Path) -> dict[Path, dict[str, str]]:
    """The charts of a lab, by the file of the service."""
    found = {file: yaml.safe_load(file.read_text(encoding="utf-8")) for file in (lab / "services").glob("*.yaml")}
    return {file: service["chart"] for file, service in found.items() if "chart" in service}


def _run_on_host(proxmox: Emulator, machine: VirtualMachine) -> None:
    put_on_host(proxmox, machine)
    proxmox.state.machines[machine.vmid].config["cpu"] = "host"


def copy_of(lab: Path, folder: Path) -> Path:
    """A copy of a lab that a test may change."""
    return Path(shutil.copytree(lab, folder / lab.name))
