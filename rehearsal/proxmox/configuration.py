"""How a machine's configuration changes: checked, written down as pending, and applied as far as can be."""

import re
from collections.abc import Mapping
from typing import Any

from rehearsal.proxmox import drives
from rehearsal.proxmox.answers import invalid
from rehearsal.proxmox.hotplug import takes_effect_at_once
from rehearsal.proxmox.state import Machine, Setting, State
from rehearsal.proxmox.values import properties

NUMBERS = frozenset(
    [
        "acpi",
        "autostart",
        "balloon",
        "cores",
        "cpulimit",
        "cpuunits",
        "freeze",
        "kvm",
        "localtime",
        "migrate_speed",
        "numa",
        "onboot",
        "protection",
        "reboot",
        "shares",
        "sockets",
        "tablet",
        "tdf",
        "template",
        "vcpus",
        "ciupgrade",
    ]
)
"""Settings that Proxmox answers as numbers; it answers memory as a string."""
OPTIONS = NUMBERS | frozenset(
    [
        "affinity",
        "agent",
        "allow-ksm",
        "arch",
        "args",
        "audio0",
        "bios",
        "boot",
        "bootdisk",
        "cdrom",
        "cicustom",
        "cipassword",
        "citype",
        "ciuser",
        "cpu",
        "description",
        "efidisk0",
        "hookscript",
        "hotplug",
        "hugepages",
        "ivshmem",
        "keephugepages",
        "keyboard",
        "lock",
        "machine",
        "memory",
        "migrate_downtime",
        "name",
        "nameserver",
        "ostype",
        "rng0",
        "running-nets-host-mtu",
        "scsihw",
        "searchdomain",
        "smbios1",
        "spice_enhancements",
        "sshkeys",
        "startdate",
        "startup",
        "tags",
        "tpmstate0",
        "vga",
        "vmgenid",
        "vmstatestorage",
        "watchdog",
    ]
)
INDEXED = re.compile(r"(net|hostpci|serial|parallel|usb|numa|ipconfig|unused|virtiofs)\d{1,3}")
MAC_PREFIX = "BC:24:11"


def known(option: str) -> bool:
    """Whether Proxmox has such an option."""
    return option in OPTIONS or bool(INDEXED.fullmatch(option) or drives.DRIVE.fullmatch(option))


def check_options(options: Mapping[str, str]) -> None:
    """Raises Refusal where Proxmox does not know an option."""
    unknown = [option for option in options if not known(option)]
    if unknown:
        reason = "property is not defined in schema and the schema does not allow additional properties"
        raise invalid(**dict.fromkeys(unknown, reason))


def setting(option: str, value: str, vmid: int) -> Setting:
    """A value as it is stored."""
    if option in NUMBERS:
        return int(float(value))
    if re.fullmatch(r"net\d+", option):
        return network_device(option, value, vmid)
    if option == "tags":
        return ";".join(sorted(set(filter(None, re.split(r"[;,\s]+", value)))))
    return value


def network_device(option: str, value: str, vmid: int) -> str:
    """`model=virtio,bridge=vmbr0` as `virtio=<MAC>,bridge=vmbr0`; a MAC that was not given is made up."""
    given = properties(value, "model")
    model, mac = next(
        ((name, given.pop(name)) for name in ("virtio", "e1000", "vmxnet3", "rtl8139") if name in given), ("", "")
    )
    model = given.pop("model", model)
    mac = given.pop("macaddr", mac) or f"{MAC_PREFIX}:{vmid >> 8 & 255:02X}:{vmid & 255:02X}:{int(option[3:]):02X}"
    return ",".join((f"{model}={mac.upper()}", *(f"{name}={given[name]}" for name in sorted(given))))


def with_pending(machine: Machine) -> dict[str, Setting]:
    """The configuration as it will be after the next start."""
    merged = machine.config | machine.pending
    return {key: value for key, value in merged.items() if value is not None}


def answered(config: Mapping[str, Setting]) -> dict[str, Any]:
    """A configuration as the API answers it."""
    hidden = {"cipassword": "**********"} if "cipassword" in config else {}
    return dict(config) | hidden | {"digest": "0" * 40}


def forget_boot_device(machine: Machine, key: str) -> None:
    """Takes a drive that goes out of the boot order."""
    boot = with_pending(machine).get("boot")
    if boot is None:
        return
    order = properties(boot, "legacy").get("order", "").split(";")
    if key in order:
        machine.pending["boot"] = "order=" + ";".join(device for device in order if device != key)


def apply_what_can_be(state: State, vmid: int, machine: Machine) -> None:
    """Applies what is pending: everything to a machine that is off, to a running one what can be plugged in."""
    _forget_what_is_so_already(machine)
    for key in sorted(machine.pending):
        if not machine.running or takes_effect_at_once(machine.config, key, machine.pending[key]):
            _apply(state, vmid, machine, key)


def apply_all_pending(state: State, vmid: int, machine: Machine) -> None:
    """Applies everything, before a start or after a stop."""
    for key in sorted(machine.pending):
        _apply(state, vmid, machine, key)


def _forget_what_is_so_already(machine: Machine) -> None:
    for key in list(machine.pending):
        if machine.pending[key] == machine.config.get(key):
            del machine.pending[key]


def _apply(state: State, vmid: int, machine: Machine, key: str) -> None:
    value = machine.pending.pop(key)
    old = machine.config.pop(key, None)
    if old is not None and drives.DRIVE.fullmatch(key):
        drive = properties(old, "file")
        if value is None or properties(value, "file")["file"] != drive["file"]:
            drives.release(state, vmid, machine.config, drive)
    if value is not None:
        machine.config[key] = value
