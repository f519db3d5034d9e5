"""Effects on the pods when a part of the lab is gone: a node that dies or is drained, a host with its machines, a
file server.

A node that dies is one that does not come back: some minutes later its pods are recreated, those of a statefulset
once the node is deleted. Pods that run elsewhere stay where they are, unless more important ones push them out.
A block volume stays on the host on which it was made; one of a statefulset with volumes on several hosts is taken to
be on any of these.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from config.lab import Lab
from config.machine import Machine
from plan.capacity.beside import bound_to
from plan.cluster.nodes import UNSCHEDULABLE, ZONE_LABEL
from plan.cluster.registries import registry_users
from plan.kubernetes.scheduling import place
from plan.model import Node, NodeUse, Pending, Plan, Workload
from plan.scenarios.dependence import Way, dependents_of, ways_by, without
from plan.scenarios.file_servers import users_by_server
from plan.scenarios.snapshot import ClusterSnapshot, as_it_stands, newly

Event = Literal["node", "host", "drain", "server"]
Pods = Counter[tuple[str, str, str]]
"""How many pods there are, by their workload's key."""


class Loss(NamedTuple):
    """Effects on the lab when a part of it is gone."""

    event: Event
    """`node`: it dies. `drain`: it is emptied first. `host`: a Proxmox host dies with all of its machines. `server`: a
    machine outside the cluster dies that serves files, names or images, or is the gateway of the nodes."""
    name: str
    has_control_plane: bool
    """Whether a majority of the control plane is left. Without one nothing is started, moved or scaled."""
    pods: int
    """Pods that run on it before, those of daemonsets aside."""
    moved: int
    """Pods that run elsewhere afterwards."""
    stranded: tuple[tuple[Workload, int], ...]
    """Workloads whose block volumes are on what is gone, and how many of their pods wait for it."""
    pending: tuple[Pending, ...]
    """Pods that no node takes then and that had one before."""
    briefly_interrupted: tuple[Workload, ...]
    """Workloads of which no pod runs until one has started elsewhere."""
    unreachable: tuple[str, ...]
    """Services whose volumes are on what is gone; of some replicas alone, `stranded` has them."""
    held: tuple[Workload, ...]
    """Of a drain: workloads whose disruption budget lets no further pod go, so that it does not end."""
    nodes: tuple[NodeUse, ...]
    """Remaining nodes of the cluster, with the pods that moved."""
    dependents: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Interrupted services that others stand on, and which: these run, and cannot be reached or used meanwhile."""
    ways: tuple[Way, ...] = ()
    """Ways of the remaining nodes that lead over what is gone."""
    unpulled: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Registries that are gone, and services with images of them: these start on nodes that have the image alone."""

    @property
    def out_of_reach(self) -> int:
        """Pods that wait for their volumes, which are on what is gone."""
        return sum(pods for _, pods in self.stranded)

    @property
    def partly_out_of_reach(self) -> tuple[tuple[Workload, int], ...]:
        """Workloads of which some pods wait for their volumes, and others run."""
        return tuple((each, pods) for each, pods in self.stranded if pods < each.replicas)

    @property
    def stay_down(self) -> int:
        """Pods that run nowhere afterwards: no node takes them, or no control plane starts them."""
        return sum(each.pods for each in self.pending) if self.has_control_plane else self.pods - self.out_of_reach

    @property
    def interrupted(self) -> tuple[Workload, ...]:
        """Workloads of which no pod runs, until one has started elsewhere or for good; the latter come first."""
        gone = [each.workload for each in self.pending if each.pods >= each.workload.replicas]
        gone += [workload for workload, pods in self.stranded if pods >= workload.replicas]
        return (*gone, *(each for each in self.briefly_interrupted if each not in gone))

    @property
    def interrupted_services(self) -> tuple[str, ...]:
        """Services of which a workload has no pod, or no data, for a while or for good; the latter come first."""
        return tuple(dict.fromkeys((*(each.service for each in self.interrupted), *self.unreachable)))

    @property
    def is_survived(self) -> bool:
        """Whether everything runs again without anybody's doing."""
        return self.has_control_plane and not (self.pending or self.stranded or self.unreachable or self.ways)


def snapshot_of(plan: Plan) -> ClusterSnapshot:
    """A planned lab as it stands. Where nodes are on several hosts, block volumes bind their pods to one."""
    return bound(as_it_stands(plan.capacity, plan.workloads))


