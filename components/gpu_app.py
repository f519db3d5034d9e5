"""A service that uses a GPU."""

from dataclasses import dataclass

import pulumi

from components.app import AppArgs, app_options, declare_app

TYPE = "homelab:index:GpuApp"


@dataclass(frozen=True)
class GpuAppArgs(AppArgs):
    """Arguments of a service with a GPU."""


class GpuApp(pulumi.ComponentResource):
    """The objects of a service of which at least one workload asks for a share of a GPU."""

    objects: tuple[pulumi.CustomResource, ...]

    def __init__(self, name: str, args: GpuAppArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(TYPE, name, None, app_options(TYPE, opts))
        self.objects = declare_app(self, args)
        self.register_outputs({})
