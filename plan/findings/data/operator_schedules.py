"""Schedules of operators' backups that mean something else than they seem to."""

from collections.abc import Iterator

from config.lab import Lab
from config.schedule import malformed
from plan.model.fields import text
from plan.model.findings import Finding, Rule

SCHEDULE_MISREAD = Rule(
    "SCHEDULE-MISREAD",
    "warning",
    title="The schedule of a backup is read in another way",
    meaning=(
        "CloudNativePG's schedules begin with seconds: one of five fields is read as second, minute, hour, day and "
        "month, and 0 3 * * * makes a backup in the third minute of every hour. Other operators take the five "
        "fields of cron alone, and refuse anything else, often in their log only."
    ),
    remedy="Write the schedule as the operator reads it: 0 0 3 * * * for CloudNativePG, 0 3 * * * elsewhere.",
)

_FIELDS = {
    ("velero.io", "Schedule"): ("spec", "schedule"),
    ("k8up.io", "Schedule"): ("spec", "backup", "schedule"),
    ("longhorn.io", "RecurringJob"): ("spec", "cron"),
    ("volsync.backube", "ReplicationSource"): ("spec", "trigger", "schedule"),
    ("snapscheduler.backube", "SnapshotSchedule"): ("spec", "schedule"),
}
_FIVE = 5


def operator_schedule_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each schedule that its operator reads otherwise, or not at all."""
    for stated in lab.objects_by_kind.get("ScheduledBackup", ()):
        schedule = text(stated.content, "spec", "schedule")
        if text(stated.content, "apiVersion").startswith("postgresql.cnpg.io/") and len(schedule.split()) == _FIVE:
            yield SCHEDULE_MISREAD.finding(
                stated.path,
                f"{stated.name} has the schedule {schedule!r}, which CloudNativePG reads with seconds first: second "
                f"{schedule.split()[0]}, minute {schedule.split()[1]}, hour {schedule.split()[2]}",
                f"write schedule: 0 {schedule}",
                about=stated.name,
                facts={"schedule": schedule},
            )
    for (group, kind), field in _FIELDS.items():
        for stated in lab.objects_by_kind.get(kind, ()):
            schedule = text(stated.content, *field)
            is_its = text(stated.content, "apiVersion").startswith(f"{group}/")
            if is_its and schedule and not schedule.startswith("@") and (wrong := malformed(schedule)):
                yield SCHEDULE_MISREAD.finding(
                    stated.path,
                    f"{kind} {stated.name} never runs: {wrong}",
                    "write five fields, for example 0 3 * * *",
                    about=stated.name,
                    facts={"schedule": schedule},
                )