def bound(snapshot: ClusterSnapshot) -> ClusterSnapshot:
    """The same with the pods that have block volumes bound to the hosts on which these are."""
    if len(_zones(snapshot)) > 1:
        return snapshot._replace(workloads=near_their_volumes(snapshot.workloads, snapshot.uses))
    return snapshot


def losses(lab: Lab, snapshot: ClusterSnapshot) -> Iterator[Loss]:
    """The loss and the drain of each node, the loss of each host if there are several, and of each machine and file
    server that is none of these and that nodes need; each with the services that stand on what is interrupted."""
    dependents, registries = dependents_of(lab), registry_users(lab)
    for loss in _losses(lab, snapshot, registries):
        gone = {*without(lab, loss.interrupted, snapshot.workloads), *loss.unreachable}
        found = ((name, tuple(each for each in dependents.get(name, ()) if each not in gone)) for name in sorted(gone))
        machines = _machines_of(lab, loss)
        yield loss._replace(
            dependents=tuple((name, others) for name, others in found if others),
            ways=ways_by(lab, machines) if loss.nodes else (),
            unpulled=tuple((name, registries[name]) for name in sorted({*gone, *machines} & registries.keys())),
        )


def _machines_of(lab: Lab, loss: Loss) -> list[str]:
    """Machines outside the cluster that are gone."""
    return [
        name
        for name, machine in lab.machines.items()
        if machine.role == "appliance"
        and ((loss.event == "server" and name == loss.name) or (loss.event == "host" and machine.host == loss.name))
    ]


def _losses(lab: Lab, snapshot: ClusterSnapshot, registries: Collection[str]) -> Iterator[Loss]:
    users = users_by_server(lab)
    for node in snapshot.nodes:
        yield _loss("node", node.name, snapshot, [each for each in snapshot.nodes if each is not node])
    for node in snapshot.nodes:
        yield _drained(snapshot, node)
    for host in _zones(snapshot) if len(lab.site.hosts) > 1 else ():
        if host in lab.site.hosts:
            yield _host_lost(lab, snapshot, host, users)
    for name, machine in lab.machines.items():
        if machine.role == "appliance":
            served = _users_of(users, _addresses(machine))
            if served or name in registries or ways_by(lab, [name]):
                yield _server_lost(snapshot, name, served)
    own = _own_addresses(lab)
    for server in (each for each in users if each not in own):
        yield _server_lost(snapshot, server, _users_of(users, [server]))


def _own_addresses(lab: Lab) -> set[str]:
    """Addresses of the lab's machines and hosts."""
    hosts = {str(host.address) for host in lab.site.hosts.values()}
    return hosts.union(*(_addresses(machine) for machine in lab.machines.values()))


def distinct(losses: Iterable[Loss]) -> Iterator[Loss]:
    """The losses, without drains that end like the loss of their node."""
    seen: set[object] = set()
    for loss in losses:
        outcome = _outcome(loss)
        if outcome not in seen:
            yield loss
        seen.add(outcome)


def _outcome(loss: Loss) -> tuple[object, ...]:
    """Key that is the same for equal losses, even where the scheduler's words count the nodes differently."""
    waiting = tuple((each.workload.key, each.pods) for each in loss.pending)
    names = tuple(tuple(each.key for each in workloads) for workloads in (loss.briefly_interrupted, loss.held))
    return loss.name, loss.has_control_plane, loss.moved, loss.out_of_reach, waiting, names, loss.unreachable, loss.ways


def _zones(snapshot: ClusterSnapshot) -> dict[str, None]:
    """The hosts of nodes; a node outside of Proxmox is a zone of its own, or in that of its label."""
    return dict.fromkeys(node.labels[ZONE_LABEL] for node in snapshot.nodes)


def near_their_volumes(workloads: Iterable[Workload], uses: Iterable[NodeUse]) -> list[Workload]:
    """The workloads, those with block volumes bound to the hosts on which they have them."""
    zones: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
    for use in uses:
        for key in _pods_on([use]):
            zones[key][use.node.labels[ZONE_LABEL]] = None
    return [
        bound_to(workload, zones[workload.key]) if workload.pod.block_volumes and workload.key in zones else workload
        for workload in workloads
    ]


def _drained(snapshot: ClusterSnapshot, node: Node) -> Loss:
    cordoned = node._replace(taints={**node.taints, UNSCHEDULABLE: ""})
    loss = _loss(
        "drain", node.name, snapshot, [cordoned if each is node else each for each in snapshot.nodes], cordoned
    )
    return loss._replace(
        briefly_interrupted=tuple(each for each in loss.briefly_interrupted if each.max_unavailable is None),
        held=tuple(each.workload for each in loss.pending if _holds(each, snapshot.pending)),
    )


