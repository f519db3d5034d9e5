"""CronJobs: runs that hang, are left out, fail or are switched off."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from observation.model import Observation
from observation.objects import (
    Reference,
    annotations_of,
    created,
    deleted,
    is_true,
    labels_of,
    name_of,
    namespace_of,
    reference,
)
from observation.times import read_time
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young, static_pods
from plan.model import Manifest
from plan.model.fields import number, text, value
from plan.wording import listed

_EXPLAINING = ("suspend", "pause", "disable", "reason", "why", "off")
"""Words in the name of an annotation or label that says why something is switched off."""


def cron_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each CronJob that does not do its work."""
    for cron in observed.of("CronJob"):
        if deleted(cron) is None:
            yield from _cron(observed, cron)


def _cron(observed: Observation, cron: Manifest) -> Iterator[Finding]:
    if value(cron, "spec", "suspend") is True:
        yield _suspended(observed, cron)
        return
    zone = text(cron, "spec", "timeZone")
    try:
        due = _due(observed.now, text(cron, "spec", "schedule"), zone)
    except (CronSimError, ZoneInfoNotFoundError, ValueError):
        yield _unreadable(observed, cron, zone)
        return
    if not due:
        return
    last, success = (read_time(text(cron, "status", key)) for key in ("lastScheduleTime", "lastSuccessfulTime"))
    begin = created(cron) or observed.now
    active = [each for each in observed.controlled(cron) if each["kind"] == "Job" and not _is_over(each)]
    overdue = [each for each in due if each > (last or begin) and observed.now - each > timedelta(minutes=5)]
    if active and overdue and text(cron, "spec", "concurrencyPolicy") == "Forbid":
        yield _blocked(observed, cron, active, overdue, success)
    elif overdue:
        yield _missed(observed, cron, overdue, last)
    elif _fails(observed, due, success, begin, active):
        yield _without_success(observed, cron, due, success, active)
    elif (hollow := _hollow(observed, cron)) is not None:
        yield hollow


def _due(now: datetime, schedule: str, zone: str) -> list[datetime]:
    """The last four times at which it had to run, newest first. Raises what cronsim and zoneinfo raise."""
    if schedule.startswith("@every"):
        return []
    named = {"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0"}
    named |= {"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *"}
    moment = now.astimezone(ZoneInfo(zone) if zone else UTC)
    times = CronSim(named.get(schedule, schedule), moment, reverse=True)
    return [next(times).astimezone(UTC) for _ in range(4)]


def _is_over(job: Manifest) -> bool:
    return is_true(job, "Complete") or is_true(job, "Failed")


def _subject(cron: Manifest) -> tuple[Reference, str]:
    zone = text(cron, "spec", "timeZone")
    return reference(cron), f"schedule {text(cron, 'spec', 'schedule')}{f' ({zone})' if zone else ''}"


def _suspended(observed: Observation, cron: Manifest) -> Finding:
    subject, schedule = _subject(cron)
    why = next(
        (
            f"{key}: {said}"
            for key, said in {**labels_of(cron), **annotations_of(cron)}.items()
            if any(word in key.lower() for word in _EXPLAINING) and "last-applied" not in key
        ),
        "",
    )
    success = read_time(text(cron, "status", "lastSuccessfulTime"))
    since = f"; its last success was at {stamp(success)}" if success else "; it never succeeded"
    applied = str(annotations_of(cron).get("kubectl.kubernetes.io/last-applied-configuration", ""))
    written = '"suspend":true' in applied.replace(" ", "")
    edited = bool(applied) and not written
    evidence = [Evidence(subject, f"spec.suspend is true; {schedule}{since}")]
    if why:
        evidence.append(Evidence(subject, f"annotation {why}"))
    if edited:
        evidence.append(
            Evidence(subject, "the file that was applied does not say suspend: it was switched off by hand")
        )
    quiet = bool(why) or written
    note = f", as it says itself ({why})" if why else "" if written else ", and nothing says why"
    return Finding(
        "CRONJOB-SUSPENDED",
        "info" if quiet else "warning",
        subject,
        f"It is suspended (spec.suspend true){note}{since}",
        f"if it is to run: kubectl patch cronjob {subject.name} -n {subject.namespace} "
        '-p \'{"spec":{"suspend":false}}\'; else note the reason in an annotation',
        tuple(evidence),
        covers=frozenset((subject,)),
    )


