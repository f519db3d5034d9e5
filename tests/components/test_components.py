"""Every component has the same shape, its own type and children, and works on its own."""

import inspect
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_proxmoxve as proxmoxve
import pytest

from components.cluster import Cluster, ClusterArgs
from components.cluster_credentials import ClusterCredentials, ClusterCredentialsArgs
from components.cluster_defaults import ClusterDefaults, ClusterDefaultsArgs
from components.emptied_user_data import EmptiedUserData, EmptiedUserDataArgs
from components.gpu_app import GpuApp, GpuAppArgs
from components.helm_app import HelmApp, HelmAppArgs
from components.join_token import JoinToken, JoinTokenArgs
from components.k8s_app import K8sApp, K8sAppArgs
from components.kyverno_policies import KyvernoPolicies, KyvernoPoliciesArgs
from components.machine_template import MachineTemplate, MachineTemplateArgs
from components.mysql_app import MysqlApp, MysqlAppArgs
from components.postgres_app import PostgresApp, PostgresAppArgs
from components.tier_namespace import TierNamespace, TierNamespaceArgs
from components.virtual_machine import VirtualMachine, VirtualMachineArgs
from plan.cluster.credentials import plan_join_token
from tests.components import plans
from tests.recording import providers
from tests.recording.recorder import UNKNOWN, Recording, needs_provider, record

Component = Callable[..., pulumi.ComponentResource]


def in_cluster() -> kubernetes.Provider:
    return kubernetes.Provider("cluster", kubeconfig="{}")


def on_proxmox() -> proxmoxve.Provider:
    return proxmoxve.Provider("proxmox", endpoint="https://192.0.2.10:8006/")


COMPONENTS: dict[str, tuple[Component, Callable[[], Any]]] = {
    "homelab:index:VirtualMachine": (
        VirtualMachine,
        lambda: VirtualMachineArgs(
            machine=plans.machine("node1", 201, "worker", pci_mappings=(plans.GPU,)), provider=on_proxmox()
        ),
    ),
    "homelab:index:EmptiedUserData": (
        EmptiedUserData,
        lambda: EmptiedUserDataArgs(machine=plans.control_plane("master1", 200), provider=on_proxmox(), after=()),
    ),
    "homelab:index:MachineTemplate": (
        MachineTemplate,
        lambda: MachineTemplateArgs(template=plans.TEMPLATE, provider=on_proxmox()),
    ),
    "homelab:index:ClusterCredentials": (
        ClusterCredentials,
        lambda: ClusterCredentialsArgs(credentials=plans.CREDENTIALS),
    ),
    "homelab:index:JoinToken": (
        JoinToken,
        lambda: JoinTokenArgs(token=plan_join_token("node1"), provider=in_cluster()),
    ),
    "homelab:index:Cluster": (
        Cluster,
        lambda: ClusterArgs(
            control_plane=pulumi.Output.from_input("200"), kubeconfig=pulumi.Output.secret(providers.kubeconfig())
        ),
    ),
    "homelab:index:ClusterDefaults": (
        ClusterDefaults,
        lambda: ClusterDefaultsArgs(manifests=(plans.PRIORITY_CLASS, plans.STORAGE_CLASS), provider=in_cluster()),
    ),
    "homelab:index:KyvernoPolicies": (
        KyvernoPolicies,
        lambda: KyvernoPoliciesArgs(manifests=(plans.POLICY,), provider=in_cluster()),
    ),
    "homelab:index:TierNamespace": (
        TierNamespace,
        lambda: TierNamespaceArgs(manifest=plans.manifest("v1", "Namespace", "4-aux-notes"), provider=in_cluster()),
    ),
    "homelab:index:HelmApp": (
        HelmApp,
        lambda: HelmAppArgs(
            namespace="4-aux-notes",
            manifests=(plans.CONFIG_MAP,),
            release=plans.release("notes"),
            provider=in_cluster(),
        ),
    ),
    "homelab:index:K8sApp": (
        K8sApp,
        lambda: K8sAppArgs(manifests=(plans.DEPLOYMENT, plans.VOLUME), provider=in_cluster()),
    ),
    "homelab:index:GpuApp": (GpuApp, lambda: GpuAppArgs(manifests=(plans.INFERENCE,), provider=in_cluster())),
    "homelab:index:PostgresApp": (
        PostgresApp,
        lambda: PostgresAppArgs(manifests=(plans.DATABASE,), provider=in_cluster()),
    ),
    "homelab:index:MysqlApp": (
        MysqlApp,
        lambda: MysqlAppArgs(manifests=(plans.STATEFUL_SET,), provider=in_cluster()),
    ),
}
"""Every component by its type, which is part of the identity of everything below it: a change renames them all."""

of_every_component = pytest.mark.parametrize(
    ("component_type", "component", "args"),
    [(component_type, *entry) for component_type, entry in COMPONENTS.items()],
    ids=[component.__name__ for component, _ in COMPONENTS.values()],  # type: ignore[attr-defined]
)


def declared(component: Component, args: Callable[[], Any]) -> Recording:
    return record(lambda: component("example", args()))


@of_every_component
def test_a_component_has_its_type_and_registers_its_outputs_last(
    component_type: str, component: Component, args: Callable[[], Any]
) -> None:
    recording = declared(component, args)
    (resource,) = recording.components
    assert resource.type == component_type
    assert resource.name == "example"
    assert resource.inputs == {}
    assert resource.urn in recording.outputs


@of_every_component
def test_a_component_takes_a_name_frozen_args_and_options(
    component_type: str, component: Component, args: Callable[[], Any]
) -> None:
    signature = inspect.signature(component)
    assert list(signature.parameters) == ["name", "args", "opts"]
    assert signature.parameters["opts"].default is None
    args_class = signature.parameters["args"].annotation
    assert is_dataclass(args_class)
    assert args_class.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert args_class.__name__ == f"{component.__name__}Args"  # type: ignore[attr-defined]
    assert all(field.type is not Any for field in fields(args_class))


@of_every_component
def test_children_belong_to_the_component_and_name_their_provider(
    component_type: str, component: Component, args: Callable[[], Any]
) -> None:
    recording = declared(component, args)
    (parent,) = recording.components
    assert all(resource.parent == parent.urn for resource in recording.objects)
    assert all(resource.provider in recording.resources for resource in recording.objects if needs_provider(resource))


@of_every_component
def test_a_component_can_be_created(component_type: str, component: Component, args: Callable[[], Any]) -> None:
    recording = record(lambda: component("example", args()), answer=providers.answer)
    assert [resource.type for resource in recording.components] == [component_type]
    assert UNKNOWN not in str([resource.inputs for resource in recording.objects])
