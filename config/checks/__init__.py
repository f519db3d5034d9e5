"""Checks of a lab as a whole: what no file can know alone. Each is a function from a draft to its problems."""

from collections.abc import Callable, Iterator

from config.checks.addresses import check_addresses, check_pool, check_ranges, check_usable
from config.checks.cluster import (
    check_control_plane,
    check_distribution,
    check_eviction,
    check_virtual_address,
    check_volume_slots,
)
from config.checks.databases import check_databases
from config.checks.exposure import check_authentication, check_exposures, check_ways
from config.checks.external import check_external
from config.checks.families import check_families, check_second_addresses, check_second_ranges
from config.checks.files import check_objects
from config.checks.gpu import check_gpu
from config.checks.kubeadm import check_cluster_ranges, check_control_plane_sizes, check_reservations
from config.checks.load_balancers import check_load_balancers
from config.checks.machines import check_machines
from config.checks.namespaces import check_groups, check_namespaces, check_workload_names
from config.checks.objects import check_files, check_releases, check_routes, check_service_names
from config.checks.platform import check_platform, check_watching
from config.checks.references import check_references
from config.checks.secrets import check_external_secrets, check_secrets
from config.checks.shared_routes import check_shared_routes
from config.checks.site import check_site
from config.checks.streams import check_streams
from config.checks.tiers import check_tier_label, check_tiers
from config.checks.unique_machines import check_devices, check_numbers
from config.checks.unique_services import check_services
from config.checks.user_namespaces import check_user_namespaces
from config.checks.values import check_sizes, check_values
from config.checks.volumes import check_claims, check_copies, check_volumes
from config.checks.waiting import check_circles, check_waiting
from config.checks.workloads import check_amounts, check_helm, check_workloads
from config.draft import Draft
from config.refusals import MACHINE, NAMESPACE, NETWORK, REFERENCE, SERVICE, UNIQUE, Refusal
from config.source import Problem

Check = Callable[[Draft], Iterator[Problem]]

CHECKS: tuple[tuple[Refusal, tuple[Check, ...]], ...] = (
    (REFERENCE, (check_references, check_volumes, check_claims, check_secrets, check_waiting, check_circles)),
    (UNIQUE, (check_numbers, check_devices, check_services)),
    (
        NETWORK,
        (
            check_ranges,
            check_usable,
            check_addresses,
            check_second_ranges,
            check_second_addresses,
            check_pool,
            check_load_balancers,
            check_virtual_address,
            check_cluster_ranges,
        ),
    ),
    (
        MACHINE,
        (
            check_site,
            check_machines,
            check_control_plane,
            check_distribution,
            check_families,
            check_control_plane_sizes,
            check_reservations,
            check_eviction,
            check_volume_slots,
            check_gpu,
        ),
    ),
    (
        NAMESPACE,
        (
            check_tiers,
            check_tier_label,
            check_groups,
            check_namespaces,
            check_workload_names,
            check_service_names,
            check_releases,
            check_routes,
        ),
    ),
    (
        SERVICE,
        (
            check_platform,
            check_watching,
            check_files,
            check_objects,
            check_workloads,
            check_user_namespaces,
            check_helm,
            check_values,
            check_sizes,
            check_databases,
            check_external,
            check_external_secrets,
            check_amounts,
            check_copies,
            check_exposures,
            check_ways,
            check_shared_routes,
            check_streams,
            check_authentication,
        ),
    ),
)
"""By the page that explains their problems."""


def check_lab(lab: Draft) -> list[Problem]:
    """All problems of the lab as a whole."""
    return [
        problem._replace(code=refusal.code) for refusal, checks in CHECKS for check in checks for problem in check(lab)
    ]
