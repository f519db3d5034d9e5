"""Services of kind `postgres` (a CloudNativePG cluster) and `mysql`."""

from collections.abc import Collection, Iterator
from typing import Annotated, ClassVar, Literal, final

from pydantic import Field

from config.image import Image
from config.model import Model, Name, Reason
from config.quantity import DiskSize
from config.schedule import Schedule
from config.service.common import Named, PlatformPart, SizedService
from config.service.container import Part
from config.service.port import ContainerPort
from config.service.resources import Gpu, Resources
from config.source import Path


class Backup(Model):
    """Regular dumps onto a volume of their own."""

    schedule: Schedule
    """When dumps are made, as cron writes it."""
    storage_class: Name
    """The class of the volume that they lie on."""
    size: DiskSize
    """The size of that volume."""
    keep_days: Annotated[int, Field(ge=1, le=36_500)] = 14
    """Days after which a dump is deleted."""


class DatabaseBase(SizedService, Resources):
    """A database server: its resources, data volume and backups."""

    listens_at: ClassVar = "ports"
    speaks_http: ClassVar = False
    serves_platform: ClassVar = False
    unmounted: ClassVar = "a database states its data volume with storage_class and size; remove it"
    port: ClassVar[int]

    image: Image
    """The server's image."""
    storage_class: Name
    """The class of its volumes."""
    size: DiskSize
    """Size of the data volume of each instance."""
    databases: tuple[Name, ...] = ()
    """Databases, each with a user of the same name, whose password is the key DB_PASSWORD at that name in Vault.
    MySQL makes them when it first starts; PostgreSQL also later."""
    backup: Backup | None = None
    """Dumps of all databases."""
    no_backup: Reason | None = None
    """Why it needs no copy."""

    @property
    def servers(self) -> int:
        """How many there are, each with a data volume."""
        return 1

    def parts(self, name: str) -> tuple[Part, ...]:
        return ()

    def sized(self, name: str) -> Iterator[tuple[Path, Resources]]:
        yield ("services", name), self

    def gpus(self, name: str) -> Iterator[tuple[Path, Gpu]]:
        yield from ()

    def listens(self, workload: str | None = None) -> tuple[ContainerPort, ...]:
        return (ContainerPort(self.port, "TCP"),)

    def answering(self, name: str) -> str:
        return name

    def mounted(self, name: str) -> Collection[str]:
        return ()

    def stored(self) -> Iterator[tuple[str, int]]:
        yield self.storage_class, self.size * self.servers
        if self.backup:
            yield self.backup.storage_class, self.backup.size

    def needs(self) -> frozenset[PlatformPart]:
        return frozenset({"secrets"})


@final
class PostgresService(DatabaseBase):
    """A CloudNativePG cluster."""

    makes_pods: ClassVar = "operator"
    port: ClassVar = 5432

    kind: Literal["postgres"]
    cluster: Name | None = None
    """The name of a Cluster that existed before this program. It stays as it is: what is stated here is written and
    nothing else, and neither passwords nor databases are made."""
    instances: Annotated[int, Field(ge=1, le=9)] = 1
    """More than one: a primary, and replicas that take over."""
    max_connections: Annotated[int, Field(ge=10, le=262_143)] = 100
    """Connections that the server takes at a time."""

    @property
    def servers(self) -> int:
        return self.instances

    def named(self, name: str) -> Iterator[Named]:
        yield Named(("services", name), self.cluster or name, self.kind)

    def answering(self, name: str) -> str:
        """The operator's Service that always leads to the primary."""
        return f"{self.cluster or name}-rw"

    def needs(self) -> frozenset[PlatformPart]:
        return frozenset({"secrets", "databases"}) if self.cluster is None else frozenset()


@final
class MysqlService(DatabaseBase):
    """A single MySQL server."""

    makes_pods: ClassVar = "program"
    port: ClassVar = 3306

    kind: Literal["mysql"]

    def named(self, name: str) -> Iterator[Named]:
        yield Named(("services", name), name, self.kind)
