"""Rights of pods that come to those of root, and ways in without a sign-in."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.rights import powers
from config.service import Service as ServiceConfig
from config.service.app import OwnWorkloads
from config.service.container import Part
from config.source import dotted
from plan.model import Manifest, Service
from plan.model.fields import entries, values
from plan.model.findings import Edit, Finding, Remedy, Rule
from plan.wording import listed

LIKE_ROOT_ON_NODE = Rule(
    "LIKE-ROOT-ON-NODE",
    "warning",
    title="A service is as good as root on its nodes",
    meaning=(
        "Privileged containers, capabilities such as SYS_ADMIN, folders of the node and its processes lead out of a "
        "container: whoever breaks into the service has the node, its secrets and the pods beside it."
    ),
    remedy="Change the lines that the fix names. Give what is needed to a small container of its own, kept current.",
)

LIKE_ROOT_IN_CLUSTER = Rule(
    "LIKE-ROOT-IN-CLUSTER",
    "warning",
    title="A service is as good as root in the cluster",
    meaning=(
        "With these permissions its pods can get all others: they read the secrets of every namespace, give "
        "themselves roles, or make pods where they like. Whoever breaks into the service has the cluster."
    ),
    remedy="Name the resources and verbs that it needs, in its own namespace where that is enough (scope: namespace).",
)

OPEN_TO_INTERNET = Rule(
    "OPEN-TO-INTERNET",
    "warning",
    title="A route from the internet that nobody signs in for",
    meaning=(
        "`auth: none` checks nobody, and `reach: internet` lets everybody come. Whoever finds the name has the service."
    ),
    remedy="Write reach: lan; auth: app where it has its own sign-in; or auth: public where strangers are meant.",
)

LIKE_ROOT = frozenset(
    {"ALL", "BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO"}
)
"""Capabilities that lead out of a container (capabilities(7))."""


def rights_findings(lab: Lab, planned: Iterable[Service]) -> Iterator[Finding]:
    """All findings about rights, and about ways in."""
    for service in planned:
        stated = lab.services[service.name]
        yield from _on_node(service.name, stated)
        yield from _in_cluster(service, is_stated=isinstance(stated, OwnWorkloads) and bool(stated.permissions))
        yield from _from_internet(lab, service.name, stated)


class _WayOut(NamedTuple):
    """A way out of a container."""

    by: str
    fix: str
    edit: Edit | None = None
    """The line that closes it."""


def _on_node(name: str, service: ServiceConfig) -> Iterator[Finding]:
    ways = {each.by: each for part in service.parts(name) for each in _ways_out(service, part)}
    if ways:
        fix = "; ".join(dict.fromkeys(each.fix for each in ways.values()))
        edits = tuple(each.edit for each in ways.values() if each.edit)
        yield LIKE_ROOT_ON_NODE.finding(
            ("services", name),
            f"{name} is as good as root on its nodes, by {listed(list(ways))}",
            fix,
            facts={"by": tuple(ways)},
            remedies=(Remedy(fix, edits),) if len(ways) == len(edits) == 1 else (),
        )


def _ways_out(service: ServiceConfig, part: Part) -> Iterator[_WayOut]:
    paths = service.host_paths if isinstance(service, OwnWorkloads) else {}
    for path, container in part.containers:
        if container.privileged:
            yield _WayOut(
                "a privileged container",
                f"take {dotted((*path, 'privileged'))} out, and name what it needs under capabilities or devices",
                Edit((*path, "privileged")),
            )
        for each in sorted(LIKE_ROOT.intersection(container.capabilities)):
            rest = [capability for capability in container.capabilities if capability != each]
            yield _WayOut(
                each,
                f"take {each} out of {dotted((*path, 'capabilities'))}",
                Edit((*path, "capabilities"), rest or None),
            )
        for volume, points in container.mounts.items():
            if volume in paths and not _is_in_dev(paths[volume].path) and not all(point.read_only for point in points):
                yield _WayOut(
                    f"{paths[volume].path} of the node",
                    f"write read_only: true at {dotted((*path, 'mounts', volume))}, or mount a folder below it",
                )
    for key, is_shared, what in (
        ("host_pid", part.workload.security.host_pid, "the processes of the node"),
        ("host_ipc", part.workload.security.host_ipc, "the memory that processes of the node share"),
    ):
        if is_shared:
            place = (*part.path, "security", key)
            yield _WayOut(what, f"take {dotted(place)} out", Edit(place))


def _is_in_dev(path: str) -> bool:
    """Whether it is below /dev: what a container may do with a device is not decided by the mount."""
    return path.startswith("/dev/")


def _in_cluster(service: Service, *, is_stated: bool) -> Iterator[Finding]:
    found = dict.fromkeys(power for each in service.objects for power in _powers(each))
    if found:
        yield LIKE_ROOT_IN_CLUSTER.finding(
            ("services", service.name),
            f"{service.name} is as good as root in the cluster: its permissions reach {listed(list(found))}",
            f"name the resources and verbs that it needs in services.{service.name}.permissions, with scope: namespace "
            "where its own is enough"
            if is_stated
            else "name the resources and verbs that it needs in the rules of its Role or ClusterRole",
            facts={"powers": tuple(found)},
        )


def _powers(manifest: Manifest) -> Iterator[str]:
    if manifest["kind"] not in ("Role", "ClusterRole"):
        return
    for rule in entries(manifest, "rules"):
        if not values(rule, "resourceNames"):
            yield from powers(
                frozenset(values(rule, "apiGroups")),
                frozenset(values(rule, "resources")),
                frozenset(values(rule, "verbs")),
                cluster_wide=manifest["kind"] == "ClusterRole",
            )


def _from_internet(lab: Lab, name: str, service: ServiceConfig) -> Iterator[Finding]:
    for index, exposure in enumerate(service.expose):
        if (exposure.auth, exposure.reach) == ("none", "internet"):
            host = exposure.host_name(lab.site.domain)
            yield OPEN_TO_INTERNET.finding(
                ("services", name, "expose", index, "auth"),
                f"everybody on the internet reaches {name} as {host}{exposure.path.rstrip('/')}, and nobody is checked",
                "write reach: lan; auth: app where it has its own sign-in; or auth: public where strangers are meant",
                facts={"host": host},
            )
