"""The ledger against a cluster: when copies were really made."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from observation.model import Gap, Observation
from operations.copies import checked_copies
from plan.ledger import Copy, Entry, Place
from plan.ledger.copies import Tool

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SDA = Place("pve", "sda", "hdd")


def entry(copy: Copy) -> Entry:
    return Entry("database", "db", ("services", "db"), 1, (SDA,), (copy,), None, is_copy=False, namespace="core-db")


def made_by(kind: str, by: str, tool: Tool | None = None) -> Copy:
    return Copy(kind, by, (), "0 3 * * *", timedelta(days=1), namespace="core-db", tool=tool)  # pyright: ignore[reportArgumentType]


def observed(resource: str, *objects: dict[str, Any], gaps: tuple[Gap, ...] = ()) -> Observation:
    resources = {} if gaps else {resource: objects}
    return Observation("a dump", NOW, "stated", resources, gaps)


def cron(**status: str) -> dict[str, Any]:
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": "db-backup", "namespace": "core-db"},
        "status": status,
    }


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({"lastSuccessfulTime": "2026-11-26T03:00:10Z"}, "made"),
        ({"lastSuccessfulTime": "2026-11-24T03:00:10Z"}, "too old"),
        ({}, "never made"),
    ],
)
def test_a_job_tells_when_it_last_succeeded(status: dict[str, str], state: str) -> None:
    (found,) = checked_copies([entry(made_by("dump", "db-backup"))], observed("cronjobs", cron(**status)))
    assert found.found.state == state
    assert found.found.size is None


def test_a_job_that_is_not_there_is_missing() -> None:
    (found,) = checked_copies([entry(made_by("dump", "other"))], observed("cronjobs", cron()))
    assert found.found.state == "missing"


def test_what_was_refused_is_not_taken_for_missing() -> None:
    gap = Gap("cronjobs", "forbidden", "no")
    (found,) = checked_copies([entry(made_by("dump", "db-backup"))], observed("cronjobs", gaps=(gap,)))
    assert found.found.state == "not asked"


def backup(group: str, name: str, created: str, status: dict[str, Any], **extra: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "core-db", "creationTimestamp": created, **extra.pop("metadata", {})}
    return {"apiVersion": group, "kind": "Backup", "metadata": metadata, "status": status, **extra}


def test_a_backup_of_cloudnativepg_that_failed_leaves_the_one_before() -> None:
    cluster = {"spec": {"cluster": {"name": "db"}}}
    good = {"phase": "completed", "stoppedAt": "2026-11-25T03:01:00Z"}
    bad = {"phase": "failed", "error": "no space"}
    seen = observed(
        "backups.postgresql.cnpg.io",
        backup("postgresql.cnpg.io/v1", "a", "2026-11-25T03:00:00Z", good, **cluster),
        backup("postgresql.cnpg.io/v1", "b", "2026-11-26T03:00:00Z", bad, **cluster),
    )
    (found,) = checked_copies([entry(made_by("backup service", "ScheduledBackup nightly", "CloudNativePG"))], seen)
    assert (found.found.state, found.found.detail) == ("failed", "no space")
    assert found.found.at == datetime(2026, 11, 25, 3, 1, tzinfo=UTC)


def test_a_backup_of_velero_that_completed_with_nothing_is_empty() -> None:
    status = {
        "phase": "Completed",
        "completionTimestamp": "2026-11-26T03:01:00Z",
        "progress": {"totalItems": 0, "itemsBackedUp": 0},
    }
    labels = {"labels": {"velero.io/schedule-name": "nightly"}}
    seen = observed("backups.velero.io", backup("velero.io/v1", "a", "2026-11-26T03:00:00Z", status, metadata=labels))
    (found,) = checked_copies([entry(made_by("backup service", "Schedule nightly", "Velero"))], seen)
    assert found.found.state == "empty"


def test_what_lies_outside_of_the_cluster_could_not_be_asked() -> None:
    (found,) = checked_copies([entry(made_by("stated", "restic"))], observed("cronjobs"))
    assert (found.found.state, found.found.detail) == ("not asked", "restic is outside of the cluster")
