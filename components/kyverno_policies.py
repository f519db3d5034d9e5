"""The rules of the tiers, as policies that Kyverno enforces."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.kinds import declare_manifests
from plan.model import Manifest


@dataclass(frozen=True)
class KyvernoPoliciesArgs:
    """Arguments of the policies."""

    manifests: tuple[Manifest, ...]
    provider: kubernetes.Provider
    after: tuple[pulumi.Resource, ...] = ()
    """Releases of the policy engine, which install the kinds and answer for them."""


class KyvernoPolicies(pulumi.ComponentResource):
    """All policies of the cluster. Those that generate limit ranges and quotas are protected."""

    policies: tuple[pulumi.CustomResource, ...]

    def __init__(self, name: str, args: KyvernoPoliciesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:KyvernoPolicies", name, None, opts)
        self.policies = declare_manifests(
            args.manifests,
            pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.after)),
        )
        self.register_outputs({})
