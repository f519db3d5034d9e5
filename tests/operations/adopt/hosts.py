"""An emulated Proxmox that runs the machines of a lab as the lab says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.lab import Lab
from config.machine import Machine, MachineDisk
from operations.adopt.machines import Adoption, adopt
from operations.clients.proxmox import ProxmoxHost
from rehearsal import proxmox
from rehearsal.proxmox import Emulator, State, Volume, emulator


def as_stated(lab: Lab, *, adopted_only: bool = True) -> State:
    """Everything that the lab says runs, and nothing else."""
    machines = {name: each for name, each in lab.machines.items() if each.adopt or not adopted_only}
    state = State(
        hosts={name: proxmox.Host() for name in lab.site.hosts},
        storages={
            name: proxmox.Storage(type=row.type, content=["images"])
            for host in lab.site.hosts.values()
            for name, row in host.storages.items()
        },
        machines={each.vmid: _machine(lab, name, each) for name, each in machines.items()},
        pci_mappings={
            name: proxmox.PciMapping(map=[f"id={row.id},node={host},path={row.path},iommugroup=34"])
            for host, each in lab.site.hosts.items()
            for name, row in each.pci_devices.items()
        },
    )
    for each in machines.values():
        for disk in each.disks:
            state.volumes[_volume(each, disk)] = Volume(size=disk.size)
    return state


def _machine(lab: Lab, name: str, machine: Machine) -> proxmox.Machine:
    start = machine.start
    config: dict[str, str | int] = {
        "name": name,
        "cores": machine.vcpus,
        "memory": str(machine.memory.mib),
        "onboot": 1,
        "agent": int(machine.guest_agent),
        "boot": f"order={machine.disks[0].interface};ide2;net0",
        "ide2": f"{machine.disks[0].storage}:vm-{machine.vmid}-cloudinit,media=cdrom",
        "startup": f"order={start.order},up={start.up_seconds},down={start.down_seconds}",
        "description": f"{machine.description}\n",
        "smbios1": "uuid=00000000-0000-4000-8000-000000000000",
    }
    for disk in machine.disks:
        limits = {"mbps_rd": disk.read_mb_per_second, "mbps_wr": disk.write_mb_per_second}
        said = "".join(f",{key}={value}" for key, value in limits.items() if value)
        config[disk.interface] = f"{_volume(machine, disk)}{said},size={disk.size >> 30}G"
    for index, interface in enumerate(machine.interfaces):
        network = lab.networks.networks[interface.network]
        mac = interface.mac_address or f"BC:24:11:00:{machine.vmid % 256:02X}:{index:02X}"
        tag = f",tag={network.vlan}" if network.vlan else ""
        config[f"net{index}"] = f"virtio={mac},bridge={network.bridge}{tag}"
        if interface.address:
            config[f"ipconfig{index}"] = f"ip={interface.address}/{network.cidr.prefixlen}"
    for index, device in enumerate(machine.pci_devices):
        config[f"hostpci{index}"] = f"mapping={device},pcie=1,rombar=1"
    return proxmox.Machine(node=machine.host, config=config, running=True, addresses=["198.51.100.7"])


def _volume(machine: Machine, disk: MachineDisk) -> str:
    return f"{disk.storage}:vm-{machine.vmid}-disk-{machine.disks.index(disk)}"


def configure(state: State, vmid: int, config: Mapping[str, Any]) -> None:
    """Change the configuration of a machine; None takes a setting away."""
    machine = state.machines[vmid]
    merged = {**machine.config, **config}
    machine.config = {key: value for key, value in merged.items() if value is not None}


@contextmanager
def asked(state: State) -> Iterator[tuple[Emulator, ProxmoxHost]]:
    """An emulated Proxmox, and the program's own way to it."""
    with emulator(state) as running:
        yield running, ProxmoxHost(running.endpoint, running.token, verify=str(running.ca_file))


def adoption(folder: Path, state: State, *wanted: str, **roles: Any) -> Adoption:
    """Outcome of adopting from an emulated Proxmox."""
    with asked(state) as (_, api):
        return adopt(folder, api, wanted, roles)
