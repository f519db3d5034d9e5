"""What a plan leaves free, and what becomes of the lab when a part of it is gone, as text for people."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.text import Text

from cli.text.tables import make_table
from plan.cluster.nodes import PODS
from plan.model.resources import CPU, MEMORY, notation
from plan.scenarios.headroom import Constraint, Headroom
from plan.scenarios.losses import Loss
from plan.scenarios.power_cut import Restart
from plan.wording import cores, gib, listed, percent, plural

EVENTS = {"node": "{} dies", "drain": "{} is drained", "host": "host {} dies", "server": "{} dies"}
ENDS_WITH = {CPU: "CPU runs out", MEMORY: "memory runs out", PODS: "nodes take no more pods"}


def headroom_text(headroom: Headroom) -> RenderableType:
    """The constraints, the fullest of which binds first, and how much more would fit."""
    table = make_table("What runs out first", "constraint", "of", "used ", "of all ", "left ", "share ", "")
    unchecked: list[str] = []
    for each in headroom.constraints:
        if each.capacity is None:
            unchecked.append(f"{each.name} on {each.of}")
        else:
            amounts = (_amount(each, amount) for amount in (each.used, each.capacity, each.capacity - each.used))
            table.add_row(each.name, each.of, *amounts, percent(each.used, each.capacity), _remark(each))
    lines: list[RenderableType] = [table, *(Text(sentence) for sentence in _more(headroom))]
    if unchecked:
        lines.append(Text(f"not checked, because its capacity is not stated: {', '.join(unchecked)}"))
    return Group(*lines)


def losses_text(losses: Iterable[Loss], *, all_names: bool = False) -> RenderableType:
    """One row for each loss, and for each drain that comes to something else than the loss of its node; then what
    there is to say about them, with all names of what is interrupted if they are wanted."""
    table = make_table("When something breaks (by estimate)", "what", "moved ", "interrupted ", "without a place ")
    sentences: list[str] = []
    seen: set[object] = set()
    for loss in losses:
        if (outcome := _outcome(loss)) in seen:
            continue
        seen.add(outcome)
        table.add_row(
            EVENTS[loss.event].format(loss.name),
            str(loss.moved),
            str(len(loss.blips)),
            str(sum(each.pods for each in loss.pending)),
        )
        said = [*_besides(loss), *(_interrupted(loss) if all_names else ())]
        sentences += [f"{EVENTS[loss.event].format(loss.name)}: {each}" for each in said]
    same = "a node that is drained first comes to the same, unless it is listed"
    return Group(table, *map(Text, (*sentences, same)))


def _interrupted(loss: Loss) -> Iterator[str]:
    if loss.blips:
        yield f"interrupted until they run elsewhere: {', '.join(each.name for each in loss.blips)}"


def restarts_text(restarts: Sequence[Restart]) -> RenderableType:
    """In which order machines come back after a power cut, and whose pods do not wait for them."""
    lines = [Text("After a power cut", "bold")]
    for host, each in groupby(restarts, lambda restart: restart.host):
        lines.append(Text(f"{host} starts {', '.join(f'{one.machine} at {one.seconds} s' for one in each)}"))
    late = [each.machine for each in restarts if each.pods_given_up is not None]
    elsewhere = f"; those of {listed(late)} are made anew elsewhere before it is there" if late else ""
    lines.append(Text(f"pods come back on the node that they were on{elsewhere}"))
    return Group(*lines)


def _outcome(loss: Loss) -> tuple[object, ...]:
    """What tells two lines apart; that a node is counted differently in the scheduler's words does not."""
    waiting = tuple((each.workload.key, each.pods) for each in loss.pending)
    names = tuple(tuple(each.key for each in workloads) for workloads in (loss.blips, loss.held))
    return loss.name, loss.has_control_plane, loss.moved, waiting, names, loss.unreachable


def _remark(constraint: Constraint) -> str:
    return "binds first" if constraint.binds else "refuses nothing" if constraint.advisory else ""


def _amount(constraint: Constraint, amount: int) -> str:
    if constraint.resource == CPU:
        return cores(amount)
    return gib(amount) if constraint.resource == MEMORY else f"{amount:,}"


def _more(headroom: Headroom) -> Iterator[str]:
    typical = headroom.typical
    after = headroom.typical_services_after_loss
    tail = "" if after is None else f", {after} if the loss of any one of these nodes is to be survived"
    ends = f"; then {ENDS_WITH[headroom.ends_with]}" if headroom.ends_with else ""
    yield (
        f"{plural(headroom.typical_services, 'more typical service')} would fit (CPU {notation(CPU, typical[CPU])}, "
        f"memory {notation(MEMORY, typical[MEMORY])}: the lab's medians){tail}{ends}"
    )
    yield f"{plural(headroom.block_volumes, 'more block volume')} could be attached"
    if headroom.workers is not None:
        yield f"{plural(headroom.workers, 'more worker')} like {headroom.worker} would fit in the memory of a host"


def _besides(loss: Loss) -> Iterator[str]:
    if not loss.has_control_plane:
        yield "no control plane: what runs goes on, and nothing is started or moved until it is back"
    if loss.pending:
        yield f"no place for {listed([each.workload.name for each in loss.pending])}"
    if loss.unreachable:
        yield f"volumes out of reach: {', '.join(loss.unreachable)}"
    if loss.held:
        yield f"does not end: the disruption budget of {', '.join(each.name for each in loss.held)} holds it"
