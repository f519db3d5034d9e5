"""Effects on a virtual machine when the Proxmox provider sees a changed argument, as plain data.

Read from bpg/terraform-provider-proxmox v0.112.0, which pulumi-proxmoxve 8.6.0 bridges:

- `proxmoxtf/resource/vm/vm.go`: `ForceNew` in the schema and in `CustomizeDiff` (vm_id, node_name, the version of
  tpm_state, the type of efi_disk); `rebootRequired`, `vmPowerOffForPendingChanges` and `vmFinalizePowerState`.
- `proxmoxtf/resource/vm/disk/schema.go` and `disk.go`: `ForceNew` of file_id, restart for aio and queues.
- `proxmoxtf/resource/vm/network/schema.go`: network cards are plugged while the machine runs. What that does to the
  machine is Proxmox's (`PVE/QemuServer.pm`, vmconfig_update_net) and the guest's: another bridge or VLAN takes it out
  of its network, another model or address is another card to its system.
- `initialization.ip_configs`: the instance id of the cloud-init drive is made from its content
  (`PVE/QemuServer/Cloudinit.pm`, generate_nocloud), so that cloud-init configures the network anew at the next start.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from plan.changes.effects import Change, Effect


class Rule(NamedTuple):
    """Effects on a machine whose argument is changed, removed from the program, or added to it."""

    changed: Effect
    removed: Effect
    added: Effect


REPLACES = Rule("REPLACE", "REPLACE", "REPLACE")
UNMOUNTS = Rule("UNMOUNT", "UNMOUNT", "UNMOUNT")
STOPS = Rule("STOP", "STOP", "STOP")
RESTARTS = Rule("POWER-CYCLE", "POWER-CYCLE", "POWER-CYCLE")
UPDATES = Rule("UPDATE", "UPDATE", "UPDATE")
DISCONNECTS = Rule("DISCONNECT", "DISCONNECT", "DISCONNECT")
DISCONNECTS_UNLESS_ADDED = Rule("DISCONNECT", "DISCONNECT", "UPDATE")
RENAMES = Rule("RENAME", "RENAME", "RENAME")
FILTERS = Rule("NOT-KNOWN", "UPDATE", "NOT-KNOWN")
REPLACES_WHEN_ADDED = Rule("POWER-CYCLE", "REPLACE", "REPLACE")
REPLACES_WHEN_CHANGED = Rule("REPLACE", "POWER-CYCLE", "POWER-CYCLE")
UNKNOWN = Rule("NOT-KNOWN", "NOT-KNOWN", "NOT-KNOWN")
"""An argument without a rule: its effect in the provider is not known."""

ARGUMENTS: Mapping[str, Rule] = {
    "acpi": RESTARTS,
    "agent": RESTARTS,
    "amd_sev": REPLACES_WHEN_ADDED,
    "audio_device": RESTARTS,
    "bios": RESTARTS,
    "boot_orders": RESTARTS,
    "cdrom": UPDATES,
    "clone": REPLACES,
    "cpu": RESTARTS,
    "delete_unreferenced_disks_on_destroy": UPDATES,
    "description": UPDATES,
    "disks": UNMOUNTS,
    "efi_disk": RESTARTS,
    "hook_script_file_id": UPDATES,
    "hostpcis": RESTARTS,
    "hotplug": UPDATES,
    "initialization": RESTARTS,
    "keyboard_layout": RESTARTS,
    "kvm_arguments": RESTARTS,
    "mac_addresses": UPDATES,
    "machine": RESTARTS,
    "memory": RESTARTS,
    "migrate": UPDATES,
    "name": RENAMES,
    "network_devices": DISCONNECTS_UNLESS_ADDED,
    "node_name": REPLACES,
    "numas": RESTARTS,
    "on_boot": UPDATES,
    "operating_system": RESTARTS,
    "pool_id": UPDATES,
    "protection": UPDATES,
    "purge_on_destroy": UPDATES,
    "reboot": UPDATES,
    "reboot_after_update": UPDATES,
    "rngs": RESTARTS,
    "scsi_hardware": RESTARTS,
    "serial_devices": RESTARTS,
    "smbios": UPDATES,
    "started": STOPS,
    "startup": UPDATES,
    "stop_on_destroy": UPDATES,
    "tablet_device": RESTARTS,
    "tags": UPDATES,
    "template": STOPS,
    "timeout_clone": UPDATES,
    "timeout_create": UPDATES,
    "timeout_migrate": UPDATES,
    "timeout_move_disk": UPDATES,
    "timeout_reboot": UPDATES,
    "timeout_shutdown_vm": UPDATES,
    "timeout_start_vm": UPDATES,
    "timeout_stop_vm": UPDATES,
    "tpm_state": RESTARTS,
    "usbs": RESTARTS,
    "vga": RESTARTS,
    "virtiofs": RESTARTS,
    "vm_id": REPLACES,
    "watchdog": RESTARTS,
}
"""Every argument of the resource. Where an effect depends on the value, the worst stands here."""

NESTED: Mapping[str, Rule] = {
    "disks.aio": RESTARTS,
    "disks.datastore_id": RESTARTS,
    "disks.file_id": REPLACES,
    "disks.queues": RESTARTS,
    "efi_disk.type": REPLACES_WHEN_CHANGED,
    "initialization.ip_configs": DISCONNECTS,
    "initialization.meta_data_file_id": REPLACES,
    "initialization.network_data_file_id": REPLACES,
    "initialization.type": REPLACES,
    "initialization.user_data_file_id": REPLACES,
    "initialization.vendor_data_file_id": REPLACES,
    "tpm_state.version": REPLACES_WHEN_CHANGED,
}
"""Effects of a field in addition to those of its argument."""

INSTEAD: Mapping[str, Rule] = {
    "network_devices.bridge": DISCONNECTS,
    "network_devices.disconnected": DISCONNECTS,
    "network_devices.enabled": DISCONNECTS,
    "network_devices.firewall": FILTERS,
    "network_devices.mac_address": DISCONNECTS,
    "network_devices.model": DISCONNECTS,
    "network_devices.mtu": UPDATES,
    "network_devices.queues": UPDATES,
    "network_devices.rate_limit": UPDATES,
    "network_devices.trunks": DISCONNECTS,
    "network_devices.vlan_id": DISCONNECTS,
}
"""Effects of a field in place of those of its argument. No preview shows which rules a card's firewall applies."""

