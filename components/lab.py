"""A whole lab as Pulumi resources: its machines, the cluster that is made or found on them, and what runs in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.cluster import Cluster, ClusterArgs
from components.cluster_credentials import ClusterCredentials, ClusterCredentialsArgs
from components.contents import declare_contents
from components.identity import CLUSTER, known_as
from components.join_token import JoinToken, JoinTokenArgs
from components.machines import Secrets, declare_emptied_user_data, declare_machines, declare_proxmox, declare_templates
from components.settings import Settings
from plan import model
from plan.cluster.credentials import plan_join_token

KUBECONFIG_OF_ANOTHER = (
    "homelab:kubeconfig is set, but this lab makes its cluster and the credentials for it: what it declares "
    "would go into another cluster. Run `pulumi config rm homelab:kubeconfig`."
)


@dataclass(frozen=True)
class Outputs:
    """Outputs of a stack for others."""

    kubeconfig: pulumi.Output[str]
    machines: Mapping[str, pulumi.Output[str]]
    """Ids of the machines, by name."""
    hosts: Mapping[str, Sequence[str]]
    """Host names under which each service is reached, by its name."""


def declare(plan: model.Plan, settings: Settings) -> Outputs:
    """Declare everything in a plan: what needs no cluster, the cluster, what joins it, and what runs in it."""
    if not plan.machines:
        return declare_without_machines(plan, settings)
    proxmox = declare_proxmox(plan, settings)
    templates = declare_templates(plan.templates, proxmox)
    files, kubeconfig = declare_credentials(plan.credentials, settings)
    first = [machine for machine in plan.machines if not machine.joins]
    joining = [machine for machine in plan.machines if machine.joins]

    machines = declare_machines(first, proxmox, {machine.name: files for machine in first}, after=templates)
    control_planes = [machines[machine.name].id for machine in first if machine.role == "control-plane"]
    way_in = ClusterArgs(control_plane=next(iter(control_planes), None), kubeconfig=kubeconfig)
    cluster = Cluster(CLUSTER, way_in, known_as(plan.lab.name))
    join: dict[str, Secrets] = {machine.name: {**files, **declare_token(machine, cluster)} for machine in joining}
    machines = {**machines, **declare_machines(joining, proxmox, join, after=tuple(machines.values())[-1:])}
    answered = declare_contents(plan, cluster.provider, after=tuple(machines.values())[-1:])
    declare_emptied_user_data(plan.machines, machines, proxmox, after=answered)
    return Outputs(
        kubeconfig=cluster.kubeconfig,
        machines={name: machine.id for name, machine in machines.items()},
        hosts={service.name: service.hosts for service in plan.services if service.hosts},
    )


def declare_without_machines(plan: model.Plan, settings: Settings) -> Outputs:
    """Declare what runs in a cluster whose nodes are all outside of Proxmox."""
    way_in = ClusterArgs(control_plane=None, kubeconfig=settings.kubeconfig)
    cluster = Cluster(CLUSTER, way_in, known_as(plan.lab.name))
    declare_contents(plan, cluster.provider, after=())
    hosts = {service.name: service.hosts for service in plan.services if service.hosts}
    return Outputs(kubeconfig=cluster.kubeconfig, machines={}, hosts=hosts)


def declare_credentials(
    credentials: model.Credentials | None, settings: Settings
) -> tuple[Secrets, pulumi.Output[str] | None]:
    """The files that a control plane is made with, and the kubeconfig: made here, or that of the settings.

    Raises RunError where there would be two kubeconfigs.
    """
    if credentials is None:
        return {}, settings.kubeconfig
    if settings.kubeconfig is not None:
        raise pulumi.RunError(KUBECONFIG_OF_ANOTHER)
    args = ClusterCredentialsArgs(credentials=credentials)
    made = ClusterCredentials(CLUSTER, args, known_as(credentials.cluster))
    return made.files, made.kubeconfig


def declare_token(machine: model.VirtualMachine, cluster: Cluster) -> Secrets:
    """Declare a machine's token; returns what the machine needs to know in order to join."""
    token = JoinToken(machine.name, JoinTokenArgs(token=plan_join_token(machine.name), provider=cluster.provider)).token
    return {"join-token": token, "ca-certificate-hash": cluster.ca_certificate_hash}
