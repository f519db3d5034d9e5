"""Labs made of chance: nodes and workloads as plain values, the same for the same seed.

Small and tight, so that much of it finds no place, and every rule of the scheduler decides somewhere.
"""

from random import Random
from typing import NamedTuple

from plan.cluster.nodes import PODS, UNSCHEDULABLE, ZONE_LABEL
from plan.model import Container, Controller, Node, Pod, Workload
from plan.model.constraints import HOSTNAME, AffinityTerm, Constraints, Requirement, Selector, Spread
from plan.model.resources import CPU, EPHEMERAL_STORAGE, GPU, MEMORY

MIB, GIB = 1 << 20, 1 << 30
VIDEO_MEMORY = "homelab.example/video-memory"
TAINTS = ("dedicated", "broken")
NAMESPACES = ("one", "two")
PRIORITIES = (0, 100, 200, 1000)
MAKES_VOLUMES_EVERY = 50
"""One of so many labs recreates its volumes."""


class SchedulingLab(NamedTuple):
    """Nodes, the workloads that are there first, and those that come when these have their places."""

    name: str
    nodes: tuple[Node, ...]
    first: tuple[Workload, ...]
    then: tuple[Workload, ...] = ()
    lost: str | None = None
    """A node that dies before the latter come."""
    makes_volumes: bool = False
    """Volumes are made while pods are placed, which takes a second each; else they exist."""


