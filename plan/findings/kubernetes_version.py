"""Versions of Kubernetes for which the rules of the planner were not read."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.findings import Finding, Rule

READ_MINOR = 34
"""The minor version whose source and API the rules were read from, and that the rehearsal runs."""
NEAR = range(READ_MINOR - 2, READ_MINOR + 2)
"""Minor versions that differ so little that the figures hold: the others in support."""
MOST_PATCHES = 20
"""More patch releases than any minor version has had: one a month, for 14 months (kubernetes.io/releases)."""

KUBERNETES_VERSION_UNREAD = Rule(
    "KUBERNETES-VERSION-UNREAD",
    "warning",
    title="A version of Kubernetes that the planner does not know",
    meaning=(
        f"Scheduling, eviction, admission and the files of kubeadm are modelled on Kubernetes 1.{READ_MINOR}. In "
        "another version an API can be gone, a default can differ, and kubeadm can refuse its configuration. A patch "
        "release that does not exist cannot be installed either."
    ),
    remedy="Write a version that exists and is near the one that was read, or rehearse the lab with it first.",
)


def kubernetes_version_findings(lab: Lab) -> Iterator[Finding]:
    """Whether the version of the cluster is one that the rules hold for."""
    version = lab.cluster.kubernetes_version
    minor, patch = (int(part) for part in version.removeprefix("v").split(".")[1:])
    if minor not in NEAR:
        reason = f"the rules of the planner were read for v1.{READ_MINOR}, and hold from v1.{NEAR[0]} to v1.{NEAR[-1]}"
    elif patch >= MOST_PATCHES:
        reason = f"no minor version has had {patch} patch releases: there is no such version"
    else:
        return
    yield KUBERNETES_VERSION_UNREAD.finding(
        ("cluster", "kubernetes_version"),
        f"{version} is outside of what is known: {reason}",
        f"write v1.{READ_MINOR}.2, or another release of v1.{READ_MINOR}",
        facts={"minor": minor, "patch": patch},
    )
