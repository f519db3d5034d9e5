"""The head of the page: the verdict, and the limits."""

from collections.abc import Iterator

import htpy as h

from cli.html.bars import state
from cli.html.tables import table
from cli.text.data import data_point_text
from cli.text.forecast import amount_text, amounts_text, loss_name, loss_outcome, room_text
from cli.text.verdict import MOST_NAMES, VERSION_NOT_CHECKED, single_points
from plan.forecast import Forecast
from plan.model import Plan
from plan.scenarios.headroom import Constraint
from plan.verdict import Verdict
from plan.wording import percent, plural

_WORDS = {
    "fits": "✓ It fits, by estimate",
    "does not fit": "? Not everything fits, by estimate",
    "has errors": "✗ Do not apply this",
    "not checked": f"? {VERSION_NOT_CHECKED}",
}


def verdict_header(plan: Plan, forecast: Forecast, verdict: Verdict) -> h.Element:
    """Title, verdict, and what is most worth knowing."""
    counts = verdict.counts
    said = (plural(counts["error"], "error"), plural(counts["warning"], "warning"), plural(counts["info"], "note"))
    return h.header[
        h.a(".skip", href="#main")["Skip to the content"],
        h.h1[f"Lab {plan.lab.name}"],
        h.p(class_=f"verdict {'good' if verdict.word == 'fits' else 'bad'}")[
            f"{_WORDS[verdict.word]}: {', '.join(said)}"
        ],
        h.p(".soft")[
            f"{plural(len(plan.machines), 'machine')}, {plural(len(plan.capacity.nodes), 'node')}, "
            f"{plural(len(plan.services), 'service')} in {plural(len(plan.tiers), 'tier')} and "
            f"{plural(len(plan.namespaces), 'namespace')}, {plural(len(plan.manifests), 'object')}"
        ],
        h.dl(".facts")[_facts(plan, forecast, verdict)],
    ]


def _facts(plan: Plan, forecast: Forecast, verdict: Verdict) -> Iterator[h.Element]:
    if (limiting := verdict.limiting) and limiting.capacity is not None:
        share = percent(limiting.used, limiting.capacity)
        yield h.dt["Limiting"]
        yield h.dd[f"{limiting.name} of {limiting.of}, {share} used: {amounts_text(limiting)}"]
    yield h.dt["Room for"]
    yield h.dd[room_text(forecast.headroom)]
    yield h.dt["Must not fail"]
    if not verdict.single_points and not verdict.data_points:
        yield from (h.dd[each] for each in single_points(plan, verdict))
    for loss in verdict.single_points or ():
        yield h.dd[h.a(href=f"#loss-{loss.event}-{loss.name}")[loss_name(loss)], f" ({loss_outcome(loss, MOST_NAMES)})"]
    for loss in verdict.data_points:
        yield h.dd[h.a(href="#data")[data_point_text(plan.lab, loss)]]


def limits_section(forecast: Forecast) -> h.Element:
    """All constraints, fullest first."""
    return h.section(id="limits")[
        h.h2["Limits, the fullest first"],
        table(
            ("limit", "of", "used", "left", "share"),
            (_row(each) for each in forecast.headroom.constraints),
            numbers=(2, 3, 4),
        ),
    ]


def _row(constraint: Constraint) -> tuple[str, ...]:
    if constraint.capacity is None:
        used = amount_text(constraint, constraint.used)
        return constraint.name, constraint.of, used, "not checked: its capacity is not stated", "-"
    policy = f"; policy {constraint.policy_percent}%" if constraint.policy_percent is not None else ""
    limiting = "; limiting" if constraint.binds else ""
    share = f"{percent(constraint.used, constraint.capacity)}{state(constraint.used, constraint.capacity)}"
    left = amount_text(constraint, constraint.capacity - constraint.used)
    return constraint.name, constraint.of, amounts_text(constraint), left, f"{share}{limiting}{policy}"