def random_lab(seed: int) -> SchedulingLab:
    """The lab of a seed."""
    chance = Random(seed)
    zones = [f"zone-{number}" for number in range(chance.choice((0, 1, 2, 3)))]
    nodes = tuple(_node(chance, f"lab{seed}-node{number}", zones) for number in range(chance.randint(2, 6)))
    fresh = seed % MAKES_VOLUMES_EVERY == 0
    services = [() if fresh else tuple(chance.sample(zones, chance.randint(1, len(zones)))) for _ in range(3) if zones]
    numbers = range(chance.randint(5, 10))
    workloads = [_workload(chance, number, len(numbers), services) for number in numbers]
    early = chance.choice((len(workloads), len(workloads) * 2 // 3, len(workloads) // 2))
    first = tuple(_less_important(chance, each) for each in workloads[:early])
    lost = chance.choice(nodes).name if len(nodes) > 2 and not fresh and chance.random() < 0.25 else None
    return SchedulingLab(f"lab{seed}", nodes, first, tuple(workloads[early:]), lost, fresh)


def _node(chance: Random, name: str, zones: list[str]) -> Node:
    has_gpu = chance.random() < 0.25
    room = {
        CPU: chance.choice((1000, 2000, 4000, 8000)),
        MEMORY: chance.choice((2, 4, 8, 16)) * GIB,
        EPHEMERAL_STORAGE: chance.choice((8, 64)) * GIB,
        PODS: chance.choice((3, 5, 8, 110)),
        **({GPU: chance.choice((1, 4)), VIDEO_MEMORY: 14_000} if has_gpu else {}),
    }
    labels = {HOSTNAME: name, "disk": chance.choice(("ssd", "hdd")), "cores": str(room[CPU] // 1000)}
    if zones and chance.random() < 0.95:
        labels[ZONE_LABEL] = chance.choice(zones)
    if chance.random() < 0.7:
        labels["rack"] = chance.choice(("left", "right"))
    taints = {key: "yes" for key in TAINTS if chance.random() < 0.15}
    if chance.random() < 0.06:
        taints[UNSCHEDULABLE] = ""
    return Node(name, "worker", "general", labels, taints, room, room, chance.choice((1, 2, 4, 28)))


def _workload(chance: Random, number: int, of: int, services: list[tuple[str, ...]]) -> Workload:
    controllers: tuple[Controller, ...] = ("Deployment", "StatefulSet", "DaemonSet", "Cluster")
    (controller,) = chance.choices(controllers, (12, 4, 2, 1))
    replicas = 1 if controller == "DaemonSet" else chance.choice((1, 1, 2, 3, 4))
    service = chance.randrange(3)
    volumes = ("data", "more")[: chance.choice((1, 1, 2))] if chance.random() < 0.3 else ()
    volumes = () if controller == "DaemonSet" else volumes
    pod = Pod(
        containers=tuple(_container(chance, f"main{each}") for each in range(chance.choice((1, 1, 1, 2)))),
        init_containers=tuple(
            _container(chance, f"init{each}")._replace(always_restarts=chance.random() < 0.5)
            for each in range(chance.choice((0, 0, 0, 1, 2)))
        ),
        priority=chance.choice(PRIORITIES),
        node_selector={"disk": chance.choice(("ssd", "hdd"))} if chance.random() < 0.15 else {},
        tolerated_taints=frozenset(key for key in (*TAINTS, "*") if chance.random() < 0.12),
        block_volumes=volumes,
        constraints=_constraints(chance, number, of, services[service] if volumes and services else ()),
    )
    return Workload(
        name=f"w{number}",
        service=f"service{service}",
        namespace=NAMESPACES[service % len(NAMESPACES)],
        controller=controller,
        replicas=replicas,
        pod=pod,
        path=("services", f"w{number}"),
        qos="Burstable",
        oom_score_adj={},
        max_unavailable=chance.choice((0, 1)) if controller != "DaemonSet" and chance.random() < 0.3 else None,
    )


def _less_important(chance: Random, workload: Workload) -> Workload:
    """Give the first pods lower priorities, so that some are preempted."""
    return workload._replace(pod=workload.pod._replace(priority=chance.choice(PRIORITIES[:3])))


def _container(chance: Random, name: str) -> Container:
    requests: dict[str, int] = {}
    if chance.random() < 0.85:
        requests[CPU] = chance.choice((50, 250, 500, 1000, 1500, 3000))
    if chance.random() < 0.85:
        requests[MEMORY] = chance.choice((64, 256, 512, 1024, 3072)) * MIB
    if chance.random() < 0.1:
        requests[EPHEMERAL_STORAGE] = chance.choice((1, 6)) * GIB
    if chance.random() < 0.08:
        requests |= {GPU: 1, VIDEO_MEMORY: chance.choice((2000, 9000))}
    return Container(name, requests, requests if requests.get(GPU) else {})


def _constraints(chance: Random, number: int, of: int, volume_zones: tuple[str, ...]) -> Constraints:
    def some(likelihood: float) -> bool:
        return chance.random() < likelihood

    topologies = (HOSTNAME, HOSTNAME, ZONE_LABEL, "rack")

    def term() -> AffinityTerm:
        return AffinityTerm(_selector(chance, number, of), chance.choice(topologies))

    def spread() -> Spread:
        return Spread(_selector(chance, number, of), chance.choice(topologies), chance.choice((1, 1, 2)), some(0.6))

    spreads = {(each.topology_key, each.required): each for each in (spread(), spread())} if some(0.25) else {}
    return Constraints(
        labels={"app": f"w{number}", "part": chance.choice(("front", "back"))},
        node_affinity=tuple(_node_selector(chance) for _ in range(chance.choice((1, 2)))) if some(0.15) else (),
        near=tuple(term() for _ in range(chance.choice((1, 1, 2)))) if some(0.12) else (),
        apart=(term(),) if some(0.15) else (),
        preferred=tuple((chance.choice((100, 10, -10, -100)), term()) for _ in range(2)) if some(0.25) else (),
        spread=tuple(spreads.values()),
        host_ports=frozenset({(chance.choice(("TCP", "UDP")), chance.choice((80, 53)))}) if some(0.12) else frozenset(),
        preempts=some(0.85),
        volume_zones=volume_zones,
    )


def _selector(chance: Random, number: int, of: int) -> Selector:
    """Mostly a workload's own pods, as the charts have it."""
    other = f"w{chance.randrange(of)}"
    choices = (
        Requirement("app", "In", (f"w{number}",)),
        Requirement("app", "In", (f"w{number}",)),
        Requirement("app", "In", (other,)),
        Requirement("app", "In", (f"w{number}", other)),
        Requirement("app", "NotIn", (f"w{number}",)),
        Requirement("part", "In", ("front",)),
        Requirement("part", "Exists"),
    )
    return (chance.choice(choices),)


def _node_selector(chance: Random) -> Selector:
    choices = (
        Requirement("disk", "In", ("ssd",)),
        Requirement("rack", "Exists"),
        Requirement("rack", "DoesNotExist"),
        Requirement("rack", "NotIn", ("left",)),
        Requirement("cores", "Gt", ("1",)),
        Requirement("cores", "Lt", ("8",)),
    )
    return tuple(chance.sample(choices, chance.choice((1, 1, 2))))
