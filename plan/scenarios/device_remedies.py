"""Steps after which a node has a device, or more of one: a card passed through, more of its memory, a device stated."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from config.lab import Lab
from config.machine import Machine
from config.source import Path
from plan.capacity.gpus import larger_budgets
from plan.cluster.nodes import plan_nodes
from plan.model import Edit, Node, Pending, Remedy
from plan.model.resources import GPU, pod_requests
from plan.scenarios.blockers import Blocker, MissingLabel, TooLarge
from plan.scenarios.snapshot import ClusterSnapshot
from plan.tiers.conventions import GPU_NODE_LABEL


class DeviceStep(NamedTuple):
    """A remedy, and the cluster with it."""

    remedy: Remedy
    snapshot: ClusterSnapshot


def card_steps(lab: Lab, snapshot: ClusterSnapshot) -> Iterator[DeviceStep]:
    """Each larger card that advertises as little as the smaller ones, with a budget of its own."""
    sharing = lab.cluster.platform.gpu
    for card in larger_budgets(lab) if sharing else ():
        words = f"write budget_mib: {card.budget} for {card.name} in site.yaml"
        more = {card.machine: card.budget - card.advertised}
        nodes = [
            _with_more(node, sharing.video_memory_resource, more[node.name]) if sharing and node.name in more else node
            for node in snapshot.nodes
        ]
        path: Path = ("site", "hosts", card.host, "pci_devices", card.name, "budget_mib")
        yield DeviceStep(Remedy(words, (Edit(path, card.budget),)), snapshot._replace(nodes=nodes))


def device_steps(lab: Lab, snapshot: ClusterSnapshot, found: Iterable[Blocker]) -> Iterator[DeviceStep]:
    """Steps of the same kind as the causes: a card for a worker, or a device that the lab does not state of a node."""
    for blocker in found:
        match blocker:
            case MissingLabel(requirement) if requirement.key == GPU_NODE_LABEL:
                yield from _free_cards(lab, snapshot)
            case TooLarge(resource, asked) if "/" in resource and not _follows(lab, resource):
                yield from _stated(lab, snapshot, resource, asked)
            case _:
                pass


def further_devices(lab: Lab, snapshot: ClusterSnapshot, pending: Pending) -> Iterator[DeviceStep]:
    """One more of a device that other pods have: on a worker without one, or shared where there is one."""
    for resource in sorted(pending.reason.lacking):
        asked = pod_requests(pending.workload.pod).get(resource, 0)
        if "/" not in resource or _follows(lab, resource) or not asked:
            continue
        yield from _stated(lab, snapshot, resource, asked)
        for name, machine in lab.machines.items():
            if machine.role == "worker" and (has := machine.extended.get(resource)):
                extended = {**machine.extended, resource: has + asked}
                changed = _changed(lab, name, machine.model_copy(update={"extended": extended}))
                words = f"where {name} shares the device, state it: extended: {{{resource}: {has + asked}}} for {name}"
                step = Remedy(f"{words} in machines.yaml", (Edit(("machines", name, "extended"), extended),))
                yield DeviceStep(step, snapshot._replace(nodes=plan_nodes(changed)))


def _with_more(node: Node, resource: str, amount: int) -> Node:
    return node._replace(allocatable={**node.allocatable, resource: node.allocatable.get(resource, 0) + amount})


def _follows(lab: Lab, resource: str) -> bool:
    """Whether the amount on a node follows from the cards that are passed through."""
    sharing = lab.cluster.platform.gpu
    return resource == GPU or (sharing is not None and resource == sharing.video_memory_resource)


def _workers(lab: Lab) -> Iterator[tuple[str, Machine]]:
    """Workers without a card, which a card or another device may be added to."""
    for name, machine in lab.machines.items():
        if machine.role == "worker" and not machine.pci_devices:
            yield name, machine


def _free_cards(lab: Lab, snapshot: ClusterSnapshot) -> Iterator[DeviceStep]:
    """Cards that no machine has, each for the workers of its host."""
    taken = {(machine.host, device) for machine in lab.machines.values() for device in machine.pci_devices}
    for name, machine in _workers(lab) if lab.cluster.platform.gpu else ():
        for device, row in lab.site.hosts[machine.host].pci_devices.items():
            if row.video_memory_mib is not None and (machine.host, device) not in taken:
                changed = _changed(lab, name, machine.model_copy(update={"pci_devices": (device,)}))
                step = Remedy(
                    f"pass {device} through: pci_devices: [{device}] for {name} in machines.yaml",
                    (Edit(("machines", name, "pci_devices"), [device]),),
                )
                yield DeviceStep(step, snapshot._replace(nodes=plan_nodes(changed)))


def _stated(lab: Lab, snapshot: ClusterSnapshot, resource: str, asked: int) -> Iterator[DeviceStep]:
    """As many as one pod asks for, or else all pods together, on a worker of which the lab states none."""
    together = sum(pod_requests(each.pod).get(resource, 0) * each.replicas for each in snapshot.workloads)
    for amount in dict.fromkeys((asked, together)):
        for name, machine in _workers(lab):
            if resource in machine.extended:
                continue
            extended = {**machine.extended, resource: amount}
            changed = _changed(lab, name, machine.model_copy(update={"extended": extended}))
            words = (
                f"if {name} has the device and its plugin runs there, state it: extended: {{{resource}: {amount}}} for "
                f"{name} in machines.yaml; if not, pass the device through first"
            )
            step = Remedy(words, (Edit(("machines", name, "extended"), extended),))
            yield DeviceStep(step, snapshot._replace(nodes=plan_nodes(changed)))


def _changed(lab: Lab, name: str, machine: Machine) -> Lab:
    return replace(lab, machines={**lab.machines, name: machine})
