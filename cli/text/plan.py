"""The plan as text for people: the verdict first, and the rest of it below."""

from rich.console import Console, Group, RenderableType
from rich.text import Text

from cli.planned import foreseen
from cli.text.capacity import machines_text, nodes_text, tiers_text
from cli.text.console import make_console
from cli.text.data import data_losses_text
from cli.text.findings import findings
from cli.text.forecast import headroom_text, losses_text, restarts_text
from cli.text.verdict import rest_text, verdict_line, verdict_text
from plan.capacity.totals import total_limits, total_requests
from plan.model import Plan
from plan.model.resources import CPU, MEMORY
from plan.verdict import judge
from plan.wording import cores, gib, plural


def print_plan(plan: Plan, console: Console | None = None, *, whole: bool = True) -> None:
    """Print the verdict, and the whole plan below it if it is wanted; to the terminal unless another console is
    given. Below a long plan the verdict stands once more, where a terminal ends."""
    console = console or make_console()
    forecast = foreseen(plan)
    verdict = judge(forecast)
    console.print(_heading(plan))
    console.print(verdict_text(plan, forecast, verdict, whole=whole))
    if not whole:
        console.print()
        console.print(rest_text(plan, verdict))
        return
    for part in (
        *([machines_text(plan)] if plan.machines else []),
        nodes_text(plan),
        headroom_text(forecast.headroom),
        losses_text(forecast.losses),
        *([data_losses_text(forecast.data_losses)] if forecast.data_losses else []),
        restarts_text(forecast.restarts, {name: node.role for name, node in plan.lab.outside.items()}),
        tiers_text(plan),
        _services(plan),
        findings(plan.lab, forecast.findings),
        verdict_line(verdict),
    ):
        console.print()
        console.print(part)


def _heading(plan: Plan) -> Text:
    services, nodes = len(plan.services), len(plan.capacity.nodes)
    return Text.assemble(
        (f"Lab {plan.lab.name}", "bold"),
        f": {plural(len(plan.machines), 'machine')}, {plural(nodes, 'node')}, {plural(services, 'service')} in "
        f"{plural(len(plan.tiers), 'tier')} and {plural(len(plan.namespaces), 'namespace')}, "
        f"{plural(len(plan.manifests), 'object')}",
    )


def _services(plan: Plan) -> RenderableType:
    """Services with errors or warnings; all of them are in the JSON."""
    named = {name for each in plan.findings if each.severity != "info" for name in each.services}
    wrong = named & {service.name for service in plan.services}
    off = [each.name for each in plan.services if each.is_off]
    lines = [Text("Services", "bold")]
    for service in plan.services:
        if service.name in wrong:
            requests, limits = total_requests(service.workloads), total_limits(service.workloads)
            lines.append(
                Text(
                    f"{service.name} ({service.kind}, {service.tier}): CPU {cores(requests.get(CPU, 0))}, memory "
                    f"{gib(requests.get(MEMORY, 0))} requested, limit {gib(limits.get(MEMORY, 0))}"
                )
            )
    lines.append(Text(f"{plural(len(plan.services) - len(wrong), 'service')} without error or warning"))
    if off:
        lines.append(Text(f"switched off: {', '.join(off)}"))
    return Group(*lines)
