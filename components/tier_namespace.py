"""A namespace of a tier."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.kinds import declare_manifest
from plan.model import Manifest


@dataclass(frozen=True)
class TierNamespaceArgs:
    """Arguments of a namespace."""

    manifest: Manifest
    provider: kubernetes.Provider
    after: tuple[pulumi.Resource, ...] = ()
    """The policies that label it and generate its limit range and quota."""


class TierNamespace(pulumi.ComponentResource):
    """A namespace. It is protected, for everything in it would go with it."""

    namespace: pulumi.CustomResource

    def __init__(self, name: str, args: TierNamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:TierNamespace", name, None, opts)
        self.namespace = declare_manifest(
            args.manifest,
            pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.after)),
        )
        self.register_outputs({})
