"""A PostgreSQL server."""

from dataclasses import dataclass

import pulumi

from components.app import AppArgs, app_options, declare_app

TYPE = "homelab:index:PostgresApp"


@dataclass(frozen=True)
class PostgresAppArgs(AppArgs):
    """Arguments of a PostgreSQL server."""


class PostgresApp(pulumi.ComponentResource):
    """A CloudNativePG cluster, which is protected, and the objects around it."""

    objects: tuple[pulumi.CustomResource, ...]

    def __init__(self, name: str, args: PostgresAppArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(TYPE, name, None, app_options(TYPE, opts))
        self.objects = declare_app(self, args)
        self.register_outputs({})
