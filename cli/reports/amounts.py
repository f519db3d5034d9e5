"""Amounts of resources for programs: whole numbers, with the unit in the name."""

from plan.model.resources import CPU, is_in_bytes, of_quota
from plan.model.workloads import ResourceList

Amounts = dict[str, int]
"""By resource: `cpu_millicores`, `memory_bytes`, `pods`; of a quota `requests.cpu_millicores`."""


def amounts(resources: ResourceList) -> Amounts:
    """A resource list for programs."""
    return {_named(resource): int(amount) for resource, amount in resources.items()}


def _named(resource: str) -> str:
    kind = of_quota(resource)
    unit = "_millicores" if kind == CPU else "_bytes" if is_in_bytes(kind) else ""
    return f"{resource}{unit}"
