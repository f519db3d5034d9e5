"""An emulated Proxmox on which all is as a lab says."""

from collections.abc import Mapping
from typing import Any

from plan.model import Plan
from plan.proxmox.privileges import needs
from rehearsal.proxmox import Host, Machine, PciMapping, State, Storage, Token, Volume

GIB = 1 << 30
HYPERVISOR = 6 * GIB
"""Memory that the emulated host uses itself."""

IOMMU_GROUP = 34
CONTENTS = ["images", "rootdir", "iso", "vztmpl", "backup", "import", "snippets"]
TOKEN = "homelab@pve!pulumi"


def healthy(plan: Plan) -> State:
    """Machines to adopt run; those to create are not there yet, and what they are cloned from is."""
    state = State(
        hosts={name: _host(plan, name) for name in plan.lab.site.hosts},
        storages={
            name: _storage(name, row.type, row.size)
            for host in plan.lab.site.hosts.values()
            for name, row in host.storages.items()
        },
        machines=_templates(plan) | _machines(plan),
        pci_mappings=_mappings(plan),
        tokens={TOKEN: least_token(plan)},
    )
    for machine in state.machines.values():
        for key, value in machine.config.items():
            volume, _, options = str(value).partition(",")
            if key.startswith(("scsi", "sata", "ide")) and ":" in volume:
                size = int(options.rpartition("size=")[2].rstrip("G") or 0) if "size=" in options else 0
                state.volumes[volume] = Volume(size=size * GIB or 4 << 20)
    return state


def _mappings(plan: Plan) -> dict[str, PciMapping]:
    """Devices of machines that are there already."""
    found: dict[str, PciMapping] = {}
    for machine in plan.lab.machines.values():
        for device in machine.pci_devices if machine.adopt else ():
            stated = plan.lab.site.hosts[machine.host].pci_devices[device]
            group = stated.iommu_group or IOMMU_GROUP
            details = f"id={stated.id},node={machine.host},path={stated.path},iommugroup={group}"
            found[device] = PciMapping(map=[f"{details},subsystem-id={stated.subsystem_id}"])
    return found


def least_token(plan: Plan) -> Token:
    """A token that may do what the plan needs and nothing else."""
    granted: dict[str, list[str]] = {}
    for need in needs(plan):
        granted.setdefault(need.path, []).append(need.privilege)
    return Token(secret="00000000-0000-4000-8000-000000000000", privileges=granted)


def _host(plan: Plan, name: str) -> Host:
    stated = plan.lab.site.hosts[name]
    running = sum(machine.memory for machine in plan.machines if machine.adopted and machine.host == name)
    bridges = {bridge: row for bridge, row in plan.lab.networks.bridges.items() if name in row.hosts}
    return Host(
        memory=stated.memory * 98 // 100,
        memory_used=HYPERVISOR + running // 2,  # the emulator says of each machine that it holds half of its memory
        cores=stated.cores,
        threads=stated.threads,
        thin_pools=[
            {
                "vg": storage,
                "lv": "data",
                "lv_size": row.size or 8000 * GIB,
                "used": (row.size or 8000 * GIB) * 40 // 100,
                "metadata_size": 16 * GIB,
                "metadata_used": 4 * GIB,
            }
            for storage, row in stated.storages.items()
            if row.type == "lvmthin"
        ],
        pci_devices=[
            _device(device.path, device.id, device.subsystem_id or "10de:12a2", device.iommu_group or IOMMU_GROUP)
            for device in stated.pci_devices.values()
        ],
        interfaces={
            bridge: {
                "type": "bridge",
                "active": 1,
                "bridge_ports": " ".join(row.ports),
                **({"bridge_vlan_aware": 1, "bridge_vids": "2-4094"} if row.vlan_aware else {}),
                **({"address": str(stated.address), "cidr": f"{stated.address}/24"} if row.ports else {}),
            }
            for bridge, row in bridges.items()
        },
    )


def _device(path: str, device_id: str, subsystem_id: str, group: int) -> dict[str, Any]:
    vendor, _, device = device_id.partition(":")
    subsystem_vendor, _, subsystem_device = subsystem_id.partition(":")
    return {
        "id": path,
        "vendor": f"0x{vendor}",
        "device": f"0x{device}",
        "subsystem_vendor": f"0x{subsystem_vendor}",
        "subsystem_device": f"0x{subsystem_device}",
        "class": "0x030200",
        "iommugroup": group,
    }


def _storage(name: str, kind: Any, size: int | None) -> Storage:
    total = size or 8000 * GIB
    thin: dict[str, Any] = {"vgname": name, "thinpool": "data"} if kind == "lvmthin" else {"path": f"/mnt/{name}"}
    return Storage(type=kind, content=CONTENTS, total=total, used=total * 40 // 100, **thin)


def _templates(plan: Plan) -> dict[int, Machine]:
    made = {template.name for template in plan.templates}
    return {
        template.vmid: Machine(
            node=template.host,
            config={
                "name": name,
                "template": 1,
                "agent": "1",
                "memory": 2048,
                "scsi0": f"{template.storage}:base-{template.vmid}-disk-0,size=4G",
                "ide2": f"{template.storage}:vm-{template.vmid}-cloudinit,media=cdrom",
            },
        )
        for name, template in plan.lab.site.templates.items()
        if name not in made
    }


def _machines(plan: Plan) -> dict[int, Machine]:
    return {
        machine.vmid: Machine(
            node=machine.host,
            config=_config(machine.name, machine.vmid, machine.properties),
            running=True,
            addresses=[
                str(each.address) for each in plan.lab.machines[machine.name].interfaces if each.address is not None
            ],
        )
        for machine in plan.machines
        if machine.adopted
    }


def _config(name: str, vmid: int, properties: Mapping[str, Any]) -> dict[str, str | int]:
    disks = {
        disk["interface"]: f"{disk['datastore_id']}:vm-{vmid}-disk-{index}{_speed(disk['speed'])},size={disk['size']}G"
        for index, disk in enumerate(properties["disks"])
    }
    agent, startup = int(properties["agent"]["enabled"]), properties["startup"]
    cards = {f"net{index}": _card(vmid, index, card) for index, card in enumerate(properties["network_devices"])}
    devices = {each["device"]: f"mapping={each['mapping']},pcie=1,rombar=1" for each in properties["hostpcis"]}
    return {
        "name": name,
        "onboot": 1,
        "startup": f"order={startup['order']},up={startup['up_delay']},down={startup['down_delay']}",
        **cards,
        **devices,
        "memory": properties["memory"]["dedicated"],
        "cores": properties["cpu"]["cores"],
        "agent": f"enabled={agent},fstrim_cloned_disks=1",
        "boot": f"order={';'.join(properties['boot_orders'])}",
        **disks,
    }


def _speed(limits: Mapping[str, int]) -> str:
    return "".join(f",mbps_{key}={limits[name]}" for name, key in (("read", "rd"), ("write", "wr")) if name in limits)


def _card(vmid: int, index: int, card: Mapping[str, Any]) -> str:
    mac = card.get("mac_address", f"BC:24:11:00:{vmid % 256:02X}:{index:02X}")
    vlan = f",tag={card['vlan_id']}" if "vlan_id" in card else ""
    return f"virtio={mac},bridge={card['bridge']}{vlan}"
