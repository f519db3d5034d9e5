"""A virtual machine on Proxmox."""

from dataclasses import dataclass

import pulumi
import pulumi_proxmoxve as proxmoxve

from plan import model


@dataclass(frozen=True)
class VirtualMachineArgs:
    """What a virtual machine is made of."""

    machine: model.VirtualMachine
    provider: proxmoxve.Provider
    after: tuple[pulumi.Resource, ...] = ()
    """The machine whose changes come first: two machines never restart at the same time."""


class VirtualMachine(pulumi.ComponentResource):
    """A machine, created or adopted, with the PCI mappings that it uses.

    It is protected: what would delete or replace it fails. Protection does not prevent an update, so the
    planned `ignore_changes` says what an update leaves alone.
    """

    resource: proxmoxve.VmLegacy

    def __init__(self, name: str, args: VirtualMachineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:VirtualMachine", name, None, opts)
        mappings = [
            proxmoxve.hardware.mapping.Pci(
                mapping.name,
                **mapping.properties,
                opts=pulumi.ResourceOptions(parent=self, provider=args.provider),
            )
            for mapping in args.machine.pci_mappings
        ]
        self.resource = proxmoxve.VmLegacy(
            args.machine.name,
            **args.machine.properties,
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=args.provider,
                protect=True,
                ignore_changes=list(args.machine.ignore_changes),
                import_=args.machine.import_id,
                depends_on=[*args.after, *mappings],
            ),
        )
        self.register_outputs({"id": self.resource.id})
