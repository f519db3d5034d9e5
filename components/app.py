"""Common parts of the components of services."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as kubernetes

from components.kinds import declare_manifests
from plan.model import Manifest

TYPES = (
    "homelab:index:K8sApp",
    "homelab:index:GpuApp",
    "homelab:index:PostgresApp",
    "homelab:index:MysqlApp",
)
"""Types of the components that hold a service's own objects."""


@dataclass(frozen=True)
class AppArgs:
    """Arguments of a service: its planned objects and where they go."""

    manifests: tuple[Manifest, ...]
    provider: kubernetes.Provider
    after: tuple[pulumi.Resource, ...] = ()
    """Its namespace, and the releases that install the kinds it uses."""
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Fields that an update never touches, by kind and name of the object."""


def app_options(component_type: str, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Options under which a service keeps its objects, and so its data, when its kind changes."""
    aliases = [pulumi.Alias(type_=other) for other in TYPES if other != component_type]
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=aliases))


def declare_app(component: pulumi.ComponentResource, args: AppArgs) -> tuple[pulumi.CustomResource, ...]:
    """Declare the objects of a service as parts of its component."""
    options = pulumi.ResourceOptions(parent=component, provider=args.provider, depends_on=list(args.after))
    return declare_manifests(args.manifests, options, args.ignored)