def _unreadable(observed: Observation, cron: Manifest, zone: str) -> Finding:
    subject, schedule = _subject(cron)
    said = [each for each in observed.events_of(cron) if each.type == "Warning"]
    evidence = [Evidence(subject, schedule), *(Evidence(subject, f"{e.reason}: {e.message}") for e in said[-1:])]
    what = f"timeZone {zone!r}" if zone else f"schedule {text(cron, 'spec', 'schedule')!r}"
    return Finding(
        "CRONJOB-SCHEDULE-INVALID",
        "error",
        subject,
        f"It never runs: its {what} cannot be read",
        "write a time zone of the IANA list, for example Europe/Berlin" if zone else "correct the schedule",
        tuple(evidence),
        covers=frozenset((subject,)),
    )


def _blocked(
    observed: Observation, cron: Manifest, active: list[Manifest], overdue: list[datetime], success: datetime | None
) -> Finding:
    subject, schedule = _subject(cron)
    job = min(active, key=lambda each: str(created(each)))
    begun = read_time(text(job, "status", "startTime")) or created(job)
    age = length(observed.now - begun) if begun else "long"
    usual = _usual(observed, cron)
    deadline = text(job, "spec", "activeDeadlineSeconds")
    ends = f"activeDeadlineSeconds is {deadline}" if deadline else "no activeDeadlineSeconds ends it"
    evidence = [
        Evidence(
            subject, f"{schedule}, concurrencyPolicy Forbid; last scheduled {text(cron, 'status', 'lastScheduleTime')}"
        ),
        Evidence(reference(job), f"active for {age}, since {stamp(begun)}; {ends}"),
        Evidence(subject, f"last success {stamp(success)}" if success else "never succeeded"),
    ]
    evidence += [
        Evidence(
            reference(pod), f"{text(pod, 'status', 'phase')} on {text(pod, 'spec', 'nodeName') or 'no node'} for {age}"
        )
        for pod in observed.pods_of(job)
    ]
    took = f"; a run takes {length(usual)}" if usual else ""
    return Finding(
        "CRONJOB-BLOCKED",
        "error",
        subject,
        f"It has not run since {stamp(begun)}: concurrencyPolicy is Forbid, and {reference(job)} of then is still "
        f"active ({age}{took}); {ends}",
        f"look at its pod, then kubectl delete job {name_of(job)} -n {namespace_of(job)}; and add "
        "activeDeadlineSeconds to its jobTemplate, for example 3600",
        tuple(evidence),
        (Evidence(subject, f"{len(overdue)} or more runs were left out, the last at {stamp(overdue[0])}"),),
        covers=frozenset((subject, reference(job))),
        upstream=frozenset((reference(job), *(reference(pod) for pod in observed.pods_of(job)))) - {subject},
    )


def _usual(observed: Observation, cron: Manifest) -> timedelta | None:
    """How long its runs take: of those that are still there, else of its last one."""
    spans = _spans(observed, cron)
    if spans:
        return _median(spans)
    last, success = (read_time(text(cron, "status", key)) for key in ("lastScheduleTime", "lastSuccessfulTime"))
    if success is None or last is None:
        return None
    try:
        times = CronSim(text(cron, "spec", "schedule"), success, reverse=True)
        return success - next(times)
    except (CronSimError, ValueError):
        return None


