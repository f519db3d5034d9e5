"""The real provider on an emulated Proxmox."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from plan.model import Plan, VirtualMachine
from rehearsal.proxmox import Download, Emulator, Machine, State, Volume, emulator
from rehearsal.tools import ToolMissing, path_of
from tests.conformance.proxmox.terraform import Terraform, running_provider
from tests.plan.labs import plan_of

HOST = Path(__file__).parents[3] / "rehearsal" / "proxmox" / "host.yaml"
GIB = 1 << 30


def template(vmid: int) -> Machine:
    """A template of a cloud image, made by hand."""
    return Machine(
        node="pve",
        config={
            "name": "ubuntu",
            "template": 1,
            "memory": "2048",
            "cores": 2,
            "scsihw": "virtio-scsi-pci",
            "scsi0": f"local-lvm:base-{vmid}-disk-0,size=3584M",
            "ide2": f"local-lvm:vm-{vmid}-cloudinit,media=cdrom,size=4M",
            "boot": "order=scsi0",
            "serial0": "socket",
            "net0": "virtio=BC:24:11:00:00:00,bridge=vmbr0",
        },
    )


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """In which `terraform` finds the provider."""
    if shutil.which("terraform") is None:
        pytest.skip("not run: no terraform")
    try:
        binary = path_of("terraform-provider-proxmox")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    with running_provider(binary, tmp_path_factory.mktemp("provider")) as found:
        yield found


def host_with_template(vmid: int = 9000) -> State:
    """A host with one template and the snippets of the small lab."""
    state = State.read(HOST)
    write_snippets(state, plan_of("small").machines)
    add_template(state, vmid)
    return state


def add_template(state: State, vmid: int) -> None:
    """A template with its volumes."""
    state.machines[vmid] = template(vmid)
    state.volumes[f"local-lvm:base-{vmid}-disk-0"] = Volume(size=3584 << 20, data="ubuntu")
    state.volumes[f"local-lvm:vm-{vmid}-cloudinit"] = Volume(size=4 << 20)


def host_for(plan: Plan) -> State:
    """A host with nothing but what the plan expects: snippets, images to download, templates made by hand."""
    state = State.read(HOST)
    write_snippets(state, plan.machines)
    for each in plan.templates:
        state.downloads[each.image["url"]] = Download(filename="cloud.img", sha256=each.image["checksum"])
    made = {each.properties["vm_id"] for each in plan.templates}
    for vmid in {each.properties["clone"]["vm_id"] for each in plan.machines if not each.adopted} - made:
        add_template(state, vmid)
    return state


def write_snippets(state: State, planned: Iterable[VirtualMachine]) -> None:
    """The files that cloud-init reads, which the provider would write by SSH."""
    for machine in planned:
        for snippet in machine.snippets:
            volume = f"{snippet.storage}:snippets/{snippet.file_name}"
            state.volumes[volume] = Volume(size=len(snippet.content), content="snippets", text=snippet.content)


@pytest.fixture(scope="module")
def host() -> State:
    """The host before anything was created."""
    return host_with_template()


@pytest.fixture
def proxmox() -> Iterator[Emulator]:
    """The host, running."""
    with emulator(host_with_template()) as running:
        yield running


@pytest.fixture
def terraform(tmp_path: Path, environment: dict[str, str], proxmox: Emulator) -> Terraform:
    return Terraform(tmp_path, environment, proxmox)
