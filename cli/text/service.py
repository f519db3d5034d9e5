"""One service as text: what it becomes, what the scheduler counts, and its place in the eviction order."""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cli.text.console import INDENT, make_console
from cli.text.data import copies_text, size_text, where_text
from cli.text.findings import findings
from cli.text.kernel import NEWER_RUNC, cgroups_text, evictions_text, guarantees_text
from plan.kubernetes.guarantees import OOM_RULES, RULES
from plan.ledger import ledger
from plan.model import Plan, QosClass, ResourceList, Service, Workload
from plan.model.metadata import api_group
from plan.model.resources import (
    CPU,
    GPU,
    MEMORY,
    notation,
    pod_limits,
    pod_requests,
    scaled,
    sum_of,
    unlimited_containers,
)
from plan.wording import cores, gib, plural


def print_service(plan: Plan, name: str, *, whole: bool = True) -> None:
    """Print one service of a plan: the essential first, and with `whole` what becomes of it in the kernel."""
    service = next(each for each in plan.services if each.name == name)
    found = findings(plan.lab, (each for each in plan.findings if each.concerns(name)))
    console = make_console()
    console.print(_essential(plan, service))
    console.print()
    if not whole:
        console.print(found)
        console.print(Text(f"\nIts cgroups, QoS classes, evictions and objects: homelab explain {name} --all", "dim"))
        return
    for part in (
        *(Group(*_workload(plan, workload)) for workload in service.workloads),
        _classes(service),
        *([_objects(service)] if service.objects else []),
        found,
    ):
        console.print(part)
        console.print()


def _essential(plan: Plan, service: Service) -> RenderableType:
    """Its purpose, place, address, size, data and turn in an eviction."""
    config = plan.lab.services[service.name]
    running = sum(1 for each in plan.services if each.eviction_place)
    lines = [
        Text.assemble((service.name, "bold"), f": {config.description}"),
        Text(f"kind {service.kind}, tier {service.tier}, namespace {service.namespace}"),
        Text(_places(plan, service)),
    ]
    if service.hosts:
        lines.append(Text(f"reached at {', '.join(f'https://{host}' for host in service.hosts)}"))
    lines.append(Text(_size(service)))
    for entry in ledger(plan.lab):
        if entry.path[:2] == ("services", service.name):
            lines.append(Text(f"stores {entry.name}: {size_text(entry)} on {where_text(entry)}; {copies_text(entry)}"))
    if service.release:
        lines.append(Text(f"chart {service.release.chart} {service.release.version}"))
    if service.eviction_place:
        lines.append(
            Text(f"place {service.eviction_place} of {running} in the eviction order for memory (1 goes first)")
        )
    lines += [Text(f"departs from {name}: {reason}", "yellow") for name, reason in config.exceptions.items()]
    return Group(*lines)


def _places(plan: Plan, service: Service) -> str:
    placed = {
        use.node.name: count
        for use in plan.capacity.nodes
        if (count := sum(pods for workload, pods in use.workloads if workload.service == service.name))
    }
    jobs = _jobs(service)
    told = [f"runs at times: {', '.join(jobs)}; the node is chosen each time"] if jobs else []
    if placed:
        nodes = (f"{node} ({plural(count, 'pod')})" for node, count in placed.items())
        told.insert(0, f"runs on {', '.join(nodes)}, by estimate")
    elif not service.workloads:
        told.append("has no pods")
    elif not jobs or any(each.is_steady and each.replicas for each in service.workloads):
        told.insert(0, f"runs nowhere: {'it is switched off' if service.is_off else 'no node takes its pods'}")
    return "\n".join(told)


def _jobs(service: Service) -> list[str]:
    """Its jobs that are not switched off, with the schedule of those that have one."""
    schedules = {
        each["metadata"]["name"]: f" ({each['spec']['schedule']})"
        for each in service.objects
        if each["kind"] == "CronJob" and not each["spec"].get("suspend")
    }
    runs = (each for each in service.workloads if not each.is_steady and each.replicas)
    return [
        f"{each.controller} {each.name}{schedules.get(each.name, '')}"
        for each in runs
        if each.controller == "Job" or each.name in schedules
    ]


def _size(service: Service) -> str:
    steady = [each for each in service.workloads if each.is_steady]
    jobs = [each for each in service.workloads if not each.is_steady]
    told = [_amounts_in_all(steady)] if steady or not jobs else []
    told += [f"while {each.name} runs, {_amounts_in_all([each])}" for each in jobs]
    return f"size: {'; '.join(told)}"


def _amounts_in_all(workloads: Sequence[Workload]) -> str:
    requests, limits = (
        sum_of(*(scaled(amounts(each.pod), each.replicas) for each in workloads))
        for amounts in (pod_requests, pod_limits)
    )
    shown = f"CPU {cores(requests.get(CPU, 0))}, memory {gib(requests.get(MEMORY, 0))} requested, "
    limit = f"{gib(limits[MEMORY])} at most" if MEMORY in limits else "without a limit"
    if MEMORY in limits and (unlimited := [each.name for each in workloads if unlimited_containers(each.pod)]):
        limit = f"limits of {gib(limits[MEMORY])}, and none in {', '.join(unlimited)}"
    gpu = f", {plural(requests[GPU], 'GPU slice')}" if requests.get(GPU) else ""
    return f"{shown}{limit}{gpu}"


def _workload(plan: Plan, workload: Workload) -> Iterator[RenderableType]:
    """One workload of the service, from what the scheduler counts down to the kernel."""
    cpu_manager = plan.lab.cluster.kubelet.cpu_manager
    yield Text.assemble(
        (workload.name, "bold"),
        f": {workload.controller}, {plural(workload.replicas, 'pod')}, {workload.qos}, priority "
        f"{workload.pod.priority:,}",
    )
    yield Padding(f"requests of a pod: {_amounts(pod_requests(workload.pod))}", INDENT, expand=False)
    yield Padding(f"limits of a pod: {_amounts(pod_limits(workload.pod))}", INDENT, expand=False)
    yield cgroups_text(workload, cpu_manager)
    yield guarantees_text(workload, cpu_manager)
    evictions = evictions_text(plan, workload)
    if evictions is not None:
        yield evictions


def _amounts(amounts: ResourceList) -> str:
    """Extended resources are counted, and read best as plain numbers."""
    shown = ((name, f"{amount:,}" if "/" in name else notation(name, amount)) for name, amount in amounts.items())
    return ", ".join(f"{name} {amount}" for name, amount in shown) or "none"


def _classes(service: Service) -> RenderableType:
    """Why the workloads have their QoS classes, and how the kernel's OOM killer treats each class."""
    found: dict[QosClass, None] = dict.fromkeys(workload.qos for workload in service.workloads)
    lines = [f"{qos}: {RULES[qos]}; oom_score_adj is {OOM_RULES[qos]}" for qos in found]
    return Group(*(Text(line) for line in (*lines, NEWER_RUNC)))


def _objects(service: Service) -> RenderableType:
    """By kind, since there are many of some."""
    lines = [Text("Objects", "bold")]
    kinds: dict[str, list[str]] = {}
    for manifest in service.objects:
        group = api_group(manifest)
        kind = f"{manifest['kind']} ({group})" if group else manifest["kind"]
        kinds.setdefault(kind, []).append(manifest["metadata"]["name"])
    lines += [Text(f"{kind}: {', '.join(names)}") for kind, names in kinds.items()]
    return Group(*lines)
