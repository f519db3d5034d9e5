"""The loss of each part of the lab, and the order of evictions on each node."""

from collections.abc import Iterator

import htpy as h

from cli.text.forecast import LOSSES_NOT_COMPUTED, event_text, loss_outcome
from plan.forecast import Forecast
from plan.kubernetes.eviction import SCARCE, order_on
from plan.model import Plan
from plan.model.resources import EPHEMERAL_STORAGE, MEMORY
from plan.scenarios.losses import Loss, distinct
from plan.wording import plural

SHORT_OF = {MEMORY: "memory", EPHEMERAL_STORAGE: "disk"}


def losses_section(forecast: Forecast) -> h.Element:
    """Each loss, to be opened."""
    return h.section(id="losses")[
        h.h2["When a part fails"],
        h.p(".soft")[
            "By estimate, without pods of daemonsets. A drain that is not listed ends like the loss of its node."
        ],
        h.p[LOSSES_NOT_COMPUTED] if forecast.losses is None else map(_loss, distinct(forecast.losses)),
        _power_cut(forecast),
    ]


def _loss(loss: Loss) -> h.Element:
    services = loss.interrupted_services
    word, style = ("✓ survived", "good") if loss.is_survived else ("✗ not survived", "bad")
    return h.details(id=f"loss-{loss.event}-{loss.name}")[
        h.summary[
            h.strong[event_text(loss)],
            ": ",
            h.span(class_=style)[word],
            f"; {plural(loss.moved, 'pod')} moved, {loss.stay_down} down, ",
            f"{plural(len(services), 'service')} interrupted",
        ],
        h.p[_sentence(loss_outcome(loss))],
        _details(loss),
    ]


def _details(loss: Loss) -> Iterator[h.Element]:
    if loss.pending:
        yield h.ul[(h.li[f"{', '.join(names)}: {reason}"] for reason, names in _by_reason(loss).items())]
    if loss.interrupted_services:
        yield h.p[f"Interrupted, for a while or for good: {', '.join(loss.interrupted_services)}."]


def _by_reason(loss: Loss) -> dict[str, list[str]]:
    """Workloads whose pods find no place, by the scheduler's words."""
    found: dict[str, list[str]] = {}
    for each in loss.pending:
        found.setdefault(str(each.reason), []).append(each.workload.name)
    return found


def _power_cut(forecast: Forecast) -> h.Element:
    return h.details(id="power-cut")[
        h.summary[h.strong["After a power cut"], ": the order in which machines start"],
        h.ol[(h.li[f"{each.machine} on {each.host}, after {each.seconds} s"] for each in forecast.restarts)],
    ]


def evictions_section(plan: Plan) -> h.Element:
    """The order in which each node evicts pods."""
    return h.section(id="evictions")[
        h.h2["Eviction order"],
        h.p(".soft")["The first is evicted first, if every pod uses all that it may. System-critical pods never are."],
        (
            h.details(id=f"eviction-{use.node.name}")[
                h.summary[h.strong[use.node.name], f": {plural(len(use.workloads), 'workload')}"],
                (
                    h.fragment[
                        h.p[f"When it runs out of {SHORT_OF.get(resource, resource)}:"],
                        h.ol(".order")[(h.li[workload.name] for workload in order_on(use, resource))],
                    ]
                    for resource in SCARCE[:2]
                ),
            ]
            for use in plan.capacity.nodes
        ),
    ]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
