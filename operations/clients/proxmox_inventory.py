"""Reads which machines a Proxmox runs, and how they are configured. Nothing is changed."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import IPv4Interface
from typing import Any, cast

from config.source import is_mapping
from operations.clients.proxmox import Api, NotAnswered, Refused
from plan.live.inventory import (
    HostDevice,
    HostDisk,
    HostInterface,
    HostMachine,
    Inventory,
    PendingChange,
    Startup,
)
from plan.model.fields import mapping, text

Settings = Mapping[str, str]
"""Properties by name: the configuration of a machine, or of one line of it."""
NOTHING: Settings = {}

DISK_SLOT = re.compile(r"(scsi|sata|virtio|ide)\d+")
CSI_VOLUME = re.compile(r"(?:^|/)vm-\d+-pvc-")
"""The CSI driver names a volume `vm-<VMID>-pvc-<UUID>`, with 9999 for the VMID unless it is replicated."""
CSI_WWN = "0x5056432d4944"
"""`PVC-ID`, with which the CSI driver begins the WWN of each disk that it attaches."""
CLOUD_INIT = re.compile(r"[:/]vm-\d+-cloudinit")
SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT]?)")
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
DEFAULT_MEMORY_MIB = 512
ADDRESS = re.compile(r"(\d+\.){3}\d+/\d+")
MAC_ADDRESS = re.compile(r"([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}")


def read_inventory(api: Api, wanted: Callable[[int, str], bool] = lambda vmid, name: True) -> Inventory:
    """The machines that are wanted, by VMID and name.

    Raises NotAnswered, or Refused where not even a list is given.
    """
    guests = sorted(_guests(api.get("cluster/resources", type="vm")), key=lambda guest: guest["vmid"])
    machines = [guest for guest in guests if guest["type"] == "qemu"]
    read: dict[int, HostMachine] = {}
    unread: dict[int, str] = {}
    for guest in machines:
        if guest.get("template") or not wanted(guest["vmid"], str(guest.get("name", ""))):
            continue
        try:
            read[guest["vmid"]] = _machine(api, guest)
        except Refused as error:
            unread[guest["vmid"]] = str(error)
        except (AttributeError, LookupError, TypeError, ValueError, OverflowError) as error:
            unread[guest["vmid"]] = f"its configuration is not understood ({_one_line(error)})"
    return Inventory(
        machines=read,
        unread=unread,
        templates=sum(bool(guest.get("template")) for guest in machines),
        containers=sum(guest["type"] == "lxc" for guest in guests),
    )


def _guests(answer: object) -> Iterator[Mapping[str, Any]]:
    """Machines and containers. Raises NotAnswered where an entry is none: one that is left out would seem missing."""
    for each in cast(list[object], answer) if isinstance(answer, list) else [None]:
        if not is_mapping(each):
            raise NotAnswered("cluster/resources is not answered by a list of machines: check the endpoint.")
        if type(each.get("vmid")) is not int or not all(isinstance(each.get(key), str) for key in ("node", "type")):
            raise NotAnswered("cluster/resources lists a machine without a VMID, a node or a type: check the endpoint.")
        yield each


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _machine(api: Api, guest: Mapping[str, Any]) -> HostMachine:
    at = f"nodes/{guest['node']}/qemu/{guest['vmid']}"
    entries: list[Mapping[str, Any]] = api.get(f"{at}/pending")
    if not isinstance(entries, list):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"{at}/pending is not answered by a list")
    status: Mapping[str, Any] = api.get(f"{at}/status/current")
    ha = mapping(status, "ha")
    settings = dict(_settings(entries))
    is_running = status.get("status") == "running"
    reported: Mapping[str, tuple[IPv4Interface, ...]] = {}
    problem, refused = None, False
    if is_running and _agent_is_on(settings):
        try:
            reported = dict(_reported(api.get(f"{at}/agent/network-get-interfaces")))
        except Refused as error:
            problem, refused = error.words, error.status == 403
    return HostMachine(
        vmid=guest["vmid"],
        name=settings.get("name", ""),
        host=guest["node"],
        is_running=is_running,
        cores=int(settings.get("cores", 1)),
        sockets=int(settings.get("sockets", 1)),
        memory_mib=_memory(settings),
        balloon_mib=_balloon(settings),
        disks=_disks(settings),
        interfaces=tuple(_interfaces(settings, reported)),
        devices=tuple(_devices(api, guest["node"], settings)),
        startup=_startup(settings),
        starts_with_host=settings.get("onboot", "0") == "1",
        agent_is_on=_agent_is_on(settings),
        agent_problem=problem,
        agent_was_refused=refused,
        lock=text(status, "lock") or settings.get("lock"),
        is_ha_managed=bool(ha.get("managed")),
        pending=tuple(_pending(entries)),
        description=settings.get("description", ""),
    )


def _settings(entries: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Settings of a configuration, pending changes included: the provider reads the same."""
    for entry in entries:
        value = entry.get("pending", entry.get("value"))
        if value is not None and not entry.get("delete"):
            yield entry["key"], str(value)


def _pending(entries: Iterable[Mapping[str, Any]]) -> Iterator[PendingChange]:
    for entry in entries:
        now = None if entry.get("value") is None else str(entry["value"])
        if entry.get("delete"):
            yield PendingChange(entry["key"], now, None)
        elif "pending" in entry and str(entry["pending"]) != now:
            yield PendingChange(entry["key"], now, str(entry["pending"]))


def _properties(text: str, first: str) -> dict[str, str]:
    """Reads `local-lvm:vm-201-disk-0,size=32G`; the first value may go without its name."""
    parts = [part.partition("=") for part in text.split(",") if part]
    return {name if equals else first: value if equals else name for name, equals, value in parts}


