"""A virtual machine on Proxmox."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_proxmoxve as proxmoxve

from components.snippet import declare_snippet
from plan import model
from plan.model.placeholders import Secret


@dataclass(frozen=True)
class VirtualMachineArgs:
    """Arguments of a virtual machine."""

    machine: model.VirtualMachine
    provider: proxmoxve.Provider
    secrets: Mapping[Secret, pulumi.Output[str]] = field(default_factory=dict)
    """Values for the placeholders in its snippets."""
    after: tuple[pulumi.Resource, ...] = ()
    """The templates, its token, and the machine whose changes come first: two machines never restart together."""


class VirtualMachine(pulumi.ComponentResource):
    """A machine, created or adopted, with the mappings of devices that it uses and the snippets that set it up.

    It is protected: what would delete or replace it fails. One way around that there is: saying `adopt` of a machine
    that was created imports it in place of itself, and Pulumi then deletes what it takes for the old one. So a machine
    is never deleted on its host; Pulumi forgets it. Neither prevents an update, so the planned `ignore_changes` says
    what an update leaves alone.
    """

    resource: proxmoxve.VmLegacy

    def __init__(self, name: str, args: VirtualMachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:VirtualMachine", name, None, opts)
        options = pulumi.ResourceOptions(parent=self, provider=args.provider)
        mappings = [
            proxmoxve.hardware.mapping.Pci(_in_state(mapping), **mapping.properties, opts=options)
            for mapping in args.machine.pci_mappings
        ]
        mappings += [
            proxmoxve.hardware.mapping.Usb(_in_state(mapping), **mapping.properties, opts=options)
            for mapping in args.machine.usb_mappings
        ]
        snippets = [declare_snippet(snippet, args.secrets, options) for snippet in args.machine.snippets]
        self.resource = proxmoxve.VmLegacy(
            args.machine.name,
            **args.machine.properties,
            opts=pulumi.ResourceOptions.merge(
                options,
                pulumi.ResourceOptions(
                    protect=True,
                    retain_on_delete=True,
                    ignore_changes=[in_camel_case(path) for path in args.machine.ignore_changes],
                    import_=args.machine.import_id,
                    depends_on=[*args.after, *mappings, *snippets],
                ),
            ),
        )
        self.register_outputs({"id": self.resource.id})


def _in_state(mapping: model.PciMapping | model.UsbMapping) -> str:
    """Mappings of several Proxmox may have one name."""
    return f"{mapping.host}/{mapping.name}" if mapping.host else mapping.name


def in_camel_case(path: str) -> str:
    """A property's path as the engine knows it; the SDK translates its first name alone."""
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), path)
