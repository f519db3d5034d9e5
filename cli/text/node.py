"""One node as text: its pods by estimate, the eviction order when it runs short, and the effects of its loss."""

from rich.console import RenderableType
from rich.text import Text

from cli.text.console import make_console
from cli.text.forecast import losses_text
from cli.text.tables import Column, Table, number
from config.lab import Lab
from config.reservations import by_rule, reserved
from plan.cluster.nodes import PODS
from plan.kubernetes.eviction import SCARCE, order_on
from plan.model import Node, NodeUse, Plan, Workload
from plan.model.resources import CPU, MEMORY, notation, pod_limits, pod_requests, unlimited_containers
from plan.scenarios.losses import losses, snapshot_of
from plan.tiers.objects import shutdown_seconds
from plan.wording import cores, gib, percent, plural


def print_node(plan: Plan, name: str) -> None:
    """Print one node of a plan."""
    use = next(each for each in plan.capacity.nodes if each.node.name == name)
    lost = [loss for loss in losses(plan.lab, snapshot_of(plan)) if loss.name == name and loss.event != "host"]
    console = make_console()
    for part in (_heading(plan, use), _pods(use), losses_text(lost, all_names=True)):
        console.print(part)
        console.print()


def _heading(plan: Plan, use: NodeUse) -> RenderableType:
    node = use.node
    requests, allocatable = use.requests, node.allocatable
    taints = ", ".join(node.taints) or "none"
    return Text.assemble(
        (node.name, "bold"),
        f": {_whereabouts(plan.lab, node.name)}, taints: {taints}\n"
        f"CPU requests {cores(requests.get(CPU, 0))} of {cores(allocatable[CPU])} "
        f"({percent(requests.get(CPU, 0), allocatable[CPU])}), memory requests {gib(requests.get(MEMORY, 0))} of "
        f"{gib(allocatable[MEMORY])} ({percent(requests.get(MEMORY, 0), allocatable[MEMORY])}), memory limits "
        f"{gib(use.limits.get(MEMORY, 0))}\n"
        f"{use.pods} of {plural(allocatable[PODS], 'pod')}, "
        f"{use.volumes} of {plural(node.volume_slots, 'volume slot')}\n",
        _kept(plan.lab, node),
        _at_shutdown(plan.lab, node.name),
    )


def _whereabouts(lab: Lab, name: str) -> str:
    if outside := lab.outside.get(name):
        return f"{outside.description}\n{outside.role}, not a machine of a Proxmox host"
    machine = lab.machines[name]
    return f"{machine.description}\n{machine.role} on host {machine.host}, VMID {machine.vmid}"


def _kept(lab: Lab, node: Node) -> str:
    """The resources that are reserved from pods, next to those that a rule would reserve."""
    kubelet = lab.cluster.kubelet
    stated = (lab.outside[node.name] if node.name in lab.outside else lab.machines[node.name]).allocatable
    if stated and (stated.cpu is not None or stated.memory is not None):
        kept = {each: node.capacity[each] - node.allocatable[each] for each in (CPU, MEMORY)}
        amounts = f"CPU {notation(CPU, kept[CPU])}, memory {gib(kept[MEMORY])}"
        return f"out of reach of pods: {amounts}, by what it has for them (allocatable)"
    own, rule = reserved(kubelet), by_rule(kubelet)
    threshold = kubelet.eviction_hard.memory
    kept = f"out of reach of pods: CPU {own.cpu}, memory {own.memory} reserved and {threshold} before eviction"
    if own == rule:
        return f"{kept}, by the rule for {kubelet.max_pods} pods"
    return f"{kept} (by a rule for small nodes, for {kubelet.max_pods} pods: CPU {rule.cpu}, memory {rule.memory})"


def _at_shutdown(lab: Lab, name: str) -> str:
    """The time that its pods have; of a node that was not created by the program nobody but itself knows."""
    seconds = shutdown_seconds(lab.tiers)
    machine = lab.machines.get(name)
    if machine and not machine.adopt:
        return f"\nat shutdown pods have {seconds} s in all"
    return (
        f"\nat shutdown pods have {seconds} s in all if its kubelet is set so and systemd-logind lets it wait: not "
        "checked; on the node, `systemd-inhibit --list` names the kubelet then"
    )


def _pods(use: NodeUse) -> RenderableType:
    """In the order in which they are evicted for memory; those critical for the system never are, and come last."""
    orders = {resource: [each.key for each in order_on(use, resource)] for resource in SCARCE}
    count = {workload.key: number for workload, number in use.workloads}
    table = Table(
        "Its pods by estimate: when each is evicted if memory, disk or inodes run out, and its memory",
        number("memory", drop=1),
        number("disk", drop=3),
        number("inodes", drop=4),
        Column("workload"),
        number("pods", drop=2),
        number("priority", drop=5),
        number("request"),
        number("limit"),
    )
    going = order_on(use, MEMORY)
    staying = [workload for workload, _ in use.workloads if workload.key not in orders[MEMORY]]
    for workload in (*going, *staying):
        places = (str(order.index(workload.key) + 1) if workload.key in order else "never" for order in orders.values())
        table.add_row(*places, workload.name, str(count[workload.key]), *_figures(workload))
    return table


def _figures(workload: Workload) -> tuple[str, ...]:
    requests, limits = pod_requests(workload.pod), pod_limits(workload.pod)
    return (
        f"{workload.pod.priority:,}",
        notation(MEMORY, requests.get(MEMORY, 0)),
        notation(MEMORY, limits[MEMORY]) if not unlimited_containers(workload.pod) else "none",
    )
