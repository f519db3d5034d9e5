"""A template on Proxmox, made of a cloud image."""

from dataclasses import dataclass

import pulumi
import pulumi_proxmoxve as proxmoxve

from plan import model


@dataclass(frozen=True)
class MachineTemplateArgs:
    """Arguments of a template."""

    template: model.MachineTemplate
    provider: proxmoxve.Provider


class MachineTemplate(pulumi.ComponentResource):
    """A cloud image that the host downloads, and the template made of it, from which machines are cloned.

    Another image under the same file name is deleted before it is downloaded: the other way round, deleting the old one
    would take the new one away.
    """

    resource: proxmoxve.VmLegacy

    def __init__(self, name: str, args: MachineTemplateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:MachineTemplate", name, None, opts)
        options = pulumi.ResourceOptions(parent=self, provider=args.provider)
        image = proxmoxve.download.File(
            args.template.name,
            **args.template.image,
            opts=pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(delete_before_replace=True)),
        )
        self.resource = proxmoxve.VmLegacy(
            args.template.name,
            **args.template.properties,
            opts=pulumi.ResourceOptions.merge(
                options,
                pulumi.ResourceOptions(
                    protect=True, ignore_changes=list(args.template.ignore_changes), depends_on=[image]
                ),
            ),
        )
        self.register_outputs({"id": self.resource.id})
