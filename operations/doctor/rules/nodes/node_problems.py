"""Faults of kernel and hardware that the node problem detector reports as conditions of a node."""

from collections.abc import Sequence

from observation.model import Observation
from observation.objects import Condition, Reference, name_of, reference
from operations.doctor.ages import ago, stamp
from operations.doctor.finding import Evidence, Finding
from plan.model import Manifest

_FATAL = frozenset(("CperHardwareErrorFatal", "KernelDeadlock", "ReadonlyFilesystem", "XfsShutdown"))
"""Conditions with which pods of the node cannot go on."""
PROBLEMS = _FATAL | {
    *("ContainerRuntimeUnhealthy", "CorruptDockerOverlay2", "Ext4Error", "FrequentContainerdRestart", "NTPProblem"),
    *("FrequentDockerRestart", "FrequentKubeletRestart", "FrequentUnregisterNetDevice", "KubeletUnhealthy"),
}
"""Conditions that are True where something is wrong."""


def problem_finding(
    observed: Observation,
    node: Manifest,
    state: Condition,
    covered: frozenset[Reference],
    consequences: Sequence[Evidence],
) -> Finding:
    """The finding of one condition. `covered` and `consequences` are of the node's pods, which a fatal one explains."""
    name, fatal = name_of(node), state.type in _FATAL
    return Finding(
        "NODE-PROBLEM",
        "error" if fatal else "warning",
        reference(node),
        f"{name} reports {state.type}{ago(observed.now, state.since)}: {state.reason}, {state.message}",
        f"on {name}: dmesg -T | tail -50; cordon it, and look after its disk or its memory",
        (Evidence(reference(node), f"{state.type} is True since {stamp(state.since)}"),),
        tuple(consequences) if fatal else (),
        covers=covered if fatal else frozenset((reference(node),)),
    )
