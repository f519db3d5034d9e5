"""Pods: from what a workload states to its pod template, and to what the scheduler sees of it."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from config.objects import as_lists
from config.service.adopted import Adopted
from config.service.container import Container as ContainerConfig
from config.service.container import Sidecar
from config.service.container import Workload as WorkloadConfig
from config.service.placement import StatedToleration
from config.service.runs import ENDING
from plan.kubernetes.admission.priority import PriorityClass, priority_classes
from plan.model import Container, Manifest, Pod, ResourceList
from plan.model.constraints import EVERY_TAINT, HOSTNAME, read_constraints, read_tolerations
from plan.model.resources import EPHEMERAL_STORAGE
from plan.tiers.conventions import GPU_NODE_LABEL, GPU_TAINT, resources_of
from plan.workloads import volumes
from plan.workloads.containers import container_manifest, ports, wait_for
from plan.workloads.context import ServiceContext
from plan.workloads.files import file_mounts, files_checksum, has_files
from plan.workloads.identity import identity
from plan.workloads.ordering import place_in
from plan.workloads.permissions import has_permissions
from plan.workloads.pod_settings import dns_policy, networks_annotation, placed
from plan.workloads.probes import probes, stated_probes
from plan.workloads.scratch import disk_scratch, temporary_volumes
from plan.workloads.volume_names import with_volume_names

MULTUS = "k8s.v1.cni.cncf.io/networks"
"""Annotation by which Multus adds networks to a pod."""


class Template(NamedTuple):
    """A pod as the scheduler sees it, and its manifest."""

    pod: Pod
    manifest: Manifest


def pod_template(
    context: ServiceContext,
    name: str,
    config: WorkloadConfig,
    per_replica: tuple[str, ...] = (),
    beside: Mapping[str, str] | None = None,
) -> Template:
    """The template of a workload's pods.

    `per_replica` are volumes that the controller adds for each replica; `beside` are labels of pods whose node the
    pods must share, because they mount the same block volume.
    """
    as_it_is = config.adopt.as_it_is
    native = {key: each for key, each in config.sidecars.items() if each.native}
    beside_it = {key: each for key, each in config.sidecars.items() if not each.native}
    place = place_in(config.init_order)
    before = [*_sidecars(context, native, config.adopt), *_further_containers(context, config.init, config.adopt)]
    init = [*wait_for(context, config), *sorted(before, key=lambda each: place(each[0].name))]
    main = [_main_container(context, name, config), *_sidecars(context, beside_it, config.adopt)]
    priority = _priority(context, config)
    pod = Pod(
        containers=tuple(container for container, _ in main),
        init_containers=tuple(container for container, _ in init),
        priority=priority.value,
        node_selector=_node_selector(config) | ({HOSTNAME: config.placement.node} if config.placement.node else {}),
        tolerated_taints=_tolerated_taints(config),
        block_volumes=volumes.block_volumes(context, config),
        temporary_volumes=temporary_volumes(context.lab, context.service, config.mounted_names),
    )
    called = identity(name, config)
    conventions: dict[str, Any] = {
        "priorityClassName": context.service.tier,
        "automountServiceAccountToken": _service_account(context, config) is not None,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": config.grace_seconds,
    }
    spec: dict[str, Any] = {
        **(_as_stated(config) if as_it_is else conventions),
        **placed(context, config),
        "containers": [manifest for _, manifest in main],
    }
    optional = {
        "initContainers": [manifest for _, manifest in init],
        "volumes": volumes.pod_volumes(context, name, config, per_replica),
        "nodeSelector": _node_selector(config),
        "tolerations": _tolerations(config),
        "affinity": _stated_affinity(config) or (None if as_it_is else _affinity(called.selector, config, beside)),
        "topologySpreadConstraints": _stated_spread(config) or (None if as_it_is else _spread(called.selector, config)),
        "resourceClaims": _resource_claims(config),
        "imagePullSecrets": [{"name": secret} for secret in config.pull_secrets],
        "serviceAccountName": _service_account(context, config),
        "hostNetwork": config.host_network,
        "dnsPolicy": dns_policy(config),
    }
    spec |= {key: value for key, value in optional.items() if value}
    conventional = {} if as_it_is else context.labels(name)
    selected = {} if as_it_is and config.runs_as in ENDING else dict(called.selector)
    labels = config.labels.pod | conventional | selected
    metadata: dict[str, Any] = {"labels": labels} if labels else {}
    checksum = {"homelab/files-checksum": files_checksum(config)} if has_files(config) and not as_it_is else {}
    networks = {MULTUS: networks_annotation(config.further_networks)} if config.further_networks else {}
    if annotations := config.annotations.pod | checksum | networks:
        metadata["annotations"] = annotations
    constraints = read_constraints(metadata, spec, preempts=priority.preempts)
    named = with_volume_names(spec, config.adopt.volume_names)
    return Template(pod._replace(constraints=constraints), {"metadata": metadata, "spec": named})


def _as_stated(config: WorkloadConfig) -> dict[str, Any]:
    """Settings of pods that stay as they are, which others have by convention."""
    adopted = config.adopt
    settings = {
        "priorityClassName": adopted.priority_class,
        "automountServiceAccountToken": adopted.token,
        "enableServiceLinks": adopted.service_links,
        "terminationGracePeriodSeconds": config.grace_seconds if "grace_seconds" in config.model_fields_set else None,
    }
    return {key: each for key, each in settings.items() if each is not None}


def _priority(context: ServiceContext, config: WorkloadConfig) -> PriorityClass:
    """Priority of its pods; one of a class that nothing in the lab makes is not known, and counts as that of its
    tier."""
    stated = config.adopt.priority_class
    own = PriorityClass(context.tier.priority, preempts=context.tier.preempts)
    return own if stated is None else priority_classes(context.lab).get(stated, own)


def _service_account(context: ServiceContext, config: WorkloadConfig) -> str | None:
    """The account at the API server; None for pods without a token."""
    return config.service_account or (context.name if has_permissions(context.service) else None)


def _resource_claims(config: WorkloadConfig) -> list[Manifest]:
    """The claims of all containers; one name is one claim."""
    found = {name: claim for container in config.containers for name, claim in container.resource_claims.items()}
    return [
        {"name": name, "resourceClaimName": claim.claim}
        if claim.claim
        else {"name": name, "resourceClaimTemplateName": claim.template}
        for name, claim in found.items()
    ]


def _main_container(context: ServiceContext, name: str, config: WorkloadConfig) -> tuple[Container, Manifest]:
    as_it_is = config.adopt.as_it_is
    container = _sized(
        context,
        identity(name, config).container,
        config,
        as_it_is=as_it_is,
        extended={**context.extended_resources(config.gpu_share), **config.devices},
        scratch=disk_scratch(context.service, config.mounted_names),
    )
    mounts = [*volumes.mounts(config), *file_mounts(context, config)]
    if not as_it_is:
        mounts += volumes.tmp_mounts(context, container.name, config)
    manifest = container_manifest(
        context, container, config, mounts, as_it_is=as_it_is, device_requests=config.adopt.device_requests
    )
    if stated := ports(config, config.adopt):
        manifest["ports"] = stated
    return container, manifest | dict(probes(config))


def _further_containers(
    context: ServiceContext, stated: Mapping[str, ContainerConfig], adopted: Adopted
) -> list[tuple[Container, Manifest]]:
    """Sidecars or init containers."""
    as_it_is, device_requests = adopted.as_it_is, adopted.device_requests
    found: list[tuple[Container, Manifest]] = []
    for name, each in stated.items():
        container = _sized(context, name, each, as_it_is=as_it_is, extended=each.devices)
        mounts = [*volumes.mounts(each), *file_mounts(context, each, f"-{name}")]
        if not as_it_is:
            mounts += volumes.tmp_mounts(context, name, each)
        manifest = container_manifest(
            context, container, each, mounts, as_it_is=as_it_is, device_requests=device_requests
        )
        found.append((container, manifest))
    return found


def _sidecars(
    context: ServiceContext, stated: Mapping[str, Sidecar], adopted: Adopted
) -> list[tuple[Container, Manifest]]:
    """Sidecars with their ports and probes. A native one is an init container that goes on running."""
    found: list[tuple[Container, Manifest]] = []
    for container, manifest in _further_containers(context, stated, adopted):
        config = stated[container.name]
        reached = {"ports": named} if (named := ports(config, adopted)) else {}
        restarts = {"restartPolicy": "Always"} if config.native else {}
        found.append(
            (
                container._replace(always_restarts=config.native),
                {**manifest, **reached, **stated_probes(config, adopted), **restarts},
            )
        )
    return found


def _sized(
    context: ServiceContext,
    name: str,
    config: ContainerConfig,
    *,
    as_it_is: bool,
    extended: Mapping[str, int] | None = None,
    scratch: int = 0,
) -> Container:
    """A container's resources. One that stays as it is has no ephemeral storage by convention."""
    container = resources_of(
        name, config, context.tier, context.exceptions, extended=extended, scratch=scratch, as_it_is=as_it_is
    )
    unstated: set[str] = {*config.unsized}
    requests, limits = _without(container.requests, unstated), _without(container.limits, unstated)
    if as_it_is:
        stated = (
            {} if config.ephemeral_storage_request is None else {EPHEMERAL_STORAGE: config.ephemeral_storage_request}
        )
        requests = {**_without(requests, {EPHEMERAL_STORAGE}), **stated}
        limits = limits if config.ephemeral_storage is not None else _without(limits, {EPHEMERAL_STORAGE})
    return container._replace(requests=requests, limits=limits)


