"""Settings that a running machine takes over at once, and those that wait for its next start."""

import re
from collections.abc import Mapping

from rehearsal.proxmox.state import Setting
from rehearsal.proxmox.values import properties

AT_ONCE = frozenset(
    [
        "description",
        "hookscript",
        "lock",
        "migrate_downtime",
        "migrate_speed",
        "name",
        "onboot",
        "protection",
        "shares",
        "startup",
        "tags",
        "vmstatestorage",
        "cicustom",
        "cipassword",
        "citype",
        "ciuser",
        "ciupgrade",
        "nameserver",
        "searchdomain",
        "sshkeys",
        "cpuunits",
        "cpulimit",
    ]
)
DEFAULT_FEATURES = "network,disk,usb"
NEED_A_START = ("aio", "discard", "iothread", "queues", "product", "cache", "ssd", "vendor", "ro")
"""Properties of a disk that a running machine does not change."""
PLUGGABLE_DRIVE = re.compile(r"(?:scsi|virtio)\d+")
DRIVE = re.compile(r"(?:ide|sata|scsi|virtio)\d+")


def takes_effect_at_once(config: Mapping[str, Setting], key: str, value: Setting | None) -> bool:
    """Whether a running machine takes over a new value; None takes the setting away."""
    wanted = str(config.get("hotplug", DEFAULT_FEATURES))
    features = (DEFAULT_FEATURES if wanted == "1" else wanted).split(",")
    if key in AT_ONCE or re.fullmatch(r"ipconfig\d+|unused\d+", key):
        return True
    if re.fullmatch(r"net\d+", key):
        return "network" in features
    if DRIVE.fullmatch(key):
        return _drive(config.get(key), key, value, "disk" in features)
    if key == "tablet":
        return "usb" in features
    if key == "memory":
        return "memory" in features
    if key == "vcpus":
        return "cpu" in features
    if key == "balloon":
        return _ballooning(config.get(key)) == _ballooning(value)
    if key == "agent":
        return _without_trim(config.get(key)) == _without_trim(value)
    return False


def _drive(old: Setting | None, key: str, value: Setting | None, pluggable: bool) -> bool:
    pluggable = pluggable and PLUGGABLE_DRIVE.fullmatch(key) is not None
    if old is None or value is None:
        return pluggable
    before, after = properties(old, "file"), properties(value, "file")
    if before.get("media") == "cdrom":
        return True
    if before["file"] != after["file"]:
        return pluggable
    return all(before.get(name) == after.get(name) for name in NEED_A_START)


def _ballooning(value: Setting | None) -> bool:
    return value is None or str(value) != "0"


def _without_trim(value: Setting | None) -> dict[str, str]:
    given = properties(value or "0", "enabled")
    return {name: each for name, each in given.items() if name not in ("fstrim_cloned_disks", "freeze-fs-on-backup")}
