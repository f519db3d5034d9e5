"""Everything starts at once, after a power cut: who comes back so late that its pods have been given away.

Proxmox starts the machines of a host in their order and waits `up_seconds` after each. The node controller lets a
node's pods go when it was silent for so long and nothing tells of a larger disruption
(pkg/controller/nodelifecycle/node_lifecycle_controller.go, ComputeZoneState and handleDisruption; v1.34). How long
a machine takes to boot is taken to be the same for all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from config.lab import Lab
from plan.cluster.nodes import ZONE_LABEL
from plan.cluster.registries import registry_users
from plan.model import Finding, Node
from plan.model.findings import Rule
from plan.scenarios.dependence import ways_by
from plan.scenarios.file_servers import users_by_server
from plan.wording import listed

NAMES_RESOLVED_INSIDE = Rule(
    "NAMES-RESOLVED-INSIDE",
    "warning",
    title="The nodes resolve names by the cluster itself",
    meaning=(
        "A node that asks a service of its own cluster for names finds no image registry while that service is away. "
        "After a power cut it is away, and to start it again a node may need its image."
    ),
    remedy="Give the nodes a name server outside of the cluster as well.",
)

STARTS_AFTER_NODES = Rule(
    "STARTS-AFTER-NODES",
    "warning",
    title="Nodes start before what they depend on",
    meaning=(
        "Proxmox starts machines one after the other. A node that starts before its gateway, its name server or the "
        "server of its NFS volumes pulls no image and mounts no volume until that is there; pods fail and are tried "
        "again at ever longer intervals."
    ),
    remedy="Give that machine an earlier start order.",
)

STARTS_TOO_LATE = Rule(
    "STARTS-TOO-LATE",
    "warning",
    title="After a power cut a node comes back too late for its pods",
    meaning=(
        "Proxmox starts machines one after the other and waits up_seconds after each. Kubernetes gives up the pods of"
        " a lost node some 350 seconds after it notices the loss, and recreates them elsewhere. Those "
        "with a block volume wait until the node is back. How long a machine takes to boot is taken to be the same "
        "for all."
    ),
    remedy="Shorten up_seconds of the machines that start before it, or give it an earlier order.",
)


GRACE_SECONDS = 50
"""Silence after which a node counts as lost (node-monitor-grace-period)."""
TOLERATION_SECONDS = 300
"""Time that a pod stays on a lost node (DefaultTolerationSeconds)."""
DISRUPTED_SHARE, FEW_NODES, LARGE_ZONE = 0.55, 2, 50
"""A zone with this share of lost nodes, and more than a few of them, is left alone unless it is large."""


class Restart(NamedTuple):
    """When a machine is back after a power cut."""

    machine: str
    host: str
    seconds: int
    """When it is started, after the first machine of its host."""
    pods_given_up: int | None
    """When pods that ran there are recreated elsewhere, if that is before it is started: None where they come back
    where they were, or there are none."""


def restarts(lab: Lab, nodes: Sequence[Node]) -> tuple[Restart, ...]:
    """All machines, in the order in which each host starts them. When nodes outside of Proxmox start is not known, nor
    what becomes of pods where one of them is a control plane."""
    starts = start_seconds(lab)
    if any(node.role == "control-plane" and node.name not in starts for node in nodes):
        nodes = ()
    nodes = [node for node in nodes if node.name in starts]
    given_up = {node.name: _pods_let_go(node, nodes, starts) for node in nodes}
    return tuple(
        Restart(
            machine=name,
            host=lab.machines[name].host,
            seconds=seconds,
            pods_given_up=moment if (moment := given_up.get(name)) is not None and moment < seconds else None,
        )
        for name, seconds in starts.items()
    )


def cold_start_findings(lab: Lab, nodes: Sequence[Node]) -> Iterator[Finding]:
    """Nodes that come back later than their pods are waited for, and what is missing while nodes start."""
    starts = start_seconds(lab)
    for each in restarts(lab, nodes):
        if each.pods_given_up is not None:
            yield STARTS_TOO_LATE.finding(
                ("machines", each.machine, "start"),
                f"after a power cut {each.machine} is started {each.seconds} s after the first machine, but its pods "
                f"are given up {each.pods_given_up} s after it: what runs there is recreated elsewhere, and block "
                "volumes wait for the node",
                f"shorten up_seconds of what starts before it on {each.host} by {each.seconds - each.pods_given_up} s "
                "in all, or start it earlier",
                facts={"started_seconds": each.seconds, "pods_given_up_seconds": each.pods_given_up},
            )
    yield from _needed_earlier(lab, nodes, starts)
    yield from _names_from_inside(lab)


def _needed_earlier(lab: Lab, nodes: Iterable[Node], starts: Mapping[str, int]) -> Iterator[Finding]:
    """Machines outside the cluster that nodes cannot do without, and that their host starts after one."""
    file_servers = users_by_server(lab).keys()
    registries = registry_users(lab)
    for name, machine in lab.machines.items():
        what = listed([*_given_by(lab, name, file_servers, registries)]) if machine.role == "appliance" else ""
        beside = (node for node in nodes if node.labels[ZONE_LABEL] == machine.host)
        first = min(beside, key=lambda node: starts[node.name], default=None)
        if what and first and starts[name] > starts[first.name]:
            yield STARTS_AFTER_NODES.finding(
                ("machines", name, "start"),
                f"after a power cut {name} is started {starts[name]} s after the first machine and {first.name}, a "
                f"node, {starts[first.name]} s after it; but {name} is {what}: pods that start there until then fail",
                f"give {name} a start order below {lab.machines[first.name].start.order}",
                facts={"started_seconds": starts[name], "node": first.name, "node_started_seconds": starts[first.name]},
            )


def _given_by(
    lab: Lab, name: str, file_servers: Collection[str], registries: Mapping[str, Collection[str]]
) -> Iterator[str]:
    """Things that the nodes get from a machine."""
    yield from (f"their {each}" for each in ways_by(lab, [name]))
    if any(str(each.address) in file_servers for each in lab.machines[name].interfaces):
        yield "their file server"
    if name in registries:
        yield f"their registry for {listed([*registries[name]])}"


def _names_from_inside(lab: Lab) -> Iterator[Finding]:
    """Nodes that find no registry while a service of the cluster itself is away."""
    servers = lab.networks.networks[lab.cluster.node_network].nameservers
    stated = ((each.address, name) for name, service in lab.services.items() for each in service.addresses(name))
    inside = {address: name for address, name in stated if address in servers}
    if servers and len(inside) == len(servers):
        names = listed([*inside.values()])
        yield NAMES_RESOLVED_INSIDE.finding(
            ("networks", "networks", lab.cluster.node_network, "nameservers"),
            f"nodes ask only {listed([str(each) for each in inside])} for names, and that is {names} of this cluster: "
            f"while it does not run, as after a power cut, they find no registry, and cannot pull the image of {names} "
            "either",
            "add a name server outside of the cluster, for example the gateway",
            facts={"name_servers": tuple(str(each) for each in inside), "services": tuple(inside.values())},
        )


def start_seconds(lab: Lab) -> Mapping[str, int]:
    """When Proxmox starts each machine, in seconds after the first one of its host; hosts start together."""
    hosts: dict[str, list[str]] = defaultdict(list)
    for name, machine in lab.machines.items():
        hosts[machine.host].append(name)
    starts: dict[str, int] = {}
    for names in hosts.values():
        passed = 0
        for name in sorted(names, key=lambda each: (lab.machines[each].start.order, lab.machines[each].vmid)):
            starts[name] = passed
            passed += lab.machines[name].start.up_seconds
    return starts


def _pods_let_go(node: Node, nodes: Sequence[Node], starts: Mapping[str, int]) -> int | None:
    """When the pods of a node are given up, if it has not started by then; None if never."""
    masters = sorted(starts[each.name] for each in nodes if each.role == "control-plane")
    noticed = masters[len(masters) // 2] + GRACE_SECONDS
    moments = (noticed, *sorted(at for at in starts.values() if noticed < at < starts[node.name]))
    given_up = (at for at in moments if starts[node.name] > at and _is_let_go(node, nodes, starts, at))
    return next((at + TOLERATION_SECONDS for at in given_up), None)


def _is_let_go(node: Node, nodes: Iterable[Node], starts: Mapping[str, int], moment: int) -> bool:
    """Whether a lost node's pods are given up while only the nodes run that have started until a moment."""
    zone = [each for each in nodes if each.labels[ZONE_LABEL] == node.labels[ZONE_LABEL]]
    lost = sum(starts[each.name] > moment for each in zone)
    disrupted = lost < len(zone) and lost > FEW_NODES and lost / len(zone) >= DISRUPTED_SHARE
    return not disrupted or len(zone) > LARGE_ZONE
