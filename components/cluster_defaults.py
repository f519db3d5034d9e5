"""Objects of the whole cluster that everything else may refer to."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.kinds import declare_manifests
from plan.model import Manifest


@dataclass(frozen=True)
class ClusterDefaultsArgs:
    """Arguments of the cluster's defaults."""

    manifests: tuple[Manifest, ...]
    provider: kubernetes.Provider
    after: tuple[pulumi.Resource, ...] = ()
    """The machines of the cluster."""


class ClusterDefaults(pulumi.ComponentResource):
    """Priority classes and storage classes."""

    objects: tuple[pulumi.CustomResource, ...]

    def __init__(self, name: str, args: ClusterDefaultsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:ClusterDefaults", name, None, opts)
        options = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.after))
        self.objects = declare_manifests(args.manifests, options)
        self.register_outputs({})
