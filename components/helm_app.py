"""A Helm chart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as kubernetes

from components.kinds import declare_manifests
from plan import model
from plan.workloads.ownership import release_target

TIMEOUT = 600
"""Seconds that a chart's pods have to become ready."""


@dataclass(frozen=True)
class HelmAppArgs:
    """Arguments of a release."""

    namespace: str
    manifests: tuple[model.Manifest, ...]
    """Objects that the chart's pods need: secrets, volumes, configuration."""
    release: model.Release
    provider: kubernetes.Provider
    after: tuple[pulumi.Resource, ...] = ()
    """Its namespace, and the releases that install the kinds it uses."""
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Fields that an update never touches, by kind and name of the object."""


class HelmApp(pulumi.ComponentResource):
    """A release, after the objects that its pods need. What uses a kind that the chart installs waits for `release`.

    A release that fails stays as it is, so that it can be inspected: it is not rolled back or removed.
    """

    release: kubernetes.helm.v3.Release

    def __init__(self, name: str, args: HelmAppArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("homelab:index:HelmApp", name, None, opts)
        options = pulumi.ResourceOptions(parent=self, provider=args.provider, depends_on=list(args.after))
        needed = declare_manifests(args.manifests, options, args.ignored)
        repository = args.release.repository
        self.release = kubernetes.helm.v3.Release(
            f"{args.namespace}/{args.release.name}",
            name=args.release.name,
            namespace=args.namespace,
            chart=args.release.chart,
            version=args.release.version,
            repository_opts=kubernetes.helm.v3.RepositoryOptsArgs(**repository) if repository else None,
            values=dict(args.release.values),
            create_namespace=False,
            skip_crds=False,
            atomic=False,
            timeout=TIMEOUT,
            opts=pulumi.ResourceOptions.merge(
                options,
                pulumi.ResourceOptions(
                    depends_on=list(needed),
                    ignore_changes=list(args.ignored.get(release_target(args.release.name), ())),
                ),
            ),
        )
        self.register_outputs({})