NEEDS_POWER_OFF = (
    "disks.datastore_id",
    "initialization.datastore_id",
    "initialization.file_format",
    "initialization.interface",
    "template",
    "tpm_state",
)
"""Changes that cannot be made while the machine runs. Where reboot_after_update is false, the provider refuses them."""

MAY_NOT_BOOT = ("bios", "boot_orders", "efi_disk", "kvm_arguments", "machine", "scsi_hardware", "tpm_state")
"""Arguments that a machine's system was installed on. With another firmware, boot device or controller it may not boot;
with another machine type its network card may be on another PCI bus and have another name (`PVE/QemuServer/PCI.pm`,
print_pci_addr); what was sealed by a TPM is not opened without it."""

COMPUTED = ("ipv4_addresses", "ipv6_addresses", "network_interface_names")
"""Values that the provider reads from the machine; nobody can set them."""


def effects_of(path: str, change: Change) -> Iterator[Effect]:
    """Effects of a change of a field, by its path without indices: `disks.aio` unmounts, and restarts."""
    argument = path.split(".", maxsplit=1)[0]
    if argument in COMPUTED:
        yield "UPDATE"
        return
    instead = next((rule for field, rule in INSTEAD.items() if _is_within(path, field)), None)
    yield getattr(instead or ARGUMENTS.get(argument, UNKNOWN), change)
    for field, rule in NESTED.items():
        if _is_within(path, field):
            yield getattr(rule, change)


def may_be_worse(argument: str, change: Change) -> bool:
    """Whether an argument does no damage, and one of its fields does: which one differs has to be known."""
    fields = (nested for field, nested in NESTED.items() if field.startswith(f"{argument}."))
    mild = ("POWER-CYCLE", "UPDATE")
    own = getattr(ARGUMENTS.get(argument, UNKNOWN), change)
    return own in mild and any(getattr(nested, change) not in mild for nested in fields)


def _is_within(path: str, field: str) -> bool:
    return path == field or path.startswith(f"{field}.")
