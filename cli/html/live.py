"""The running cluster, compared with the plan: pods on each node, and what the doctor finds."""

from collections import Counter
from collections.abc import Iterator, Sequence

import htpy as h

from cli.html.tables import table
from observation import Gap, Observation
from operations.doctor.diagnose import diagnose
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_over, node_of
from plan.model import Plan
from plan.wording import listed, plural


def live_section(plan: Plan, observed: Observation) -> h.Element:
    """Pods by node, findings about what runs, and what could not be asked."""
    findings = diagnose(observed)
    return h.section(id="live")[
        h.h2["Live state"],
        h.p(".soft")[f"{observed.source}, as it was at {observed.now:%Y-%m-%d %H:%M} UTC."],
        _nodes(plan, observed),
        (_finding(each) for each in findings) if findings else h.p["No problems were found in what was asked."],
        _gaps(observed.gaps),
    ]


def _nodes(plan: Plan, observed: Observation) -> h.Element:
    planned = {use.node.name: use.pods for use in plan.capacity.nodes}
    running = Counter(node_of(pod) for pod in observed.of("Pod") if not is_over(pod))
    there = [str(node["metadata"]["name"]) for node in observed.of("Node")]
    asked = observed.knows("Pod")
    rows = [
        (name, str(running[name]) if asked else "not known", str(planned.get(name, "not in the plan")))
        for name in dict.fromkeys((*planned, *there))
    ]
    return table(("node", "pods that run", "pods by the plan's estimate"), rows, numbers=(1, 2))


def _finding(finding: Finding) -> h.Element:
    return h.div(class_=f"finding {finding.severity}")[
        h.p[h.strong[finding.severity], " ", h.code[finding.code], f" {finding.subject}"],
        h.p[finding.message],
        _evidence("Seen", finding.evidence),
        _evidence("So", finding.consequences),
        h.p[h.strong["Fix: "], finding.fix],
    ]


def _evidence(title: str, lines: Sequence[Evidence]) -> h.Element | None:
    if not lines:
        return None
    return h.details[
        h.summary[f"{title}: {plural(len(lines), 'object')}"],
        h.ul[(h.li[f"{each.object}: {each.shows}"] for each in lines)],
    ]


def _gaps(gaps: Sequence[Gap]) -> Iterator[h.Element]:
    if gaps:
        names = listed([gap.subject for gap in gaps], len(gaps))
        yield h.p(".soft")[f"Not asked, or not answered: {names}."]
