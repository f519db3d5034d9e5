"""`services/*.yaml`: one file per service, a discriminated union by `kind`."""

from typing import Annotated

from pydantic import Field

from config.service.app import AppService, GpuService
from config.service.database import MysqlService, PostgresService
from config.service.external import ExternalService
from config.service.helm import HelmService
from config.service.objects import ObjectsService

Service = Annotated[
    AppService | GpuService | HelmService | PostgresService | MysqlService | ExternalService | ObjectsService,
    Field(discriminator="kind"),
]

__all__ = [
    "AppService",
    "ExternalService",
    "GpuService",
    "HelmService",
    "MysqlService",
    "ObjectsService",
    "PostgresService",
    "Service",
]
