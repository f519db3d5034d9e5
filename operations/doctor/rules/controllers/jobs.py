"""Jobs and CronJobs: runs that fail, hang, are left out or are switched off."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from observation.model import Observation
from observation.objects import (
    condition,
    is_true,
    name_of,
    namespace_of,
    reference,
)
from observation.times import read_time
from operations.doctor.ages import stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import containers
from operations.doctor.rules.storage.full import DISK_FULL
from plan.model import Manifest
from plan.model.fields import entries, number, text, values
from plan.wording import listed

_OLD = timedelta(days=7)
"""A Job that failed longer ago than this is history."""


def job_findings(observed: Observation) -> Iterator[Finding]:
    """Jobs that failed, and after which none of their kind succeeded."""
    for job in observed.of("Job"):
        failed = condition(job, "Failed")
        if failed is None or failed.status != "True" or _was_made_good(observed, job, failed.since):
            continue
        old = failed.since is not None and observed.now - failed.since > _OLD
        yield _failed(observed, job, failed.reason, failed.message, failed.since, is_old=old)


def _was_made_good(observed: Observation, job: Manifest, since: datetime | None) -> bool:
    """Whether a run of the same work succeeded later."""
    above = observed.controller(job)
    if above is not None and since is not None:
        success = read_time(text(above, "status", "lastSuccessfulTime"))
        if success is not None and success > since:
            return True
    name = name_of(job).rpartition("-")[0]
    return any(
        is_true(other, "Complete")
        and since is not None
        and (read_time(text(other, "status", "completionTime")) or since) > since
        and (observed.controller(other) is above if above is not None else _same_work(job, other, name))
        for other in observed.in_namespace("Job", namespace_of(job))
    )


def _same_work(job: Manifest, other: Manifest, name: str) -> bool:
    mine, theirs = (values(each, "spec", "template", "spec", "containers") for each in (job, other))
    return bool(name) and name_of(other).startswith(name) and mine == theirs


def _failed(
    observed: Observation, job: Manifest, reason: str, said: str, since: datetime | None, *, is_old: bool
) -> Finding:
    evidence = [Evidence(reference(job), f"Failed since {stamp(since)}, {reason}: {said}")]
    details = ""
    for pod in observed.pods_of(job):
        for each in containers(pod):
            if each.ended and each.exit_code:
                why = text(each.ended, "reason")
                evidence.append(
                    Evidence(reference(pod), f"container {each.name} ended with exit code {each.exit_code}, {why}")
                )
                left = text(each.ended, "message").strip()
                details = f"; container {each.name} ended with exit code {each.exit_code}" + (
                    f" ({why})" if why != "Error" else ""
                )
                details += f": {left[-300:]}" if left else ""
    limit = f"backoffLimit {number(job, 'spec', 'backoffLimit', default=6)}"
    if reason == "DeadlineExceeded":
        limit = f"activeDeadlineSeconds {text(job, 'spec', 'activeDeadlineSeconds')}"
    top = reference(observed.top(job))
    fix = f"read why: kubectl logs job/{name_of(job)} -n {namespace_of(job)}; then run it again"
    if DISK_FULL.search(details):
        fix = f"free space where it writes ({_volumes(job)}); then run it again"
    return Finding(
        "JOB-FAILED",
        "info" if is_old else "error",
        top,
        f"{reference(job)} failed at {stamp(since)} ({reason}, {limit}), and none of its kind succeeded since{details}",
        fix,
        tuple(evidence),
        covers=frozenset((reference(job), top, *(reference(pod) for pod in observed.pods_of(job)))),
        upstream=frozenset(reference(pod) for pod in observed.pods_of(job)),
    )


def _volumes(job: Manifest) -> str:
    """The places that its pods mount."""
    places = [
        text(each, "persistentVolumeClaim", "claimName") or text(each, "hostPath", "path") or text(each, "nfs", "path")
        for each in entries(job, "spec", "template", "spec", "volumes")
    ]
    return listed([each for each in places if each]) or "the disk of its node"