def _without(amounts: ResourceList, unstated: Collection[str]) -> dict[str, int]:
    return {resource: amount for resource, amount in amounts.items() if resource not in unstated}


def _node_selector(config: WorkloadConfig) -> dict[str, str]:
    return config.node_selector | ({GPU_NODE_LABEL: "true"} if config.gpu_share else {})


def _tolerated_taints(config: WorkloadConfig) -> frozenset[str]:
    """Nothing keeps pods off a node that they are bound to."""
    if config.placement.node:
        return EVERY_TAINT
    return read_tolerations(_tolerations(config))


def _tolerations(config: WorkloadConfig) -> list[Manifest]:
    """Without an effect, so that it matches whatever effect the taint has."""
    if config.every_node:
        return [{"operator": "Exists"}]
    gpu = [{"key": GPU_TAINT, "operator": "Exists"}] if config.gpu_share else []
    return [*gpu, *map(_toleration, config.placement.tolerations)]


def _toleration(stated: StatedToleration) -> Manifest:
    seconds = {} if stated.seconds is None else {"tolerationSeconds": stated.seconds}
    return {**stated.model_dump(exclude_none=True, exclude={"seconds"}), **seconds}


def _stated_affinity(config: WorkloadConfig) -> Manifest:
    return as_lists(config.placement.affinity)


def _stated_spread(config: WorkloadConfig) -> list[Manifest]:
    return [as_lists(each) for each in config.placement.spread]


def _affinity(own: Mapping[str, str], config: WorkloadConfig, beside: Mapping[str, str] | None) -> Manifest | None:
    affinity: Manifest = {}
    if beside is not None:
        term = {"labelSelector": {"matchLabels": dict(beside)}, "topologyKey": "kubernetes.io/hostname"}
        affinity["podAffinity"] = {"requiredDuringSchedulingIgnoredDuringExecution": [term]}
    if _is_replicated(config):
        term = {"labelSelector": {"matchLabels": dict(own)}, "topologyKey": "kubernetes.io/hostname"}
        affinity["podAntiAffinity"] = {
            "preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]
        }
    return affinity or None


def _spread(own: Mapping[str, str], config: WorkloadConfig) -> list[Manifest]:
    if not _is_replicated(config):
        return []
    return [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": dict(own)},
        }
    ]


def _is_replicated(config: WorkloadConfig) -> bool:
    return config.replicas > 1 or config.autoscale is not None
