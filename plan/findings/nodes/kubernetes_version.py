"""Versions of Kubernetes for which the rules of the planner were not read, and changes of newer ones."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from plan.cluster.release_changes import NEWEST_MINOR, RULES_MINOR, Change, changes_between
from plan.model import Manifest, Service
from plan.model.findings import Finding, Rule
from plan.wording import listed

KNOWN = range(RULES_MINOR - 2, NEWEST_MINOR + 1)
"""Minor versions for which the figures hold: older ones that differ little, and newer ones whose changes are known."""
MOST_PATCHES = 20
"""More patch releases than any minor version has had: one a month, for 14 months (kubernetes.io/releases)."""
PATH = ("cluster", "kubernetes_version")

KUBERNETES_VERSION_UNREAD = Rule(
    "KUBERNETES-VERSION-UNREAD",
    "warning",
    title="A version of Kubernetes that the planner does not know",
    meaning=(
        f"Scheduling, eviction, admission and the files of kubeadm are modelled on Kubernetes 1.{RULES_MINOR}, and the "
        f"documented changes up to 1.{NEWEST_MINOR} are known. In another version an API can be gone, a default can "
        "differ, and kubeadm can refuse its configuration: whether the lab fits there is not checked."
    ),
    remedy="Write a version that is known, or rehearse the lab with it first.",
)
KUBERNETES_NO_SUCH_RELEASE = Rule(
    "KUBERNETES-NO-SUCH-RELEASE",
    "warning",
    title="A patch release of Kubernetes that does not exist",
    meaning="A release that does not exist cannot be installed: a machine that is to join with it stays out.",
    remedy="Write a release that exists (kubernetes.io/releases).",
)
KUBERNETES_CHANGE = Rule(
    "KUBERNETES-CHANGE",
    ("error", "warning", "info"),
    title="A change of Kubernetes concerns an object of the lab",
    meaning=(
        "The lab's version has a documented change that concerns one of its objects. The planner's rules were read for "
        f"Kubernetes 1.{RULES_MINOR}, so its verdict on that object may differ. `homelab upgrade` lists the changes of "
        "the next release for everything that runs."
    ),
    remedy="Change the object as the message says.",
)


def kubernetes_version_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """Whether the version of the cluster is one that the rules hold for, and its changes that concern the lab."""
    version = lab.cluster.kubernetes_version
    minor, patch = (int(part) for part in version.removeprefix("v").split(".")[1:])
    facts = {"minor": minor, "patch": patch}
    fix = f"write v1.{RULES_MINOR}.2, or another release of v1.{RULES_MINOR}"
    if minor not in KNOWN:
        message = (
            f"{version} is not known: the rules of the planner were read for v1.{RULES_MINOR}, and hold from "
            f"v1.{KNOWN[0]} to v1.{KNOWN[-1]}; whether the lab fits is not checked"
        )
        yield KUBERNETES_VERSION_UNREAD.finding(PATH, message, fix, facts=facts)
    elif patch >= MOST_PATCHES:
        message = f"no minor version has had {patch} patch releases: there is no {version}"
        yield KUBERNETES_NO_SUCH_RELEASE.finding(PATH, message, fix, facts=facts)
    for change in changes_between(0, minor):
        for service in services:
            yield from _concerned(service, change)


def _concerned(service: Service, change: Change) -> Iterator[Finding]:
    found = [_called(each) for each in service.objects if change.concerns is not None and change.concerns(each)]
    if found:
        yield KUBERNETES_CHANGE.finding(
            ("services", service.name),
            f"{listed(found)} of {service.name}: from Kubernetes 1.{change.minor} on, {change.effect} "
            f"({change.source})",
            change.remedy,
            about=change.name,
            severity=change.severity,
            facts={"minor": change.minor, "objects": tuple(found)},
        )


def _called(manifest: Manifest) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"
