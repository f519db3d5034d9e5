"""Jobs and cronjobs: how their runs are repeated, stopped and kept."""

from collections.abc import Mapping
from typing import Any

from config.service.container import Workload as WorkloadConfig
from plan.workloads.context import ServiceContext
from plan.workloads.pods import Template

_DAY = 86_400


def cron_job(context: ServiceContext, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    """The specification of a cronjob. One that stays as it is has nothing by convention."""
    stated, as_it_is = config.job, config.adopt.as_it_is
    own_zone = None if as_it_is else context.lab.site.timezone
    kept = stated.keep_seconds if as_it_is or stated.keep_seconds is not None else _DAY
    settings = {
        "concurrency": ("concurrencyPolicy", stated.concurrency),
        "start_within_seconds": ("startingDeadlineSeconds", stated.start_within_seconds),
        "keep_succeeded": ("successfulJobsHistoryLimit", stated.keep_succeeded),
        "keep_failed": ("failedJobsHistoryLimit", stated.keep_failed),
    }
    return {
        "schedule": config.schedule,
        **({"timeZone": zone} if (zone := stated.time_zone or own_zone) else {}),
        **{field: value for key, (field, value) in settings.items() if _is_written(config, key)},
        **({"suspend": True} if stated.suspended else {}),
        "jobTemplate": {"spec": _runs(config, template, {} if kept is None else {"ttlSecondsAfterFinished": kept})},
    }


def job(context: ServiceContext, name: str, config: WorkloadConfig, template: Template) -> dict[str, Any]:
    """The specification of a job. One that is gone would be made again, and run again: it is kept unless its owner says
    for how long."""
    kept = {} if config.job.keep_seconds is None else {"ttlSecondsAfterFinished": config.job.keep_seconds}
    return {**({"suspend": True} if config.job.suspended else {}), **_runs(config, template, kept)}


def _runs(config: WorkloadConfig, template: Template, kept: Mapping[str, int]) -> dict[str, Any]:
    pod, stated = template.manifest, config.job
    return {
        **({"backoffLimit": stated.retries} if _is_written(config, "retries") else {}),
        **({"completions": stated.completions} if stated.completions else {}),
        **({"parallelism": stated.parallel} if stated.parallel else {}),
        **({"activeDeadlineSeconds": stated.deadline_seconds} if stated.deadline_seconds else {}),
        **kept,
        "template": {**pod, "spec": {**pod["spec"], "restartPolicy": stated.restart}},
    }


def _is_written(config: WorkloadConfig, key: str) -> bool:
    return not config.adopt.as_it_is or key in config.job.model_fields_set
