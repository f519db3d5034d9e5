"""Databases."""

from collections.abc import Iterator, Mapping

from config.draft import Draft
from config.service import MysqlService, PostgresService
from config.service.common import PlatformPart
from config.source import Problem

SUPERUSER = "postgres"
RESERVED: Mapping[str, frozenset[str]] = {
    "mysql": frozenset(
        {"mysql", "mysql-root", "mysql-random-root", "mysql-allow-empty", "mysql-onetime", "root", "sys"}
    ),
    "postgres": frozenset({"template0", "template1", "public", "none"}),
}
"""Databases of the server itself, names that no user may have, and those whose password's variable is read by the image
as a setting of its own, as MYSQL_RANDOM_ROOT_PASSWORD is."""
LONGEST_USER: Mapping[str, int] = {"mysql": 32, "postgres": 63}
"""Characters that the name of a user may have; each database has a user of its name."""

_PARTS: Mapping[PlatformPart, str] = {
    "secrets": "where its passwords are",
    "databases": "what installs CloudNativePG",
}


def check_databases(lab: Draft) -> Iterator[Problem]:
    """Passwords come from the vault, PostgreSQL needs its operator, and an instance is what `singleton` counts."""
    for name, service in lab.services.items():
        for part in sorted(service.needs()) if lab.cluster else ():
            if not lab.is_said("cluster", "platform", part):
                message = f"a {service.kind} service needs platform.{part} in cluster.yaml: {_PARTS[part]}"
                yield lab.problem(("services", name, "kind"), message)
        for index, database in enumerate(
            service.databases if isinstance(service, MysqlService | PostgresService) else ()
        ):
            if database in RESERVED[service.kind]:
                message = f"{database!r} is {service.kind}'s own; choose another name"
                yield lab.problem(("services", name, "databases", index), message)
            elif len(database) > (longest := LONGEST_USER[service.kind]):
                message = (
                    f"{database!r} has {len(database)} characters, and a user of {service.kind} at most {longest}: "
                    "its user has the same name; choose a shorter one"
                )
                yield lab.problem(("services", name, "databases", index), message)
        if not isinstance(service, PostgresService):
            continue
        if SUPERUSER in service.databases:
            path = ("services", name, "databases", service.databases.index(SUPERUSER))
            message = f"{SUPERUSER!r} is the superuser's own database, which is always there; leave it out"
            yield lab.problem(path, message)
        if service.singleton and service.instances > 1:
            message = f"{service.instances} instances of a singleton; say 1, or leave out singleton"
            yield lab.problem(("services", name, "instances"), message)
