"""Backups of database servers: a job that dumps all of one, onto a volume of its own."""

from typing import Any

from config.service import AppService
from config.service.container import Workload as WorkloadConfig
from config.service.database import Backup, DatabaseBase
from config.service.mount import Mount
from config.service.secret import SecretVariable
from config.service.volume import Volume
from plan.tiers.conventions import BACKUP

_DUMP = """set -euo pipefail
file="/backup/{name}-$(date +%Y%m%d-%H%M).sql.gz"
{dump} | gzip > "$file.part"
mv "$file.part" "$file"
find /backup -name '*.sql.gz' -mtime +{keep_days} -delete"""


_COMMON = ("tier", "group", "description", "exceptions", "load_balancer", "recommendation")


def as_app(database: DatabaseBase, main: WorkloadConfig, volumes: dict[str, Volume]) -> AppService:
    """A database, or a part of it, as a service whose workloads we write ourselves."""
    said: dict[str, Any] = {name: getattr(main, name) for name in type(main).model_fields}
    said |= {name: getattr(database, name) for name in _COMMON}
    said |= {"singleton": True, "volumes": volumes, "publish": tuple(main.ports)}
    return AppService.model_construct(kind="app", **said)


def backup_volume(backup: Backup) -> Volume:
    """Where the dumps are."""
    return Volume(storage_class=backup.storage_class, size=backup.size)


def backup_job(
    name: str, database: DatabaseBase, backup: Backup, dump: str, user: int, password: str
) -> WorkloadConfig:
    """The job that runs `dump`, as `user`, with the server's password in the variable `password`.

    A dump is complete or not there: it gets its name when it is written.
    """
    return WorkloadConfig(
        image=database.image,
        cpu=BACKUP.cpu,
        memory=BACKUP.memory,
        runs_as="cronjob",
        schedule=backup.schedule,
        command=("bash", "-c", _DUMP.format(name=name, dump=dump, keep_days=backup.keep_days)),
        secrets={password: SecretVariable()},
        mounts={"backup": (Mount("/backup"),)},
        run_as_user=user,
    )
