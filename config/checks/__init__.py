"""Checks of a lab as a whole: what no file can know alone. Each is a function from a draft to its problems."""

from collections.abc import Callable, Iterator

from config.checks.addresses import check_addresses, check_load_balancers, check_pool, check_ranges
from config.checks.cluster import (
    check_control_plane,
    check_eviction,
    check_virtual_address,
    check_volume_slots,
)
from config.checks.databases import check_databases
from config.checks.exposure import check_authentication, check_exposures
from config.checks.files import check_objects
from config.checks.gpu import check_gpu
from config.checks.kubeadm import check_cluster_ranges, check_control_plane_sizes, check_reservations
from config.checks.machines import check_machines
from config.checks.namespaces import check_groups, check_namespaces, check_workload_names
from config.checks.objects import check_files, check_releases, check_routes, check_service_names
from config.checks.platform import check_platform
from config.checks.references import check_references
from config.checks.secrets import check_secrets
from config.checks.site import check_site
from config.checks.tiers import check_tiers
from config.checks.unique import check_numbers, check_unique
from config.checks.volumes import check_copies, check_volumes
from config.checks.waiting import check_circles, check_waiting
from config.checks.workloads import check_helm, check_memory, check_workloads
from config.draft import Draft
from config.source import Problem

CHECKS: tuple[Callable[[Draft], Iterator[Problem]], ...] = (
    check_references,
    check_numbers,
    check_unique,
    check_site,
    check_ranges,
    check_addresses,
    check_pool,
    check_load_balancers,
    check_machines,
    check_control_plane,
    check_virtual_address,
    check_eviction,
    check_volume_slots,
    check_cluster_ranges,
    check_control_plane_sizes,
    check_reservations,
    check_platform,
    check_tiers,
    check_groups,
    check_namespaces,
    check_workload_names,
    check_service_names,
    check_releases,
    check_files,
    check_routes,
    check_objects,
    check_workloads,
    check_helm,
    check_databases,
    check_memory,
    check_volumes,
    check_copies,
    check_secrets,
    check_exposures,
    check_authentication,
    check_gpu,
    check_waiting,
    check_circles,
)


def check_lab(lab: Draft) -> list[Problem]:
    """Everything that is wrong with the lab as a whole."""
    return [problem for check in CHECKS for problem in check(lab)]
