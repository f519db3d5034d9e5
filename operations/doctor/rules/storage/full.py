"""Containers that say that a disk is full."""

import re
from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Reference, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import containers, is_over, lineage, node_of, workload
from operations.doctor.rules.containers.crashing import is_crashing
from operations.doctor.rules.placement.blockers import claims_of
from plan.model.fields import text

DISK_FULL = re.compile(
    r"^(?!.*inotify).*(no space left on device|disk quota exceeded|disk is full|ENOSPC)", re.I | re.S
)
"""Words of programs that cannot write any more. Where inotify says so, its watches are used up, not the disk."""


def full_findings(observed: Observation) -> Iterator[Finding]:
    """Containers that say that a disk is full."""
    for pod in observed.of("Pod"):
        if is_over(pod):
            continue
        words = [
            (each.name, text(each.ended, "message"))
            for each in containers(pod)
            if not each.is_ready or is_crashing(observed, pod, each)
        ]
        words += [
            (each.about.name, each.message)
            for each in observed.events_of(pod)
            if each.reason not in ("Failed", "BackOff")
        ]
        said = next(((name, message) for name, message in words if DISK_FULL.search(message)), None)
        if said is None:
            continue
        claims = [claim for claim, manifest in claims_of(observed, pod) if manifest is not None]
        named = [each for each in claims if each.name in said[1]] or claims
        subject = named[0] if named else workload(observed, pod)
        size = ", ".join(f"{each} ({_capacity(observed, each)})" for each in named)
        yield Finding(
            "VOLUME-FULL",
            "error",
            subject,
            f"{workload(observed, pod)} finds its disk full ({size or 'no claim, so that of its node'}): "
            f"{said[1].strip()[-300:]}",
            f"free space in it, or grow it: kubectl patch pvc {subject.name} -n {subject.namespace} "
            '-p \'{"spec":{"resources":{"requests":{"storage":"SIZE"}}}}\''
            if named
            else f"free the disk of {node_of(pod)}",
            (
                Evidence(reference(pod), f"container {said[0]}: {said[1].strip()[-300:]}"),
                *(Evidence(each, f"its capacity is {_capacity(observed, each)}") for each in named),
            ),
            covers=lineage(observed, pod) | frozenset(named),
            cause=str(workload(observed, pod)),
        )


def _capacity(observed: Observation, claim: Reference) -> str:
    manifest = observed.get(claim.kind, claim.name, claim.namespace)
    return text(manifest, "status", "capacity", "storage") if manifest else "size not known"
