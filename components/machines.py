"""The machines of a lab: the way to Proxmox, the templates, and which machine waits for which."""

from collections.abc import Iterable, Mapping

import pulumi
import pulumi_proxmoxve as proxmoxve

from components.machine_template import MachineTemplate, MachineTemplateArgs
from components.settings import Settings
from components.virtual_machine import VirtualMachine, VirtualMachineArgs
from config.lab import Lab
from plan import model
from plan.model.placeholders import Secret

Machines = Mapping[str, proxmoxve.VmLegacy]
"""Declared machines by name, in the order in which they change."""
Secrets = Mapping[Secret, pulumi.Output[str]]

UNCHECKED_CERTIFICATE = (
    "The certificate of {endpoint} is not checked: whoever stands between could read the token. Let the system trust "
    "the host's authority, and remove homelab:proxmoxInsecure."
)


def declare_proxmox(lab: Lab, settings: Settings) -> proxmoxve.Provider:
    """Declare the way to Proxmox: its API, and SSH to each host, where snippets are written."""
    if settings.proxmox_insecure:
        pulumi.log.warn(UNCHECKED_CERTIFICATE.format(endpoint=settings.proxmox_endpoint))
    return proxmoxve.Provider(
        "proxmox",
        endpoint=settings.proxmox_endpoint,
        insecure=settings.proxmox_insecure,
        api_token=settings.proxmox_api_token,
        ssh=proxmoxve.ProviderSshArgs(
            username=settings.proxmox_ssh_username,
            private_key=settings.proxmox_ssh_private_key,
            agent=settings.proxmox_ssh_private_key is None,
            nodes=[
                proxmoxve.ProviderSshNodeArgs(name=name, address=str(host.address), port=host.ssh_port)
                for name, host in lab.site.hosts.items()
            ],
        ),
    )


def declare_templates(
    templates: Iterable[model.MachineTemplate], provider: proxmoxve.Provider
) -> tuple[proxmoxve.VmLegacy, ...]:
    """Declare the templates, which do not wait for each other."""
    return tuple(
        MachineTemplate(template.name, MachineTemplateArgs(template=template, provider=provider)).resource
        for template in templates
    )


def declare_machines(
    machines: Iterable[model.VirtualMachine],
    provider: proxmoxve.Provider,
    secrets: Mapping[str, Secrets],
    after: tuple[pulumi.Resource, ...],
) -> Machines:
    """Declare machines, each after the one before it, so that two of them never restart together.

    `secrets` are those of the snippets, by machine.
    """
    declared: dict[str, proxmoxve.VmLegacy] = {}
    for machine in machines:
        args = VirtualMachineArgs(machine=machine, provider=provider, secrets=secrets[machine.name], after=after)
        declared[machine.name] = VirtualMachine(machine.name, args).resource
        after = (declared[machine.name],)
    return declared
