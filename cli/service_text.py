"""One service as text: what it becomes, what the scheduler counts, and who goes before it."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cli.kernel_text import kernel_text
from cli.plan_text import findings, make_console
from plan.metadata import api_group
from plan.model import Plan, Service, Workload
from plan.resources import notation, pod_limits, pod_requests


def print_service(plan: Plan, name: str) -> None:
    """Print one service of a plan."""
    service = next(each for each in plan.services if each.name == name)
    console = make_console()
    for part in (
        _heading(plan, service),
        _workloads(service),
        kernel_text(plan, service),
        _objects(service),
        findings(plan.lab, (each for each in plan.findings if each.path[:2] == ("services", name))),
    ):
        console.print(part)
        console.print()


def _heading(plan: Plan, service: Service) -> RenderableType:
    config = plan.lab.services[service.name]
    running = sum(1 for each in plan.services if each.eviction_place)
    lines = [
        Text.assemble((service.name, "bold"), f": {config.description}"),
        Text(f"kind {service.kind}, tier {service.tier}, namespace {service.namespace}"),
    ]
    if service.hosts:
        lines.append(Text(f"reached at {', '.join(f'https://{host}' for host in service.hosts)}"))
    if service.release:
        lines.append(Text(f"chart {service.release.chart} {service.release.version}"))
    if service.eviction_place:
        lines.append(
            Text(f"place {service.eviction_place} of {running} in the eviction order for memory (1 goes first)")
        )
    lines += [Text(f"departs from {name}: {reason}", "yellow") for name, reason in config.exceptions.items()]
    return Group(*lines)


def _workloads(service: Service) -> RenderableType:
    table = Table(
        title="Workloads (of one pod)",
        title_justify="left",
        title_style="bold",
        box=None,
        pad_edge=False,
        header_style="dim",
    )
    for column in ("name", "controller", "pods", "QoS", "oom_score_adj", "requests", "limits"):
        table.add_column(column, overflow="fold")
    for workload in service.workloads:
        table.add_row(
            workload.name,
            workload.controller,
            str(workload.replicas),
            workload.qos,
            _scores(workload),
            _amounts(pod_requests(workload.pod)),
            _amounts(pod_limits(workload.pod)),
        )
    return table


def _scores(workload: Workload) -> str:
    scores = workload.oom_score_adj
    return ", ".join(f"{name} {score}" for name, score in scores.items()) if len(scores) > 1 else str(*scores.values())


def _amounts(amounts: dict[str, int]) -> str:
    """Extended resources are counted, and read best as plain numbers."""
    shown = ((name, f"{amount:,}" if "/" in name else notation(name, amount)) for name, amount in amounts.items())
    return "\n".join(f"{name} {amount}" for name, amount in shown)


def _objects(service: Service) -> RenderableType:
    manifests = service.objects
    lines = [Text("Objects", "bold")]
    lines += [
        Text(
            f"{manifest['kind']} {manifest['metadata']['name']}"
            + (f" ({api_group(manifest)})" if api_group(manifest) else "")
        )
        for manifest in manifests
    ]
    return Group(*lines)