def _holds(now: Pending, before: Iterable[Pending]) -> bool:
    """Whether more pods wait for a place than the disruption budget allows: the drain waits for them."""
    if now.workload.max_unavailable is None:
        return False
    waited = sum(each.pods for each in before if each.workload.key == now.workload.key)
    return now.pods + waited > now.workload.max_unavailable


def _host_lost(lab: Lab, snapshot: ClusterSnapshot, host: str, users: Mapping[str, Collection[str]]) -> Loss:
    left = [node for node in snapshot.nodes if node.labels[ZONE_LABEL] != host]
    stranded = _pods_on(use for use in snapshot.uses if use.node.labels[ZONE_LABEL] == host)
    movable = [
        each._replace(replicas=each.replicas - stranded[each.key]) if each.pod.block_volumes else each
        for each in snapshot.workloads
    ]
    loss = _loss("host", host, snapshot._replace(workloads=movable), left)
    attached = [
        (each, stranded[each.key]) for each in snapshot.workloads if each.pod.block_volumes and stranded[each.key]
    ]
    waiting = {each.key for each, pods in attached if pods >= each.replicas}
    loss = loss._replace(
        moved=loss.moved - sum(pods for _, pods in attached) if loss.has_control_plane else 0,
        stranded=tuple(attached),
        briefly_interrupted=tuple(each for each in loss.briefly_interrupted if each.key not in waiting),
    )
    machines = (machine for machine in lab.machines.values() if machine.host == host)
    addresses = {
        str(lab.site.hosts[host].address),
        *(address for machine in machines for address in _addresses(machine)),
    }
    whole = (each.service for each, _ in attached if each.key in waiting)
    out_of_reach = {*whole, *_users_of(users, addresses)}
    return loss._replace(unreachable=tuple(sorted(out_of_reach)))


def _server_lost(snapshot: ClusterSnapshot, name: str, served: Sequence[str]) -> Loss:
    """Pods stay where they are, and hang where they use what is not there."""
    return Loss("server", name, True, 0, 0, (), (), (), tuple(served), (), tuple(snapshot.uses))


def _addresses(machine: Machine) -> set[str]:
    return {str(interface.address) for interface in machine.interfaces if interface.address}


def _users_of(users: Mapping[str, Collection[str]], servers: Iterable[str]) -> list[str]:
    """Services with files on a server that has one of these addresses or names."""
    return sorted({each for server in servers for each in users.get(server, ())})


def _loss(
    event: Event,
    name: str,
    snapshot: ClusterSnapshot,
    left: Sequence[Node],
    emptied: Node | None = None,
) -> Loss:
    """`left` are the nodes that are left, of which `emptied` lets its pods go."""
    staying = {node.name for node in left if emptied is None or node.name != emptied.name}
    survivors = [use for use in snapshot.uses if use.node.name in staying]
    lost = _pods_on(use for use in snapshot.uses if use.node.name not in staying)
    remaining = _pods_on(survivors)
    loss = Loss(
        event=event,
        name=name,
        has_control_plane=_has_majority(snapshot.nodes, left),
        pods=lost.total(),
        moved=0,
        stranded=(),
        pending=(),
        briefly_interrupted=tuple(each for each in snapshot.workloads if lost[each.key] and not remaining[each.key]),
        unreachable=(),
        held=(),
        nodes=tuple(survivors),
    )
    if not loss.has_control_plane:
        return loss
    uses, waiting = place(left, snapshot.workloads, survivors, snapshot.pending)
    pending = newly(waiting, snapshot.pending)
    waits: Pods = Counter({each.workload.key: each.pods for each in pending})
    briefly_interrupted = tuple(each for each in loss.briefly_interrupted if waits[each.key] < lost[each.key])
    return loss._replace(
        moved=(lost - waits).total(), pending=pending, briefly_interrupted=briefly_interrupted, nodes=uses
    )


def _pods_on(uses: Iterable[NodeUse]) -> Pods:
    """Pods that have to go elsewhere when their node is gone: all but those of daemonsets."""
    pods: Pods = Counter()
    for use in uses:
        for workload, count in use.workloads:
            if workload.controller != "DaemonSet":
                pods[workload.key] += count
    return pods


def _has_majority(nodes: Iterable[Node], left: Iterable[Node]) -> bool:
    """Whether etcd still has one."""
    members, alive = (sum(node.role == "control-plane" for node in each) for each in (nodes, left))
    return alive > members // 2
