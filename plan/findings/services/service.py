"""Findings about single services."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from config.lab import Lab
from config.namespaces import namespace_of
from config.pod_security import excepted_keys
from config.quantity import Memory
from config.rights import excepted_permissions
from config.service import HelmService, Service
from config.service.common import SizedService
from config.service.container import Container, Listening, Workload
from config.source import Path
from plan.kubernetes.admission.limit_range import limit_range_refusals
from plan.model import Finding, Manifest, Pod
from plan.model import Service as PlannedService
from plan.model.findings import Rule
from plan.model.metadata import api_group, is_installed
from plan.model.resources import CPU
from plan.tiers.conventions import departures
from plan.tiers.objects import plan_tiers
from plan.workloads.scratch import scratch_of
from plan.workloads.services import api_providers
from plan.workloads.volumes import host_paths_of

EXCEPTION_UNUSED = Rule(
    "EXCEPTION-UNUSED",
    "warning",
    title="An exception without effect",
    meaning=(
        "The service states that it departs from a convention, but it does not. Left in place, it "
        "would hide a later departure."
    ),
    remedy="Remove the exception.",
)

IMAGE_FLOATING = Rule(
    "IMAGE-FLOATING",
    "info",
    title="An image tag that changes",
    meaning=(
        "With `latest` or no tag, a pod that moves to another node may come back as another version, and "
        "going back is not possible."
    ),
    remedy="Pin a version, or a digest with @sha256:.",
)

KIND_NOT_PROVIDED = Rule(
    "KIND-NOT-PROVIDED",
    "error",
    title="A kind that no service of the lab installs",
    meaning="The service uses a custom resource, and no service of the lab says that its chart installs that kind.",
    remedy="Add the service that does, or name the API group in its `provides`.",
)

NAMED_TWICE = Rule(
    "NAMED-TWICE",
    "error",
    title="Two services make the same object",
    meaning=(
        "Names of objects follow from those of services, volumes and host names, and here two of them "
        "meet: service a with volume b-c and service a-b with volume c, for example. Or a service has an object in its "
        "files that the lab makes itself, as the priority class of a tier. Each `up` would overwrite what the other "
        "made."
    ),
    remedy="Give one of the services, its volume or its path another name; take an object that the lab makes itself "
    "out of the files.",
)

RESIZED_AT_START = Rule(
    "RESIZED-AT-START",
    "warning",
    title="Live resources will differ from the plan",
    meaning=(
        "In mode Initial the Vertical Pod Autoscaler writes its recommendation into every pod that is "
        "created. Capacity, quota and eviction are then not what was planned, and no two starts are alike."
    ),
    remedy="Use mode Off, which only recommends, and take over what it recommends deliberately.",
)

SCRATCH_EXCEEDS_MEMORY = Rule(
    "SCRATCH-EXCEEDS-MEMORY",
    "error",
    title="Scratch space in memory leaves the container none",
    meaning="An emptyDir with medium Memory counts towards the memory limit of the containers that fill it.",
    remedy="Raise memory by the size of the scratch space, or use medium: disk.",
)

WEBHOOK_FAILS_CLOSED = Rule(
    "WEBHOOK-FAILS-CLOSED",
    "warning",
    title="An admission webhook fails closed",
    meaning=(
        "With failurePolicy: Fail the API server refuses what it cannot ask about. While no pod of the webhook "
        "answers, after a power cut or with a full node, that may be every pod, its own included. Only what the "
        "chart's values say is known."
    ),
    remedy="Write Ignore; or leave its own namespace and kube-system out of what it is asked about, and run it twice.",
)


def service_findings(
    lab: Lab, planned: tuple[PlannedService, ...], of_lab: Mapping[str, Iterable[Manifest]]
) -> Iterator[Finding]:
    """All findings about services, beside the objects of the lab itself, by what makes them."""
    workloads = {service.name: service.workloads for service in planned}
    limit_ranges = {tier.name: tier.limit_range for tier in plan_tiers(lab)}
    for name, service in lab.services.items():
        tier = lab.tiers[service.tier]
        parts = (part for part in service.parts(name) if part.workload.adopt.as_it_is)
        as_they_are = {path for part in parts for path, _ in part.containers}
        for path, needs in service.sized(name):
            if path not in as_they_are:
                yield from departures(needs, service.tier, tier, service.exceptions, path)
            if isinstance(needs, Container):
                yield from _image(needs, path)
        yield from _resized(lab, name, service)
        pods = [each.pod for each in workloads[name]]
        yield from _unused_exceptions(lab, name, service, pods, (limit_ranges[service.tier],))
        for path, _, workload in service.parts(name):
            yield from _memory_scratch(service, workload, path)
        yield from _fails_closed(lab, name, service)
    provided = api_providers(lab).keys()
    for service in planned:
        yield from _missing_kinds(service, provided)
    yield from _named_twice(planned, of_lab)


def _named_twice(planned: Iterable[PlannedService], of_lab: Mapping[str, Iterable[Manifest]]) -> Iterator[Finding]:
    """Objects that two services, two parts of one, or a service and the lab itself would both make."""
    makers: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    made = {service.name: service.objects for service in planned}
    for maker, manifests in (*of_lab.items(), *made.items()):
        for manifest in manifests:
            metadata = manifest["metadata"]
            key = (api_group(manifest), manifest["kind"], metadata.get("namespace", ""), metadata["name"])
            makers[key].append(maker)
    for (group, kind, namespace, name), services in makers.items():
        if len(services) > 1:
            where = f" in namespace {namespace}" if namespace else ""
            by_lab = services[0] in of_lab
            yield NAMED_TWICE.finding(
                ("services", services[-1]),
                f"{kind} {name}{where} would be made {len(services)} times, by "
                f"{' and '.join(dict.fromkeys(services))}, each time with its own content",
                f"take it out of the files of {services[-1]}, or give it another name"
                if by_lab
                else "give one of the services, its volume or its path another name",
                facts={
                    "group": group,
                    "kind": kind,
                    "name": name,
                    "namespace": namespace,
                    "times": len(services),
                    "services": tuple(each for each in dict.fromkeys(services) if each not in of_lab),
                },
            )


def _resized(lab: Lab, name: str, service: Service) -> Iterator[Finding]:
    if (
        isinstance(service, SizedService)
        and service.recommendation == "Initial"
        and lab.cluster.platform.recommender is not None
    ):
        yield RESIZED_AT_START.finding(
            ("services", name, "recommendation"),
            f"the recommender writes its own requests and limits into every new pod of {name}: live resources will "
            "differ from those of this plan, and the sizes here hold for pods of today only",
            "write recommendation: Off, and take over what it recommends when you have read it",
        )


def _image(container: Container, path: Path) -> Iterator[Finding]:
    name, _, digest = container.image.partition("@")
    tag = name.rsplit("/", 1)[-1].partition(":")[2]
    if not digest and tag in ("", "latest", "stable", "edge", "nightly"):
        yield IMAGE_FLOATING.finding(
            (*path, "image"),
            f"{container.image} changes without notice: a pod that moves to another node may come back as another "
            "version",
            "pin a version, or a digest with @sha256:",
            facts={"image": container.image},
        )


def _unused_exceptions(
    lab: Lab, name: str, service: Service, pods: Sequence[Pod], limit_ranges: Sequence[Manifest]
) -> Iterator[Finding]:
    """`limit_ranges` are those that the namespace would have without an exception."""
    tier = lab.tiers[service.tier]
    own = [part.workload for part in service.parts(name)]
    containers = [container for _, container in service.containers_of(name)]
    needed = {each.exception for each in excepted_keys(name, service, tier)}
    used = {
        "burstable-memory": tier.memory == "guaranteed",
        "guaranteed-memory": tier.memory == "burstable",
        "unlimited-memory": any(each.memory == "unlimited" for _, each in service.sized(name)),
        "guaranteed-cpu": True,
        "limited-cpu": any(each.cpu_limit is not None for _, each in service.sized(name)),
        "cpu-above-cap": any(
            container.requests.get(CPU, 0) > tier.container.max_cpu_request
            for pod in pods
            for container in (*pod.containers, *pod.init_containers)
        ),
        "no-limit-range": any(refusal for pod in pods for refusal in limit_range_refusals(pod, limit_ranges)),
        "no-quota": True,
        "host-access": not own or any(_uses_host(service, each) for each in own),
        "root-user": not own or any(not each.run_as_user for each in containers),
        "capabilities": not own or "capabilities" in needed,
        "writable-root": not own or any(not each.read_only_root for each in containers),
        "unconfined": not own or "unconfined" in needed,
        "cluster-rights": not own or any(excepted_permissions(name, service)),
        "no-sign-in": any((each.auth, each.reach) == ("none", "internet") for each in service.expose),
        "devices": not own or any(_uses_devices(each) for each in own),
    }
    for exception in service.exceptions:
        if not used[exception]:
            yield EXCEPTION_UNUSED.finding(
                ("services", name, "exceptions", exception),
                f"{exception} is stated but nothing in {name} departs from that convention",
                "remove it",
            )


def _uses_host(service: Service, workload: Workload) -> bool:
    shares = workload.host_network or workload.security.host_pid or workload.security.host_ipc
    listens = (workload, *workload.sidecars.values())
    takes_ports = any(port.host is not None for each in listens for port in each.ports.values())
    return shares or takes_ports or bool(host_paths_of(service)) or any(map(_reaches_the_node, workload.containers))


def _reaches_the_node(container: Container) -> bool:
    probes = container.probes or () if isinstance(container, Listening) else ()
    return container.privileged or any(probe is not None and probe.host is not None for _, probe in probes)


def _uses_devices(workload: Workload) -> bool:
    return bool(workload.further_networks) or any(each.devices or each.resource_claims for each in workload.containers)


def _memory_scratch(service: Service, workload: Workload, path: Path) -> Iterator[Finding]:
    scratch = scratch_of(service)
    used = [scratch[name] for name in workload.mounted_names if name in scratch]
    size = sum(each.size or 0 for each in used if each.medium == "memory")
    if workload.memory != "unlimited" and size >= workload.memory:
        yield SCRATCH_EXCEEDS_MEMORY.finding(
            (*path, "memory"),
            f"scratch space in memory of {Memory(size)} counts towards the memory limit of {workload.memory}: the "
            "container is killed when it fills",
            f"write a memory of more than {Memory(size)}, by what the container itself needs, or use medium: disk",
            facts={"scratch_bytes": size, "limit_bytes": int(workload.memory)},
        )


def _fails_closed(lab: Lab, name: str, service: Service) -> Iterator[Finding]:
    """Admission webhooks that a chart's values set to fail closed; a chart's own default is not known."""
    for path in _failure_policies(service.values) if isinstance(service, HelmService) else ():
        yield WEBHOOK_FAILS_CLOSED.finding(
            ("services", name, "values"),
            f"{'.'.join(path)} of {name} is Fail: while no pod of it answers, the API server refuses whatever the "
            "webhook is asked about. If that is pods, then after a power cut its own as well, and nothing starts",
            f"write {path[-1]}: Ignore, or see to it that the webhook is not asked about {namespace_of(lab, name)} "
            "and kube-system",
        )


def _failure_policies(values: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _failure_policies(cast(Mapping[str, Any], value), (*above, key))
        elif key.lower().endswith("failurepolicy") and value == "Fail":
            yield (*above, key)


def _missing_kinds(service: PlannedService, provided: Collection[str]) -> Iterator[Finding]:
    groups = {api_group(manifest) for manifest in service.objects}
    for group in sorted(group for group in groups if is_installed(group)):
        if group not in provided:
            yield KIND_NOT_PROVIDED.finding(
                ("services", service.name),
                f"{service.name} uses kinds of {group}, which no service of the lab provides: the API server will not "
                "know them",
                f"add `provides: [{group}]` to the helm service that installs them",
                facts={"group": group},
            )
