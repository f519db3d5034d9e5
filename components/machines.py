"""The machines of a lab: the way to Proxmox, the templates, and which machine waits for which."""

from collections.abc import Iterable, Mapping

import pulumi
import pulumi_proxmoxve as proxmoxve

from components.emptied_user_data import EmptiedUserData, EmptiedUserDataArgs
from components.machine_template import MachineTemplate, MachineTemplateArgs
from components.settings import Settings
from components.virtual_machine import VirtualMachine, VirtualMachineArgs
from config.site import Host
from plan import model
from plan.model.placeholders import Secret

Machines = Mapping[str, proxmoxve.VmLegacy]
"""Declared machines by name, in the order in which they change."""
Secrets = Mapping[Secret, pulumi.Output[str]]

UNCHECKED_CERTIFICATE = (
    "The certificate of {endpoint} is not checked: whoever stands between could read the token. Let the system trust "
    "the host's authority, and remove homelab:proxmoxInsecure."
)


Providers = Mapping[str, proxmoxve.Provider]
"""Ways to Proxmox, by host."""


def declare_proxmox(plan: model.Plan, settings: Settings) -> Providers:
    """Declare the ways to Proxmox that machines and templates need: that of the settings, and one for each host with an
    endpoint of its own."""
    needed = {each.host: each.endpoint for each in (*plan.machines, *plan.templates)}
    hosts = plan.lab.site.hosts
    providers = {
        host: _declare(f"proxmox-{host}", endpoint, settings.proxmox_api_tokens[host], {host: hosts[host]}, settings)
        for host, endpoint in needed.items()
        if endpoint
    }
    if settings.proxmox_endpoint:
        together = {host: row for host, row in hosts.items() if host not in providers}
        main = _declare("proxmox", settings.proxmox_endpoint, settings.proxmox_api_token, together, settings)
        providers |= dict.fromkeys(needed.keys() - providers.keys(), main)
    return providers


def _declare(
    name: str, endpoint: str, token: pulumi.Output[str] | None, hosts: Mapping[str, Host], settings: Settings
) -> proxmoxve.Provider:
    """Declare a way to Proxmox: its API, and SSH to each host, where snippets are written."""
    if settings.proxmox_insecure:
        pulumi.log.warn(UNCHECKED_CERTIFICATE.format(endpoint=endpoint))
    return proxmoxve.Provider(
        name,
        endpoint=endpoint,
        insecure=settings.proxmox_insecure,
        api_token=token,
        ssh=proxmoxve.ProviderSshArgs(
            username=settings.proxmox_ssh_username,
            private_key=settings.proxmox_ssh_private_key,
            agent=settings.proxmox_ssh_private_key is None,
            nodes=[
                proxmoxve.ProviderSshNodeArgs(name=host, address=str(row.address), port=row.ssh_port)
                for host, row in hosts.items()
            ],
        ),
    )


def declare_templates(
    templates: Iterable[model.MachineTemplate], providers: Providers
) -> tuple[proxmoxve.VmLegacy, ...]:
    """Declare the templates, which do not wait for each other."""
    return tuple(
        MachineTemplate(
            template.name, MachineTemplateArgs(template=template, provider=providers[template.host])
        ).resource
        for template in templates
    )


def declare_machines(
    machines: Iterable[model.VirtualMachine],
    providers: Providers,
    secrets: Mapping[str, Secrets],
    after: tuple[pulumi.Resource, ...],
) -> Machines:
    """Declare machines, each after the one before it, so that two of them never restart together.

    `secrets` are those of the snippets, by machine.
    """
    declared: dict[str, proxmoxve.VmLegacy] = {}
    for machine in machines:
        provider = providers[machine.host]
        args = VirtualMachineArgs(machine=machine, provider=provider, secrets=secrets[machine.name], after=after)
        declared[machine.name] = VirtualMachine(machine.name, args).resource
        after = (declared[machine.name],)
    return declared


def declare_emptied_user_data(
    machines: Iterable[model.VirtualMachine],
    declared: Machines,
    providers: Providers,
    after: tuple[pulumi.Resource, ...],
) -> None:
    """Declare that user data with keys of the cluster are emptied, once their machine is set up."""
    for machine in machines:
        if any(snippet.holds_keys for snippet in machine.snippets):
            set_up = (declared[machine.name], *after)
            args = EmptiedUserDataArgs(machine=machine, provider=providers[machine.host], after=set_up)
            EmptiedUserData(machine.name, args)
