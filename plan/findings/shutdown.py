"""Pods that need longer to end than a node that shuts down leaves them."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.findings import Finding, Rule

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


def grace_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each workload that states more than its tier has; the default of 30 s does not count."""
    for name, service in lab.services.items():
        given = lab.tiers[service.tier].shutdown_grace_seconds
        for path, workload, config in service.parts(name):
            if "grace_seconds" in config.model_fields_set and config.grace_seconds > given and config.replicas:
                yield GRACE_CUT.finding(
                    (*path, "grace_seconds"),
                    f"{workload} may take {config.grace_seconds} s to end; when a node shuts down, the kubelet kills "
                    f"it after {given} s, the shutdown_grace_seconds of tier {service.tier}",
                    f"raise shutdown_grace_seconds of tier {service.tier} to {config.grace_seconds}, and down_seconds "
                    f"of the machines by {config.grace_seconds - given}; or write grace_seconds: {given} or less",
                    facts={"stated": config.grace_seconds, "given": given},
                )