def _median(spans: list[timedelta]) -> timedelta:
    return sorted(spans)[len(spans) // 2]


def _spans(observed: Observation, cron: Manifest) -> list[timedelta]:
    spans: list[timedelta] = []
    for job in sorted(observed.controlled(cron), key=lambda each: str(created(each))):
        begin, end = (read_time(text(job, "status", key)) for key in ("startTime", "completionTime"))
        if begin and end:
            spans.append(end - begin)
    return spans


def _missed(observed: Observation, cron: Manifest, overdue: list[datetime], last: datetime | None) -> Finding:
    subject, schedule = _subject(cron)
    deadline = number(cron, "spec", "startingDeadlineSeconds", default=-1)
    said = [each for each in observed.events_of(cron) if each.type == "Warning"]
    evidence = [Evidence(subject, f"{schedule}; last scheduled {stamp(last) if last else 'never'}")]
    evidence += [Evidence(subject, f"{each.reason}: {each.message}") for each in said[-1:]]
    why, fix = "", "see whether kube-controller-manager runs, and what it says of this CronJob"
    if 0 <= deadline < 10:
        why = f": startingDeadlineSeconds is {deadline}, and the controller looks every 10 seconds"
        fix = "write startingDeadlineSeconds: 300, or leave it out"
        evidence.append(Evidence(subject, f"startingDeadlineSeconds is {deadline}"))
    elif any(each.reason == "TooManyMissedTimes" for each in said):
        why, fix = ": more than 100 runs were missed", "write startingDeadlineSeconds: 300"
    return Finding(
        "CRONJOB-MISSED",
        "error",
        subject,
        f"It was due at {stamp(overdue[0])} and did not run{why}; last scheduled: {stamp(last) if last else 'never'}",
        fix,
        tuple(evidence),
        covers=frozenset((subject,)),
        upstream=static_pods(observed, "kube-controller-manager"),
    )


def _fails(
    observed: Observation, due: list[datetime], success: datetime | None, begin: datetime, active: list[Manifest]
) -> bool:
    """Two runs in a row without a success. The one that is on its way may still come to an end."""
    if begin > due[1]:
        return False
    if success is not None:
        return success < due[1] and not is_young(observed, due[1])
    return not active or not is_young(observed, created(active[0]), timedelta(hours=1))


def _without_success(
    observed: Observation, cron: Manifest, due: list[datetime], success: datetime | None, active: list[Manifest]
) -> Finding:
    subject, schedule = _subject(cron)
    jobs = [each for each in observed.controlled(cron) if each["kind"] == "Job"]
    since = f"since {stamp(success)}" if success else "ever"
    evidence = [
        Evidence(
            subject,
            f"{schedule}; last scheduled {text(cron, 'status', 'lastScheduleTime')}; last success "
            f"{stamp(success) if success else 'none'}",
        )
    ]
    for job in jobs:
        state = "active" if job in active else "failed" if is_true(job, "Failed") else "complete"
        evidence.append(Evidence(reference(job), f"{state}, began {text(job, 'status', 'startTime')}"))
    running = f"; {listed([str(reference(each)) for each in active])} are still active" if active else ""
    return Finding(
        "CRONJOB-WITHOUT-SUCCESS",
        "error",
        subject,
        f"No run succeeded {since}, though it is due by its {schedule}; the last was due at {stamp(due[0])}{running}",
        f"read why: kubectl logs -n {subject.namespace} -l job-name={name_of(jobs[-1])}"
        if jobs
        else f"run it by hand and watch: kubectl create job --from=cronjob/{subject.name} -n {subject.namespace} try",
        tuple(evidence),
        covers=frozenset((subject,)),
        upstream=frozenset(
            reference(each)
            for job in jobs
            for each in (job, *observed.pods_of(job))
            if job in active or is_true(job, "Failed")
        ),
    )


def _hollow(observed: Observation, cron: Manifest) -> Finding | None:
    """A run that ended far sooner than the ones before it: it may have done nothing."""
    spans = _spans(observed, cron)
    if len(spans) < 2:
        return None
    before, last = _median(spans[:-1]), spans[-1]
    if before < timedelta(minutes=1) or last > before / 10:
        return None
    subject, schedule = _subject(cron)
    return Finding(
        "CRONJOB-SUSPICIOUSLY-SHORT",
        "warning",
        subject,
        f"Its last run took {length(last)}, those before {length(before)}: it may have done nothing, and says that it "
        "succeeded",
        "look at what it wrote; in a shell, set -o pipefail lets a failed part fail the whole",
        (Evidence(subject, f"{schedule}; runs took {', '.join(length(each) for each in spans)}"),),
        covers=frozenset((subject,)),
    )
