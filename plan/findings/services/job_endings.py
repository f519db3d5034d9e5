"""Jobs that may never end, because something beside their main container goes on."""

import re
from collections.abc import Iterator
from datetime import timedelta

from config.lab import Lab
from config.service.container import Sidecar
from plan.ledger.copies import longest_pause
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed

JOB_NEVER_ENDS = Rule(
    "JOB-NEVER-ENDS",
    "warning",
    title="A job waits for its sidecars to end",
    meaning=(
        "A job is done when all containers of its pod have ended. A proxy or an agent beside the main one does not "
        "end: the pod stays NotReady, the next run waits for it or comes on top, and the job never counts as done. A "
        "native sidecar is stopped when the main container has ended."
    ),
    remedy="Write native: true at the sidecar, or give the job a deadline (job: {deadline_seconds: ...}).",
)

JOBS_PILE_UP = Rule(
    "JOBS-PILE-UP",
    "warning",
    title="Runs of a job come on top of each other",
    meaning=(
        "A CronJob begins its next run while the last one is under way, unless concurrencyPolicy says otherwise. Where "
        "one hangs, as a mount or a server does, a run more is there every few minutes, until the nodes are full."
    ),
    remedy="Write concurrencyPolicy: Forbid, or activeDeadlineSeconds for a run.",
)

JOB_NEVER_RUNS = Rule(
    "JOB-NEVER-RUNS",
    ("info", "warning"),
    title="The schedule of a job never comes up",
    meaning=(
        "Kubernetes takes a schedule like the 31st of February, and never runs it. Where the job is there to be "
        "started by hand, suspend: true says so. A run that would start later than startingDeadlineSeconds is left "
        "out, and with less than 10 s it nearly always is: then it is a warning."
    ),
    remedy="Correct the schedule or the deadline, or write suspend: true.",
)

OFTEN = timedelta(hours=1)
"""Runs that are further apart hardly meet."""
_GOES_ON = re.compile(r"proxy|agent|envoy|istio|linkerd|fluent|vector|exporter|gluetun|wireguard|tailscale|tunnel|vpn")
"""In names of images of programs that serve until they are stopped."""


def job_ending_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each job with a sidecar that serves, and that nothing stops."""
    for name, service in lab.services.items():
        for part in service.parts(name):
            workload = part.workload
            if workload.runs_as not in ("job", "cronjob") or workload.job.deadline_seconds is not None:
                continue
            going_on = [key for key, sidecar in workload.sidecars.items() if not sidecar.native and _goes_on(sidecar)]
            if going_on:
                yield JOB_NEVER_ENDS.finding(
                    (*part.path, "sidecars", going_on[0]),
                    f"the pod of {part.name} ends only when {listed(going_on)} beside it "
                    f"{'has' if len(going_on) == 1 else 'have'} ended too, and nothing stops "
                    f"{'it' if len(going_on) == 1 else 'them'}",
                    "write native: true there: then it starts first, and is stopped when the job is done",
                    about=part.name,
                    facts={"sidecars": tuple(going_on)},
                )


LOOKED_AT, LATE_SECONDS = 10, 200
"""Seconds between two looks of the controller at its CronJobs (Kubernetes, CronJob limitations), and a deadline that is
long enough."""


def pile_up_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each frequent CronJob in a file of which several runs may be under way, without an end."""
    for stated in lab.objects_by_kind.get("CronJob", ()):
        spec = mapping(stated.content, "spec")
        pause = longest_pause(text(spec, "schedule"))
        ends = value(spec, "jobTemplate", "spec", "activeDeadlineSeconds") or value(
            spec, "jobTemplate", "spec", "template", "spec", "activeDeadlineSeconds"
        )
        is_off = value(spec, "suspend") is True
        if not pause and not is_off and not text(spec, "schedule").startswith("@every"):
            yield JOB_NEVER_RUNS.finding(
                stated.path,
                f"{stated.name} never runs: no month that {text(spec, 'schedule')} names has such a day",
                "correct the schedule, or write suspend: true for a job that is started by hand",
                about=stated.name,
            )
        deadline = value(spec, "startingDeadlineSeconds")
        if isinstance(deadline, int) and deadline < LOOKED_AT and not is_off:
            yield JOB_NEVER_RUNS.finding(
                stated.path,
                f"{stated.name} may start {deadline} s late at most (startingDeadlineSeconds), and Kubernetes looks at "
                f"CronJobs every {LOOKED_AT} s: it misses its turns",
                f"write startingDeadlineSeconds: {LATE_SECONDS}, or leave it out",
                about=f"{stated.name} deadline",
                severity="warning",
                facts={"deadline_seconds": deadline},
            )
        if text(spec, "concurrencyPolicy") in ("", "Allow") and not ends and not is_off and pause and pause < OFTEN:
            yield JOBS_PILE_UP.finding(
                stated.path,
                f"{stated.name} runs every {pause.seconds // 60} minutes, and a run begins while the last one is "
                "under way: where one hangs, they pile up",
                f"write concurrencyPolicy: Forbid into the spec of CronJob {stated.name}",
                about=stated.name,
                facts={"minutes": pause.seconds // 60},
            )


def _goes_on(sidecar: Sidecar) -> bool:
    """Whether a sidecar serves: it listens, is probed, or is known to. Any other may be a task that ends by itself."""
    image = sidecar.image.partition("@")[0].rpartition("/")[2]
    return bool(sidecar.ports or sidecar.probes or _GOES_ON.search(image))
