"""A lab is made from nothing in one `up`, machines and all that runs on them, by the real engine and providers, and
with the real kubeadm."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from config.load import load_lab
from plan import make_plan
from plan.model import Plan
from plan.model.machines import EMPTY
from rehearsal.proxmox import Download, Emulator, State, emulator
from rehearsal.proxmox.sftp import sftp
from rehearsal.tools import ToolMissing, path_of
from tests.conformance.proxmox.conftest import HOST
from tests.conformance.pulumi.founder import KUBEADM_FILE, Founder, files_of, founder
from tests.conformance.pulumi.live import served_charts, trusting
from tests.conformance.pulumi.stack import MACHINES, Stack, only, urns
from tests.conformance.pulumi.test_whole import QUICK
from tests.plan.cloud_init import machine_of
from tests.plan.labs import FOLDERS, change

CLUSTER = only(*MACHINES, "**index:JoinToken**")
"""Everything but what runs in the cluster, as arguments."""
PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "kubeadm")
TOKEN = "kubernetes:core/v1:Secret"


class Made(NamedTuple):
    """The small lab, of which nothing is there yet."""

    plan: Plan
    proxmox: Emulator
    control_plane: Founder
    stack: Stack
    folder: Path

    def up(self, *arguments: str) -> str:
        return self.stack.must_up(*arguments).output


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    try:
        for part in PARTS:
            path_of(part)
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    state = State.read(HOST)
    with sftp(state) as ssh, emulator(state) as proxmox:
        lab = Path(shutil.copytree(FOLDERS["small"], tmp_path / "small"))
        address = {"old": "address: 192.168.1.10\n", "new": f"address: 127.0.0.1\n    ssh_port: {ssh.port}\n"}
        change(lab, [{"file": "site.yaml", **address}])
        with served_charts(lab) as repository:
            plan = make_plan(load_lab(lab))
            for each in plan.templates:
                state.downloads[each.image["url"]] = Download(filename="cloud.img", sha256=each.image["checksum"])
            with founder(state, plan) as control_plane:
                trusted = trusting(tmp_path, proxmox.ca_file, repository)
                stack = Stack(tmp_path, lab, proxmox, environment={**QUICK, **control_plane.proxy, **trusted})
                stack.write_snippets_over(ssh)
                yield Made(plan, proxmox, control_plane, stack, tmp_path)


def test_from_a_bare_host_to_all_that_runs_in_one_up_and_a_second_up_writes_nothing(made: Made) -> None:
    printed = made.up()
    made.control_plane.wait()
    state = made.proxmox.state
    assert all(
        state.machines[each.vmid].running and not state.machines[each.vmid].pending for each in made.plan.machines
    )
    for each in made.plan.manifests:
        names = each["metadata"]
        assert made.control_plane.api.get(each["apiVersion"], each["kind"], names["name"], names.get("namespace"))

    user_data = {machine.name: machine.snippets[0] for machine in made.plan.machines if machine.snippets}
    written = {
        name: state.volumes[f"{each.storage}:snippets/{each.file_name}"].text for name, each in user_data.items()
    }
    assert user_data["control-plane"].holds_keys
    assert written["control-plane"] == EMPTY, "its keys are gone from the host once it is set up"
    worker = files_of(state, machine_of(made.plan, "worker1"))
    joining = yaml.safe_load(worker[KUBEADM_FILE])
    file = made.folder / "join.yaml"
    file.write_text(worker[KUBEADM_FILE], encoding="utf-8")
    said = made.control_plane.kubeadm("join", "phase", "preflight", "--config", file, "--ignore-preflight-errors=all")
    assert 'Reading configuration from the "kubeadm-config" ConfigMap' in said

    exported = made.stack.export()
    (urn,) = urns(exported, TOKEN)
    assert "JoinToken" in urn
    secrets = [joining["discovery"]["bootstrapToken"]["token"].partition(".")[2], "PRIVATE KEY"]
    written = "".join(each.read_text(errors="replace") for each in (made.folder / "state").rglob("*") if each.is_file())
    for secret in secrets:
        assert secret not in printed + written + str(exported)

    made.proxmox.requests.clear()
    before = made.control_plane.api.list("v1", "Secret", "kube-system")
    made.up()
    assert made.proxmox.requests.writes == []
    assert made.control_plane.api.list("v1", "Secret", "kube-system") == before
    assert re.search(r"bootstrap-token-[a-z0-9]{6}", str(before))
