"""Jobs that may never end, because something beside their main container goes on."""

import re
from collections.abc import Iterator

from config.lab import Lab
from config.service.container import Sidecar
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


def _goes_on(sidecar: Sidecar) -> bool:
    """Whether a sidecar serves: it listens, is probed, or is known to. Any other may be a task that ends by itself."""
    image = sidecar.image.partition("@")[0].rpartition("/")[2]
    return bool(sidecar.ports or sidecar.probes or _GOES_ON.search(image))
