"""Services of kind `postgres` (a CloudNativePG cluster) and `mysql`."""

from typing import Annotated, Literal

from pydantic import Field

from config.model import Model, Name
from config.quantity import MemoryQuantity
from config.service.common import SizedService
from config.service.container import Image, Resources, Schedule


class Backup(Model):
    """Regular dumps onto a volume of their own."""

    schedule: Schedule
    storage_class: Name
    size: MemoryQuantity
    keep_days: Annotated[int, Field(ge=1)] = 14


class DatabaseBase(SizedService, Resources):
    """A database server: its resources, data volume and backups."""

    image: Image
    storage_class: Name
    size: MemoryQuantity
    """Size of the data volume of each instance."""
    databases: tuple[Name, ...] = ()
    """Databases, each with a user of the same name, whose password is the key DB_PASSWORD at that name in Vault.
    MySQL makes them when it first starts; PostgreSQL also later."""
    backup: Backup | None = None


class PostgresService(DatabaseBase):
    """A CloudNativePG cluster."""

    kind: Literal["postgres"]
    instances: Annotated[int, Field(ge=1, le=9)] = 1
    """More than one: a primary, and replicas that take over."""
    max_connections: Annotated[int, Field(ge=10)] = 100


class MysqlService(DatabaseBase):
    """A single MySQL server."""

    kind: Literal["mysql"]
