"""Which privileges the settings of a machine ask for."""

import re
from collections.abc import Iterable, Mapping

from rehearsal.proxmox import drives
from rehearsal.proxmox.access import User
from rehearsal.proxmox.answers import Refusal, invalid
from rehearsal.proxmox.call import Call
from rehearsal.proxmox.state import Machine, Setting
from rehearsal.proxmox.storage import may_use
from rehearsal.proxmox.values import properties

PRIVILEGE_OF: Mapping[str, str] = {
    **dict.fromkeys(["cores", "cpu", "cpulimit", "cpuunits", "numa", "sockets", "vcpus"], "VM.Config.CPU"),
    **dict.fromkeys(["memory", "balloon", "shares", "allow-ksm"], "VM.Config.Memory"),
    **dict.fromkeys(
        ["acpi", "hotplug", "kvm", "machine", "scsihw", "smbios1", "tablet", "vga", "watchdog", "audio0", "rng0"],
        "VM.Config.HWType",
    ),
    **dict.fromkeys(
        [
            "agent",
            "autostart",
            "bios",
            "description",
            "keyboard",
            "localtime",
            "migrate_downtime",
            "migrate_speed",
            "name",
            "onboot",
            "ostype",
            "protection",
            "reboot",
            "startdate",
            "startup",
            "tags",
            "tdf",
            "template",
        ],
        "VM.Config.Options",
    ),
    **dict.fromkeys(["boot", "bootdisk", "vmstatestorage"], "VM.Config.Disk"),
    "freeze": "VM.PowerMgmt",
}
CLOUD_INIT = frozenset(
    ["cicustom", "cipassword", "citype", "ciuser", "ciupgrade", "nameserver", "searchdomain", "sshkeys"]
)
PRIVATE_DEVICE = "only root can set '{key}' config for non-mapped devices"


def creation(call: Call, vmid: int, given: Mapping[str, str]) -> None:
    """Raises Refusal where the one who asks may not make such a machine."""
    pool = call.parameters.get("pool")
    if not (pool and call.user.may(f"/pool/{pool}", "VM.Allocate")):
        call.user.need(f"/vms/{vmid}", "VM.Allocate")
    _settings(call.user, vmid, given)
    _storage_access(call.user, vmid, given)


def update(call: Call, vmid: int, machine: Machine, given: Mapping[str, str], gone: Iterable[str]) -> None:
    """Raises Refusal where the one who asks may not change these settings."""
    leaving = {key: str(machine.config[key]) for key in gone if key in machine.config}
    _settings(call.user, vmid, leaving)
    _settings(call.user, vmid, given)
    _storage_access(call.user, vmid, given)


def clone(call: Call, vmid: int, new_id: int, source: Machine) -> None:
    """Raises Refusal where the one who asks may not clone the machine."""
    call.user.need(f"/vms/{vmid}", "VM.Clone")
    pool = call.parameters.get("pool")
    if not (pool and call.user.may(f"/pool/{pool}", "VM.Allocate")):
        call.user.need(f"/vms/{new_id}", "VM.Allocate")
    for drive in drives.drives_of(source.config).values():
        if drive["file"] not in ("none", "cdrom"):
            storage = call.parameters.get("storage") or drive["file"].partition(":")[0]
            call.user.need(f"/storage/{storage}", "Datastore.AllocateSpace")
    _networks(call.user, source.config)


def _settings(user: User, vmid: int, given: Mapping[str, str]) -> None:
    path = f"/vms/{vmid}"
    if user.is_root:
        return
    for key, value in given.items():
        if drives.DRIVE.fullmatch(key):
            _drive(user, path, value)
        elif re.fullmatch(r"hostpci\d+", key):
            _passthrough(user, path, key, value)
        elif re.fullmatch(r"(?:serial|usb)\d+", key):
            if key.startswith("serial") and value != "socket":
                raise Refusal(f"only root can set '{key}' config for real devices")
            if key.startswith("usb"):
                _usb(user, key, value)
            user.need(path, "VM.Config.HWType")
        elif re.fullmatch(r"(?:net|ipconfig)\d+", key) or key in CLOUD_INIT:
            if key.startswith("net"):
                user.need(path, "VM.Config.Network")
            else:
                user.need_any(path, "VM.Config.Cloudinit", "VM.Config.Network")
        elif re.fullmatch(r"numa\d+", key):
            user.need(path, "VM.Config.CPU")
        elif re.fullmatch(r"unused\d+", key):
            user.need(path, "VM.Config.Disk")
        elif key in PRIVILEGE_OF:
            user.need(path, PRIVILEGE_OF[key])
            if key == "startup":
                user.need("/", "Sys.Modify")
        else:
            raise Refusal(f"only root can set '{key}' config")
    _networks(user, given)


def _drive(user: User, path: str, value: str) -> None:
    drive = properties(value, "file")
    if drives.is_cloud_init(drive):
        user.need(path, "VM.Config.Cloudinit", "VM.Config.CDROM")
    elif drives.is_cdrom(drive):
        user.need(path, "VM.Config.CDROM")
    else:
        user.need(path, "VM.Config.Disk")


def _usb(user: User, key: str, value: str) -> None:
    device = properties(value, "host")
    if "mapping" in device:
        user.need(f"/mapping/usb/{device['mapping']}", "Mapping.Use")
    elif device.get("host") != "spice":
        raise Refusal(f"only root can set '{key}' config for real devices")


def _passthrough(user: User, path: str, key: str, value: str) -> None:
    device = properties(value, "host")
    if "mapping" not in device:
        raise Refusal(PRIVATE_DEVICE.format(key=key))
    user.need(f"/mapping/pci/{device['mapping']}", "Mapping.Use")
    user.need(path, "VM.Config.HWType")
    if "romfile" in device:
        raise invalid(**{key: "only root@pam can set 'romfile' option"})


def _storage_access(user: User, vmid: int, given: Mapping[str, str]) -> None:
    for key, value in given.items():
        if not drives.DRIVE.fullmatch(key):
            continue
        drive = properties(value, "file")
        if drive["file"] == "cdrom":
            user.need("/", "Sys.Console")
        elif match := drives.NEW_DISK.fullmatch(drive["file"]):
            user.need(f"/storage/{match[1]}", "Datastore.AllocateSpace")
        elif ":" in drive["file"] and not drives.is_cloud_init(drive):
            may_use(user, drive["file"], vmid)
        if "import-from" in drive:
            may_use(user, drive["import-from"], vmid)


def _networks(user: User, given: Mapping[str, Setting]) -> None:
    """Each bridge is a network of the zone `localnetwork`, and each VLAN tag a part of it."""
    for key, value in given.items():
        if re.fullmatch(r"net\d+", key):
            device = properties(value, "model")
            if "bridge" in device:
                tag = f"/{device['tag']}" if "tag" in device else ""
                user.need(f"/sdn/zones/localnetwork/{device['bridge']}{tag}", "SDN.Use")
