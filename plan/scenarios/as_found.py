"""Workloads that ran before the lab declared them."""

from collections.abc import Iterable

from config.lab import Lab
from config.service import PostgresService
from plan.model import Severity, Workload


def severity_of_waiting(lab: Lab, waiting: Iterable[Workload]) -> Severity:
    """How bad it is that pods find no place: where all of them ran before, they wait already, and refuse nothing."""
    return "warning" if all(_is_as_found(lab, each) for each in waiting) else "error"


def _is_as_found(lab: Lab, workload: Workload) -> bool:
    service = lab.services.get(workload.service)
    if service is None:
        return False
    as_it_is = (part.workload.adopt.as_it_is for part in service.parts(workload.service) if part.name == workload.name)
    is_database = isinstance(service, PostgresService) and service.cluster == workload.name
    return service.as_found or is_database or any(as_it_is)
