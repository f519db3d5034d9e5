"""Databases."""

from collections.abc import Iterator

from config.draft import Draft
from config.service import PostgresService
from config.service.database import DatabaseBase
from config.source import Problem

SUPERUSER = "postgres"


def check_databases(lab: Draft) -> Iterator[Problem]:
    """Passwords come from the vault, PostgreSQL needs its operator, and an instance is what `singleton` counts."""
    for name, service in lab.services.items():
        if isinstance(service, DatabaseBase) and lab.cluster and lab.cluster.platform.secrets is None:
            message = f"a {service.kind} service needs platform.secrets in cluster.yaml: where its passwords are"
            yield lab.problem(("services", name, "kind"), message)
        if not isinstance(service, PostgresService):
            continue
        if SUPERUSER in service.databases:
            path = ("services", name, "databases", service.databases.index(SUPERUSER))
            message = f"{SUPERUSER!r} is the superuser's own database, which is always there; leave it out"
            yield lab.problem(path, message)
        if lab.cluster and lab.cluster.platform.databases is None:
            message = "a postgres service needs platform.databases in cluster.yaml: what installs CloudNativePG"
            yield lab.problem(("services", name, "kind"), message)
        if service.singleton and service.instances > 1:
            message = f"{service.instances} instances of a singleton; say 1, or leave out singleton"
            yield lab.problem(("services", name, "instances"), message)
