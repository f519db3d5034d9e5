"""One tier or one policy as text."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from cli.text.findings import findings
from cli.text.hardware import about
from plan.capacity.totals import tier_workloads, total_limits, total_requests
from plan.model import Finding, Plan
from plan.model.resources import CPU, MEMORY
from plan.wording import cores, gib, plural


def print_tier(plan: Plan, name: str, found: Iterable[Finding], console: Console) -> None:
    """Print a tier: its rules, its sums, its services, its findings."""
    row, tier = plan.lab.tiers[name], next(each for each in plan.tiers if each.name == name)
    workloads = tier_workloads(plan, tier)
    requests, limits = total_requests(workloads), total_limits(workloads)
    services = [service.name for service in plan.services if service.tier == name]
    memory = (
        "request = limit" if row.memory == "guaranteed" else f"request is {row.memory_request_percent}% of the limit"
    )
    console.print(Text.assemble((name, "bold"), f": {row.description}"))
    pushes = "pushes out lower tiers" if row.preempts else "pushes out nothing"
    console.print(f"priority {row.priority:,} (PriorityClass {tier.priority_class['metadata']['name']}), {pushes}")
    console.print(f"memory: {memory}; a container that states none gets {row.container.default_memory}")
    container = row.container
    console.print(
        f"one container: CPU request {container.default_cpu_request} by default, at most {container.max_cpu_request}; "
        f"memory at most {container.max_memory}"
    )
    console.print(f"one namespace: CPU {row.quota.cpu}, memory {row.quota.memory}, {plural(row.quota.pods, 'pod')}")
    console.print(f"when a node shuts down: {row.shutdown_grace_seconds} s to end")
    console.print(
        f"sums: CPU {cores(requests.get(CPU, 0))}, memory {gib(requests.get(MEMORY, 0))} requested, limits "
        f"{gib(limits.get(MEMORY, 0))}"
    )
    console.print(f"{plural(len(services), 'service')}: {', '.join(services) or 'none'}")
    console.print()
    console.print(findings(plan.lab, about(found, ("tiers", name))))


def print_policy(plan: Plan, name: str, console: Console) -> None:
    """Print a policy: its kind, what it does, and where it is rendered."""
    policy = next(each for each in plan.policies if each["metadata"]["name"] == name)
    notes = policy["metadata"].get("annotations", {})
    title = notes.get("policies.kyverno.io/title", policy["kind"])
    console.print(Text.assemble((name, "bold"), f": {title} ({policy['kind']} of Kyverno)"))
    if description := notes.get("policies.kyverno.io/description"):
        console.print(Text(description))
    console.print("Its YAML: homelab render DIR, in policies/")
