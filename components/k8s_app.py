"""A service that we write ourselves."""

from dataclasses import dataclass

import pulumi

from components.app import AppArgs, app_options, declare_app

TYPE = "homelab:index:K8sApp"


@dataclass(frozen=True)
class K8sAppArgs(AppArgs):
    """Arguments of such a service."""


class K8sApp(pulumi.ComponentResource):
    """Controllers, services, ingress routes, volumes and secrets of a service, or those around a Helm release."""

    objects: tuple[pulumi.CustomResource, ...]

    def __init__(self, name: str, args: K8sAppArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(TYPE, name, None, app_options(TYPE, opts))
        self.objects = declare_app(self, args)
        self.register_outputs({})
