"""CloudNativePG: clusters short of instances, and backups that fail."""

from collections.abc import Iterator
from datetime import timedelta
from shlex import quote

from observation.model import Observation
from observation.objects import condition, created, is_true, name_of, namespace_of, reference
from observation.times import read_time
from operations.doctor.ages import stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from plan.model import Manifest
from plan.model.fields import number, text, value

_GROUP = "postgresql.cnpg.io"
_LATE = timedelta(hours=1)
"""How late a backup may be begun."""


def database_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each database cluster that is not whole, and each that is not backed up."""
    for cluster in observed.of("Cluster", _GROUP):
        yield from _instances(observed, cluster)
        yield from _archiving(observed, cluster)
    for scheduled in observed.of("ScheduledBackup", _GROUP):
        yield from _not_started(observed, scheduled)
    for backup in observed.of("Backup", _GROUP):
        if text(backup, "status", "phase") == "failed" and not _later(observed, backup):
            yield Finding(
                "BACKUP-FAILED",
                "error",
                reference(backup),
                f"The backup of Cluster/{namespace_of(backup)}/{text(backup, 'spec', 'cluster', 'name')} failed, and "
                f"none succeeded since: {text(backup, 'status', 'error')}",
                f"correct what the message names; then kubectl cnpg backup "
                f"{quote(text(backup, 'spec', 'cluster', 'name'))} -n {namespace_of(backup)}",
                (Evidence(reference(backup), f"phase failed, {text(backup, 'status', 'error')}"),),
                covers=frozenset((reference(backup),)),
                cause=f"{namespace_of(backup)}/{text(backup, 'spec', 'cluster', 'name')}",
            )


def _not_started(observed: Observation, scheduled: Manifest) -> Iterator[Finding]:
    """A backup that was due and that the operator did not begin."""
    due, last = (read_time(text(scheduled, "status", key)) for key in ("nextScheduleTime", "lastScheduleTime"))
    if due is None or value(scheduled, "spec", "suspend") is True or observed.now - due < _LATE:
        return
    operators = [each for each in observed.of("Deployment") if "cloudnative-pg" in name_of(each)]
    yield Finding(
        "BACKUP-NOT-STARTED",
        "error",
        reference(scheduled),
        f"The backup of Cluster/{namespace_of(scheduled)}/{text(scheduled, 'spec', 'cluster', 'name')} was due at "
        f"{stamp(due)} and was not started; the last one was started at {stamp(last)}",
        "see whether the operator runs, and what it says: kubectl get pods -A -l app.kubernetes.io/name=cloudnative-pg",
        (Evidence(reference(scheduled), f"nextScheduleTime {stamp(due)}, lastScheduleTime {stamp(last)}"),),
        covers=frozenset((reference(scheduled),)),
        upstream=frozenset(reference(x) for each in operators for x in (each, *observed.pods_of(each))),
    )


def _instances(observed: Observation, cluster: Manifest) -> Iterator[Finding]:
    wanted, ready = number(cluster, "spec", "instances"), number(cluster, "status", "readyInstances")
    if not mapping_has(cluster, "readyInstances") or ready >= wanted or is_young(observed, created(cluster)):
        return
    pods = observed.pods_of(cluster)
    if pods and sum(is_true(pod, "Ready") for pod in pods) >= wanted:
        return
    phase = text(cluster, "status", "phase")
    yield Finding(
        "DATABASE-NOT-WHOLE",
        "error" if ready == 0 else "warning",
        reference(cluster),
        f"{ready} of {wanted} instances are ready: {phase}",
        f"kubectl cnpg status {name_of(cluster)} -n {namespace_of(cluster)}",
        (Evidence(reference(cluster), f"phase {phase}, primary {text(cluster, 'status', 'currentPrimary')}"),),
        covers=frozenset((reference(cluster),)),
        upstream=frozenset(reference(each) for each in observed.controlled(cluster)) | {reference(cluster)},
    )


def mapping_has(cluster: Manifest, field: str) -> bool:
    """Whether the status says anything of a field."""
    return field in (cluster.get("status") or {})


def _archiving(observed: Observation, cluster: Manifest) -> Iterator[Finding]:
    archiving = condition(cluster, "ContinuousArchiving")
    if (
        archiving is not None
        and archiving.status == "False"
        and not is_young(observed, archiving.since, timedelta(minutes=15))
    ):
        yield Finding(
            "WAL-ARCHIVING-FAILS",
            "error",
            reference(cluster),
            f"Its write-ahead log is not archived: {archiving.message}; its disk fills, and its backups cannot "
            "be restored",
            "see whether the object store answers, and takes its credentials",
            (Evidence(reference(cluster), f"ContinuousArchiving is False, {archiving.reason}: {archiving.message}"),),
            covers=frozenset((reference(cluster),)),
        )
    failed, good = (read_time(text(cluster, "status", key)) for key in ("lastFailedBackup", "lastSuccessfulBackup"))
    if failed is not None and (good is None or good < failed):
        yield Finding(
            "BACKUP-FAILED",
            "error",
            reference(cluster),
            f"Its last backup failed at {stamp(failed)}; the last that succeeded: {stamp(good) if good else 'none'}",
            f"kubectl get backups -n {namespace_of(cluster)} says why",
            (Evidence(reference(cluster), f"lastFailedBackup {stamp(failed)}, lastSuccessfulBackup {stamp(good)}"),),
            covers=frozenset((reference(cluster),)),
            cause=f"{namespace_of(cluster)}/{name_of(cluster)}",
        )


def _later(observed: Observation, backup: Manifest) -> bool:
    cluster = text(backup, "spec", "cluster", "name")
    begin = created(backup)
    return any(
        text(each, "status", "phase") == "completed"
        and text(each, "spec", "cluster", "name") == cluster
        and str(created(each)) > str(begin)
        for each in observed.in_namespace("Backup", namespace_of(backup))
    )
