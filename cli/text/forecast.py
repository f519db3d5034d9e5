"""Headroom, losses and restarts as text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from cli.text.tables import Column, Table, number
from plan.cluster.nodes import PODS
from plan.model.resources import CPU, MEMORY, notation
from plan.scenarios.headroom import Constraint, Headroom
from plan.scenarios.losses import Loss, distinct
from plan.scenarios.power_cut import Restart
from plan.wording import cores, gib, listed, percent, plural

EVENTS = {"node": "{} dies", "drain": "{} is drained", "host": "host {} dies", "server": "{} dies"}
PARTS = {"node": "{}", "drain": "{}", "host": "host {}", "server": "{}"}
WAYS = {
    "gateway": "nodes reach no other network, so no image from outside is pulled",
    "name server": "no name from outside is resolved",
}
ENDS_WITH = {CPU: "CPU requests", MEMORY: "memory requests", PODS: "the number of pods"}


def headroom_text(headroom: Headroom) -> RenderableType:
    """The constraints, fullest first, and how much more would fit."""
    table = Table(
        "Limits, the fullest first",
        Column("constraint"),
        Column("of", drop=1),
        number("used", drop=2),
        number("of all", drop=3),
        number("left", drop=4),
        number("share"),
        Column("", drop=5),
    )
    unchecked: list[str] = []
    for each in headroom.constraints:
        if each.capacity is None:
            unchecked.append(f"{each.name} on {each.of}")
        else:
            amounts = (amount_text(each, amount) for amount in (each.used, each.capacity, each.capacity - each.used))
            table.add_row(each.name, each.of, *amounts, percent(each.used, each.capacity), _remark(each))
    lines: list[RenderableType] = [table, Text(f"room for {room_text(headroom)}")]
    lines += [Text(sentence) for sentence in _more(headroom)]
    if unchecked:
        lines.append(Text(f"not checked, because the capacity is not stated: {', '.join(unchecked)}"))
    if headroom.counted_as_declared:
        lines.append(
            Text(
                f"counted as declared, and not compared with their charts: {listed(headroom.counted_as_declared)}. "
                "Containers that a footprint leaves out are not counted"
            )
        )
    return Group(*lines)


def room_text(headroom: Headroom) -> str:
    """How many more typical services would fit, and which resource stops them."""
    typical = headroom.typical
    if headroom.typical_services is None:
        return "cannot be said: no service requests memory"
    each = f"CPU {notation(CPU, typical[CPU])}, memory {notation(MEMORY, typical[MEMORY])}"
    text = f"{plural(headroom.typical_services, 'more service')} of median size ({each})"
    if headroom.ends_with:
        text += f", limited by {ENDS_WITH[headroom.ends_with]}"
    if headroom.typical_services_after_loss is not None:
        text += f"; {headroom.typical_services_after_loss:,} if any one of these nodes may fail"
    return text


def _more(headroom: Headroom) -> Iterator[str]:
    yield f"{plural(headroom.block_volumes, 'more block volume')} could be attached"
    if headroom.workers is not None and headroom.worker_memory is not None:
        each = f"of a host ({gib(headroom.worker_memory)} each, the hypervisor's overhead included)"
        yield f"{plural(headroom.workers, 'more worker')} like {headroom.worker} would fit in the memory {each}"


def amounts_text(constraint: Constraint) -> str:
    """For example `44.0 GiB of 64.0 GiB (machines 40.0 GiB, hypervisor 4.0 GiB)`."""
    assert constraint.capacity is not None, "an unknown amount"
    shown = f"{amount_text(constraint, constraint.used)} of {amount_text(constraint, constraint.capacity)}"
    parts = ", ".join(f"{name} {amount_text(constraint, amount)}" for name, amount in constraint.parts)
    return f"{shown} ({parts})" if parts else shown


def amount_text(constraint: Constraint, amount: int) -> str:
    """An amount of a constraint, with its unit."""
    if constraint.resource == CPU:
        return cores(amount)
    return gib(amount) if constraint.resource == MEMORY else f"{amount:,}"


def _remark(constraint: Constraint) -> str:
    if constraint.binds:
        parts = ", ".join(f"{name} {amount_text(constraint, amount)}" for name, amount in constraint.parts)
        return f"limiting: {parts}" if parts else "limiting"
    if constraint.policy_percent is not None:
        return f"refuses nothing; the lab's policy is {constraint.policy_percent}%"
    return "refuses nothing" if constraint.advisory else ""


LOSSES_NOT_COMPUTED = "not computed (homelab explain NOT-COMPUTED)"


def losses_text(losses: Iterable[Loss] | None, *, all_names: bool = False) -> RenderableType:
    """One row for each loss, and for each drain that ends otherwise than the loss of its node; below it the names of
    what does not come back, and with `all_names` of all that is interrupted."""
    if losses is None:
        return Text(f"When something fails: {LOSSES_NOT_COMPUTED}")
    shown = list(distinct(losses))
    is_far = any(loss.out_of_reach for loss in shown)
    table = Table(
        "When something fails (by estimate)",
        Column("event"),
        number("pods", drop=3),
        number("moved", drop=2),
        number("stay down"),
        *([number("out of reach", drop=4)] if is_far else ()),
        number("services interrupted", drop=1),
    )
    sentences: list[str] = []
    for loss in shown:
        down, away = loss.stay_down, loss.out_of_reach
        far = [away] if is_far else []
        counts = (loss.moved + down + away, loss.moved, down, *far, len(loss.interrupted_services))
        table.add_row(event_text(loss), *map(str, counts))
        said = [*_besides(loss), *(_interrupted(loss) if all_names else ())]
        sentences += [f"{event_text(loss)}: {each}" for each in said]
    legend = (
        "Pods of daemonsets are not counted. A service is interrupted while a part of it does not run, or for good.",
        "A drain that is not listed ends like the loss of its node.",
        *(["Pods are out of reach where their volumes are on the lost part."] if is_far else ()),
    )
    return Group(table, *map(Text, sentences), *(Text(each, "dim") for each in legend))


def event_text(loss: Loss) -> str:
    """`k8s-node1 dies`."""
    return EVENTS[loss.event].format(loss.name)


def loss_name(loss: Loss) -> str:
    """`k8s-node1`, or `host pve`."""
    return PARTS[loss.event].format(loss.name)


def loss_outcome(loss: Loss, most: int | None = None) -> str:
    """The part of a loss that does not come back by itself; of many names, `most` are told."""
    return "; ".join(_besides(loss, most)) or "everything runs elsewhere"


def _interrupted(loss: Loss) -> Iterator[str]:
    if loss.briefly_interrupted:
        until = "they run elsewhere" if loss.has_control_plane else "it is back"
        yield f"interrupted until {until}: {', '.join(each.name for each in loss.briefly_interrupted)}"


def _besides(loss: Loss, most: int | None = None) -> Iterator[str]:
    def names(every: Sequence[str]) -> str:
        return listed(every, most or len(every))

    if not loss.nodes:
        yield "no other node: nothing runs until it is back"
    elif not loss.has_control_plane:
        yield "no control plane: running pods go on, nothing starts or moves until it is back"
    if loss.pending:
        yield f"no place for {names([each.workload.name for each in loss.pending])}"
    if loss.unreachable:
        yield f"volumes out of reach: {names(loss.unreachable)}"
    if loss.partly_out_of_reach:
        some = [f"{each.name} ({pods} of {each.replicas})" for each, pods in loss.partly_out_of_reach]
        yield f"pods that wait for their volumes, while others run: {names(some)}"
    yield from (WAYS[each] for each in loss.ways)
    for registry, services in loss.unpulled:
        yield f"images of {names(services)} come from {registry}: a node that lacks one does not get it"
    for name, others in loss.dependents:
        verb = "depends" if len(others) == 1 else "depend"
        yield f"{plural(len(others), 'service')} {verb} on {name}, which is interrupted: {listed(others)}"
    if loss.held:
        yield f"does not end: the disruption budget of {', '.join(each.name for each in loss.held)} holds it"


def restarts_text(restarts: Sequence[Restart], outside: Mapping[str, str]) -> RenderableType:
    """The order in which machines come back after a power cut, and the nodes whose pods do not wait for them. `outside`
    are the roles of nodes that are no machines of Proxmox, by name: nobody knows when they start."""
    lines = [Text("After a power cut", "bold")]
    for host, each in groupby(restarts, lambda restart: restart.host):
        lines.append(Text(f"{host} starts {', '.join(f'{one.machine} at {one.seconds} s' for one in each)}"))
    if outside:
        lines.append(Text(f"not known: when {listed([*outside])} {'starts' if len(outside) == 1 else 'start'}"))
    if "control-plane" in outside.values():
        lines.append(Text("not known: whether pods come back on their own nodes"))
    else:
        late = [each.machine for each in restarts if each.pods_given_up is not None]
        elsewhere = f"; those of {listed(late)} are recreated elsewhere before it is there" if late else ""
        those = f", those of {listed([*outside])} aside" if outside else ""
        lines.append(Text(f"pods come back on their own nodes{those}{elsewhere}"))
    return Group(*lines)
