"""A service as JSON, down to the kernel."""

from cli.reports.amounts import Amounts, amounts
from cli.reports.document import Document, Report
from cli.reports.finding import FindingReport, finding_report
from cli.reports.forecast import named
from plan.capacity.totals import total_limits, total_requests
from plan.kubernetes.cgroups import cgroups
from plan.kubernetes.eviction import Turn, turns
from plan.kubernetes.guarantees import steps_to_guaranteed, steps_to_own_cores
from plan.model import Controller, Plan, QosClass, Service, Workload
from plan.model.resources import CPU, GPU, MEMORY, pod_limits, pod_requests


class CgroupReport(Report):
    """The files of a cgroup: `memory_max` in bytes, None without a limit."""

    name: str
    cpu_weight: int
    cpu_weight_of_newer_runc: int | None
    cpu_max: str
    memory_max: int | None
    oom_score_adj: int | None


class StepReport(Report):
    """An amount of a container that would have to be another."""

    container: str
    field: str
    now: str | None
    needed: str


class WorkloadReport(Report):
    """A workload; requests and limits are those of one pod, cgroups those of the pod and of its containers."""

    name: str
    controller: Controller
    replicas: int
    qos: QosClass
    oom_score_adj: dict[str, int]
    requests: Amounts
    limits: Amounts
    block_volumes: int
    cgroups: tuple[CgroupReport, ...]
    steps_to_guaranteed: tuple[StepReport, ...]
    steps_to_own_cores: tuple[str, ...]


class TurnReport(Report):
    """When a workload is evicted on a node, and what goes before and after it."""

    workload: str
    node: str
    resource: str
    place: int
    of: int
    before: tuple[str, ...]
    after: tuple[str, ...]


class ServiceReport(Report):
    """A service: figures of one pod of its main workload, then the sums over all that runs steadily. A service without
    pods has the figures of none."""

    name: str
    kind: str
    tier: str
    namespace: str
    qos: QosClass | None
    priority: int
    replicas: int
    cpu_request_millicores: int
    memory_request_bytes: int
    memory_limit_bytes: int | None
    gpu: int
    eviction_place: int
    hosts: tuple[str, ...]
    total_requests: Amounts
    total_limits: Amounts
    workloads: tuple[WorkloadReport, ...]
    ignored: dict[str, tuple[str, ...]] = {}
    """Fields that an `up` leaves alone, by object (`deployment/immich`)."""


class ExplainedServiceReport(ServiceReport):
    """The same, with its place in the eviction order of each node that it is on by estimate."""

    evictions: tuple[TurnReport, ...]


class ServiceDocument(Document):
    """One service and its findings."""

    lab: str
    service: ExplainedServiceReport
    findings: tuple[FindingReport, ...]


def service_document(plan: Plan, name: str) -> ServiceDocument:
    """One service for programs."""
    service = next(each for each in plan.services if each.name == name)
    found = [each for each in plan.findings if each.concerns(name)]
    evictions = tuple(
        _turn_report(workload, turn) for workload in service.workloads for turn in turns(workload, plan.capacity.nodes)
    )
    return ServiceDocument(
        lab=plan.lab.name,
        service=ExplainedServiceReport(**dict(service_report(plan, service)), evictions=evictions),
        findings=tuple(finding_report(plan.lab, each) for each in found),
    )


def service_report(plan: Plan, service: Service) -> ServiceReport:
    """A service for programs."""
    main = next(iter(service.workloads), None)
    requests, limits = (pod_requests(main.pod), pod_limits(main.pod)) if main else ({}, {})
    total = total_requests(service.workloads)
    return ServiceReport(
        name=service.name,
        kind=service.kind,
        tier=service.tier,
        namespace=service.namespace,
        qos=main.qos if main else None,
        priority=main.pod.priority if main else plan.lab.tiers[service.tier].priority,
        replicas=main.replicas if main else 0,
        cpu_request_millicores=int(requests.get(CPU, 0)),
        memory_request_bytes=int(requests.get(MEMORY, 0)),
        memory_limit_bytes=int(limits[MEMORY]) if MEMORY in limits else None,
        gpu=total.get(GPU, 0),
        eviction_place=service.eviction_place,
        hosts=service.hosts,
        total_requests=amounts(total),
        total_limits=amounts(total_limits(service.workloads)),
        workloads=tuple(_workload_report(plan, workload) for workload in service.workloads),
        ignored=dict(service.ignored),
    )


def _workload_report(plan: Plan, workload: Workload) -> WorkloadReport:
    cpu_manager = plan.lab.cluster.kubelet.cpu_manager
    return WorkloadReport(
        name=workload.name,
        controller=workload.controller,
        replicas=workload.replicas,
        qos=workload.qos,
        oom_score_adj=dict(workload.oom_score_adj),
        requests=amounts(pod_requests(workload.pod)),
        limits=amounts(pod_limits(workload.pod)),
        block_volumes=workload.pod.volume_slots,
        cgroups=tuple(CgroupReport(**each._asdict()) for each in cgroups(workload, cpu_manager)),
        steps_to_guaranteed=tuple(StepReport(**each._asdict()) for each in steps_to_guaranteed(workload.pod)),
        steps_to_own_cores=tuple(steps_to_own_cores(workload.pod, cpu_manager)),
    )


def _turn_report(workload: Workload, turn: Turn) -> TurnReport:
    return TurnReport(
        workload=workload.name,
        node=turn.node,
        resource=turn.resource,
        place=turn.place,
        of=turn.of,
        before=tuple(named(each) for each in turn.before),
        after=tuple(named(each) for each in turn.after),
    )