def _numbered(settings: Settings, kind: str) -> list[tuple[int, str]]:
    """The settings `net0`, `net1`, ... by their numbers."""
    found = ((re.fullmatch(rf"{kind}(\d+)", key), value) for key, value in settings.items())
    return sorted((int(match[1]), value) for match, value in found if match)


def _memory(settings: Settings) -> int:
    return int(_properties(settings.get("memory", str(DEFAULT_MEMORY_MIB)), "current")["current"])


def _balloon(settings: Settings) -> int | None:
    """Without the setting the machine keeps all of its memory; 0 takes the balloon itself away."""
    balloon = int(settings.get("balloon", 0))
    return balloon if 0 < balloon < _memory(settings) else None


def _agent_is_on(settings: Settings) -> bool:
    return _properties(settings.get("agent", "0"), "enabled").get("enabled") == "1"


def _startup(settings: Settings) -> Startup:
    stated = {name: int(value) for name, value in _properties(settings.get("startup", ""), "order").items()}
    return Startup(stated.get("order"), stated.get("up"), stated.get("down"))


def _disks(settings: Settings) -> tuple[HostDisk, ...]:
    drives = {slot: _properties(value, "file") for slot, value in settings.items() if DISK_SLOT.fullmatch(slot)}
    disks = [_disk(slot, drive) for slot, drive in drives.items() if not _is_cdrom(drive)]
    order = _boot_order(settings)

    def rank(disk: HostDisk) -> tuple[int, str, int]:
        kind = disk.slot.rstrip("0123456789")
        tried = order.index(disk.slot) if disk.slot in order else len(order)
        return tried, kind, int(disk.slot.removeprefix(kind))

    return tuple(sorted(disks, key=rank))


def _is_cdrom(drive: Mapping[str, str]) -> bool:
    volume = drive["file"]
    return drive.get("media") == "cdrom" or volume in ("none", "cdrom") or bool(CLOUD_INIT.search(volume))


def _boot_order(settings: Settings) -> list[str]:
    """Slots in the order in which they are tried: `order=scsi0;net0`, or the older `bootdisk`."""
    order = _properties(settings.get("boot", ""), "legacy").get("order", "")
    return order.split(";") if order else [settings.get("bootdisk", "")]


def _disk(slot: str, drive: Mapping[str, str]) -> HostDisk:
    volume = drive["file"]
    storage, separator, name = volume.partition(":")
    on_storage = bool(separator) and not volume.startswith("/")
    return HostDisk(
        slot=slot,
        volume=volume,
        storage=storage if on_storage else None,
        size=_bytes(drive.get("size", "")),
        read_mb_per_second=_whole(drive.get("mbps_rd") or drive.get("mbps")),
        write_mb_per_second=_whole(drive.get("mbps_wr") or drive.get("mbps")),
        is_csi=drive.get("wwn", "").lower().startswith(CSI_WWN) or bool(on_storage and CSI_VOLUME.search(name)),
    )


def _bytes(text: str) -> int | None:
    match = SIZE.fullmatch(text)
    return int(float(match[1]) * UNITS[match[2]]) if match else None


def _whole(text: str | None) -> int | None:
    """Megabytes a second; Proxmox takes fractions, of which the rest is left out."""
    return int(float(text)) or None if text else None


def _interfaces(settings: Settings, reported: Mapping[str, tuple[IPv4Interface, ...]]) -> Iterator[HostInterface]:
    cloud_init = {number: _properties(value, "ip").get("ip", "") for number, value in _numbered(settings, "ipconfig")}
    for number, value in _numbered(settings, "net"):
        card = _properties(value, "model")
        mac = next((each.upper() for each in card.values() if MAC_ADDRESS.fullmatch(each)), None)
        stated = cloud_init.get(number, "")
        is_stated = bool(ADDRESS.fullmatch(stated))
        addresses = (IPv4Interface(stated),) if is_stated else reported.get(mac or "", ())
        yield HostInterface(
            slot=f"net{number}",
            bridge=card.get("bridge"),
            vlan=int(card["tag"]) if "tag" in card else None,
            mac_address=mac,
            addresses=addresses,
            is_reported=bool(addresses) and not is_stated,
        )


def _reported(answer: Mapping[str, Any]) -> Iterator[tuple[str, tuple[IPv4Interface, ...]]]:
    """The IPv4 addresses that a guest agent says, by MAC address."""
    for interface in answer.get("result", ()):
        addresses = tuple(
            IPv4Interface(f"{each['ip-address']}/{each.get('prefix', 32)}")
            for each in interface.get("ip-addresses", ())
            if each.get("ip-address-type") == "ipv4"
        )
        if addresses and (mac := interface.get("hardware-address")):
            yield mac.upper(), addresses


def _devices(api: Api, host: str, settings: Settings) -> Iterator[HostDevice]:
    for number, value in _numbered(settings, "hostpci"):
        device = _properties(value, "host")
        mapping = device.get("mapping")
        yield HostDevice(
            slot=f"hostpci{number}",
            mapping=mapping,
            address=device.get("host", ""),
            details=_details(api, host, mapping) if mapping else NOTHING,
        )


def _details(api: Api, host: str, mapping: str) -> Settings:
    try:
        entries: list[str] = api.get(f"cluster/mapping/pci/{mapping}")["map"]
    except Refused:
        return NOTHING
    found = (_properties(entry, "id") for entry in entries)
    return next((each for each in found if each.get("node") == host), NOTHING)
