"""A MySQL server."""

from dataclasses import dataclass

import pulumi

from components.app import AppArgs, app_options, declare_app

TYPE = "homelab:index:MysqlApp"


@dataclass(frozen=True)
class MysqlAppArgs(AppArgs):
    """Arguments of a MySQL server."""


class MysqlApp(pulumi.ComponentResource):
    """A stateful set with its volumes, which are protected, and its backups."""

    objects: tuple[pulumi.CustomResource, ...]

    def __init__(self, name: str, args: MysqlAppArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(TYPE, name, None, app_options(TYPE, opts))
        self.objects = declare_app(self, args)
        self.register_outputs({})
