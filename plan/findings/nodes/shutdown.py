"""Pods that need longer to end than a node that shuts down leaves them."""

import re
from collections.abc import Iterator

from config.lab import Lab
from config.pod import POD_TEMPLATES
from config.service import HelmService
from config.service.container import Workload
from config.source import Path, dotted
from plan.model.fields import number, switched_on, text
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec
from plan.tiers.objects import shutdown_seconds

GRACE_CUT = Rule(
    "GRACE-CUT",
    "warning",
    title="A pod's grace period is longer than its tier's at shutdown",
    meaning=(
        "When a node shuts down, the kubelet ends the pods of each tier within the tier's shutdown_grace_seconds, "
        "whatever they state themselves. A pod that needs longer to write what it holds is killed then."
    ),
    remedy=(
        "Raise shutdown_grace_seconds of the tier, and down_seconds of the machines with it; or give the service "
        "another tier."
    ),
)

HOOK_CUT = Rule(
    "HOOK-CUT",
    ("error", "warning"),
    title="The hook before a container stops takes its whole grace period",
    meaning=(
        "The grace period begins before `pre_stop` runs. A hook that waits as long as the period, or longer, leaves "
        "the container no time to end: it is killed in the middle of what it does. The API server refuses a sleep "
        "that is longer than the period."
    ),
    remedy="Raise grace_seconds above what the hook takes, or wait less.",
)
_SLEEP = re.compile(r"\bsleep\s+(\d+)s?\b")


def grace_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each workload that states more than its tier has; the default of 30 s does not count."""
    yield from _cut_hooks(lab)
    for name, service in lab.services.items():
        given = lab.tiers[service.tier].shutdown_grace_seconds
        for path, workload, config in service.parts(name):
            if "grace_seconds" in config.model_fields_set and config.grace_seconds > given and config.replicas:
                place = (*path, "grace_seconds")
                yield _cut(
                    lab, service.tier, place, workload, config.grace_seconds, "grace_seconds", waits=_waits(config)
                )
        for path, about, seconds in (*_in_files(lab, name), *_in_values(lab, name)):
            if seconds > given:
                yield _cut(lab, service.tier, path, about, seconds, "terminationGracePeriodSeconds", about)


def _cut(
    lab: Lab, tier: str, path: Path, pods: str, seconds: int, key: str, about: str = "", waits: int = 0
) -> Finding:
    """Of pods that may take longer than their tier has; `key` states it at `path`. Those whose hook waits as long as
    the tier has, would have no time left with less."""
    given = lab.tiers[tier].shutdown_grace_seconds
    less = f"; or write {key}: {given} or less" if waits < given else ""
    return GRACE_CUT.finding(
        path,
        f"{pods} may take {seconds} s to end; when a node shuts down, the kubelet kills it after {given} s, the "
        f"shutdown_grace_seconds of tier {tier}",
        f"raise shutdown_grace_seconds of tier {tier} to {seconds}{_machines_too(lab, seconds - given)}{less}",
        about=about,
        facts={"stated": seconds, "given": given},
    )


def _in_files(lab: Lab, name: str) -> Iterator[tuple[Path, str, int]]:
    """Controllers in files, with the time that their pods may take; those of another priority than the tier's aside."""
    for each in lab.objects.get(name, ()):
        if each.kind in POD_TEMPLATES and number(each.content, "spec", "replicas", default=1):
            pod = pod_spec(each.content)
            if not each.namespace and not text(pod, "priorityClassName"):
                yield each.path, f"{each.kind} {each.name}", number(pod, "terminationGracePeriodSeconds")


def _in_values(lab: Lab, name: str) -> Iterator[tuple[Path, str, int]]:
    service = lab.services[name]
    if isinstance(service, HelmService):
        for path, seconds in switched_on(service.values, ("services", name, "values"), "terminationGracePeriodSeconds"):
            if isinstance(seconds, int):
                yield path, f"a pod of {name} ({dotted(path[3:])} of its values)", seconds


def _tier_too(lab: Lab, tier: str, seconds: int) -> str:
    """The raise that a tier needs for a grace period, which a node that shuts down would cut off otherwise."""
    more = seconds - lab.tiers[tier].shutdown_grace_seconds
    return f", with shutdown_grace_seconds: {seconds} for tier {tier}{_machines_too(lab, more)}" if more > 0 else ""


def _machines_too(lab: Lab, more: int) -> str:
    """The seconds that machines need before they are switched off, where they have fewer than so many more."""
    needed = shutdown_seconds(lab.tiers) + more
    stops = [machine.start.down_seconds for machine in lab.machines.values() if machine.role != "appliance"]
    return f", and down_seconds of the machines to {needed}" if any(each < needed for each in stops) else ""


def _cut_hooks(lab: Lab) -> Iterator[Finding]:
    """Workloads whose main container waits in its hook until its time is over."""
    for name, service in lab.services.items():
        for path, workload, config in service.parts(name):
            seconds = _waits(config)
            if seconds >= config.grace_seconds:
                is_refused = config.pre_stop_sleep_seconds is not None and seconds > config.grace_seconds
                yield HOOK_CUT.finding(
                    (*path, "pre_stop_sleep_seconds" if config.pre_stop_sleep_seconds else "pre_stop"),
                    f"{workload} waits {seconds} s before it stops, and has {config.grace_seconds} s to end in all: "
                    + ("the API server refuses its pods" if is_refused else "it is killed before it has ended"),
                    f"write grace_seconds: {seconds + 30}{_tier_too(lab, service.tier, seconds + 30)}, or wait less",
                    severity="error" if is_refused else "warning",
                    facts={"waits": seconds, "grace": config.grace_seconds},
                )


def _waits(config: Workload) -> int:
    """Seconds that the hook of the main container waits."""
    words = config.pre_stop.command if config.pre_stop else ()
    return config.pre_stop_sleep_seconds or sum(int(each) for each in _SLEEP.findall(" ".join(words)))
