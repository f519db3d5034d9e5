"""Pods that the API server would refuse: each pod that the plan writes is judged, in the order in which it is made."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from config.kubernetes import PodSecurityStandard
from config.lab import Lab
from config.quantity import Cpu, Memory
from config.service.resources import Resources
from config.source import Path
from plan.cluster.membership import founder
from plan.kubernetes.admission import admit
from plan.kubernetes.admission.quota import pod_usage, quota_refusals
from plan.kubernetes.admission.reasons import LimitBroken, PolicyBroken, QuotaBroken, Reason, StandardBroken
from plan.model import Container, Manifest, Namespace, ResourceList, Service, Workload
from plan.model.findings import Finding, Rule
from plan.model.resources import CPU, MEMORY, sum_of
from plan.workloads.written_pods import written_pods

CPU_ABOVE_CAP = Rule(
    "CPU-ABOVE-CAP",
    ("error", "warning"),
    title="A container requests more CPU than its tier allows",
    meaning=(
        "Each tier caps the CPU request of one container, by a Kyverno policy. A LimitRange maximum is not "
        "used for it: the API server would turn it into a CPU limit of every container."
    ),
    remedy="Request less, or state exceptions.cpu-above-cap with the reason.",
)

LIMIT_ABOVE_MAXIMUM = Rule(
    "LIMIT-ABOVE-MAXIMUM",
    "error",
    title="A memory limit above the tier's maximum",
    meaning=(
        "The LimitRange of the namespace refuses the pod: the controller reports FailedCreate, and the service is down."
    ),
    remedy=(
        "Lower the limit, or state exceptions.no-limit-range with the reason: then the namespace gets no LimitRange."
    ),
)

LIMIT_ABOVE_RATIO = Rule(
    "LIMIT-ABOVE-RATIO",
    "error",
    title="A memory limit too far above its request",
    meaning=(
        "Where a tier says how many times its request a limit may be (max_memory_ratio), the LimitRange of the "
        "namespace refuses what is further apart: the controller reports FailedCreate, and the service is down."
    ),
    remedy="Request more memory, lower the limit, or state exceptions.no-limit-range with the reason.",
)

ADMISSION_REFUSED = Rule(
    "ADMISSION-REFUSED",
    ("error", "warning"),
    title="The API server would refuse a pod",
    meaning=(
        "The pod breaks a rule: the LimitRange or the quota of its tier, a policy, or what the API server demands of "
        "every pod. The controller reports FailedCreate with the words that the finding quotes, and no pod appears."
    ),
    remedy="Change what the message names, or state the exception that it names, with the reason.",
)


class Refused(NamedTuple):
    """A reason for which a pod of a workload is refused."""

    service: str
    workload: Workload
    reason: Reason


def refused_pods(lab: Lab, namespaces: Iterable[Namespace], services: Iterable[Service]) -> Iterator[Refused]:
    """Every reason for which a pod of the plan would be refused, in the order in which the pods are made. Pods that run
    all the time use up the quotas; those of jobs come to what is left."""
    by_name = {each.name: each for each in namespaces}
    used: dict[str, Mapping[str, int]] = defaultdict(dict)
    pods = [(service.name, pod) for service in services for pod in written_pods(service)]
    pods.sort(key=lambda each: not each[1].workload.is_steady)
    for service, pod in pods:
        namespace = by_name.get(pod.workload.namespace)
        if namespace is None or not pod.workload.replicas:
            continue
        taken = used[namespace.name]
        admission = admit(
            lab, namespace, pod.manifest, quotas=_quotas(namespace, taken), classes_of_others=founder(lab) is None
        )
        reasons: Sequence[Reason] = [each for refusal in admission.refusals for each in refusal.causes]
        if pod.workload.is_steady and not reasons and namespace.quota is not None:
            for _ in range(pod.workload.replicas):
                spec, quotas = pod.manifest["spec"], _quotas(namespace, taken)
                reasons = [*quota_refusals(spec, admission.priority_class, admission.pod, quotas)]
                if reasons:
                    break
                taken = used[namespace.name] = sum_of(taken, pod_usage(admission.pod))
        yield from (Refused(service, pod.workload, each) for each in reasons)


def _quotas(namespace: Namespace, used: ResourceList) -> Mapping[str, tuple[Manifest, ResourceList]]:
    quota = namespace.quota
    return {} if quota is None else {quota["metadata"]["name"]: (quota, used)}


def admission_findings(lab: Lab, namespaces: Iterable[Namespace], services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each container, or pod, that would be refused. A quota's finding has the sum of the namespace."""
    found: dict[tuple[str, Path, str], Finding] = {}
    for refused in refused_pods(lab, namespaces, services):
        only_audited = isinstance(refused.reason, PolicyBroken) and lab.cluster.platform.policies == "audit"
        for finding in _findings(lab, refused):
            said = audited(finding) if only_audited else finding
            found.setdefault((finding.code, finding.path, finding.about), said)
    yield from found.values()


def audited(finding: Finding) -> Finding:
    """Pods that a policy would refuse if it did not only audit yet: nothing is refused today."""
    yet = "The policies only audit yet, and refuse it once cluster.platform.policies is deny"
    message = f"{finding.message.removesuffix('.')}. {yet}"
    return replace(finding, severity="warning", message=message)


def _findings(lab: Lab, refused: Refused) -> Iterator[Finding]:
    match refused.reason:
        case LimitBroken(bound="maximum", resource="memory", scope="Container", of="limit", stated=int()) as broken:
            yield _above_maximum(lab, refused, broken)
        case LimitBroken(bound="ratio", resource="memory", scope="Container", stated=int()) as broken:
            yield _above_ratio(lab, refused, broken)
        case PolicyBroken(policy="cpu-request-cap") as broken:
            yield from (_above_cap(lab, refused, each) for each in broken.containers)
        case PolicyBroken(policy="memory-guaranteed") as broken if _are_stated(lab, refused, broken.containers):
            return  # reported where it is stated: MEMORY-NOT-GUARANTEED
        case QuotaBroken(resources=resources) if resources:
            return  # reported for the namespace: QUOTA-EXCEEDED
        case reason:
            yield ADMISSION_REFUSED.finding(
                refused.workload.path,
                f"pods of {refused.workload.name} would be refused: {reason}",
                _way_out(refused),
                about=_about(refused),
                facts={"reason": str(reason)},
            )


def _above_maximum(lab: Lab, refused: Refused, broken: LimitBroken) -> Finding:
    tier = lab.services[refused.service].tier
    most, limit = Memory(broken.admitted), Memory(broken.stated or 0)
    path, needs = _stated_at(lab, refused, broken.container)
    excused = f"state exceptions.no-limit-range of {refused.service} with the reason"
    return LIMIT_ABOVE_MAXIMUM.finding(
        (*path, "memory") if needs else path,
        f"memory limit {limit}{_whose(needs, broken.container)}; the LimitRange of tier {tier} admits {most}: {broken}",
        f"write memory: {most} or less, or {excused}"
        if needs
        else f"raise container.max_memory of tier {tier} to {limit}, or {excused}",
        about="" if needs else broken.container,
        facts={"limit_bytes": int(limit), "maximum_bytes": int(most)},
    )


def _above_ratio(lab: Lab, refused: Refused, broken: LimitBroken) -> Finding:
    tier = lab.services[refused.service].tier
    container = _container(refused.workload, broken.container)
    limit, request = Memory(container.limits[MEMORY]), Memory(container.requests[MEMORY])
    ratio = Cpu(broken.admitted)
    least = Memory(-(-limit * 1000 // broken.admitted))
    path, needs = _stated_at(lab, refused, broken.container)
    return LIMIT_ABOVE_RATIO.finding(
        (*path, "memory_request") if needs else path,
        f"memory limit {limit}{_whose(needs, broken.container)} is {limit / request:.1f} times the request {request}; "
        f"the LimitRange of tier {tier} admits {ratio} times: {broken}",
        f"write memory_request: {least} or more, a lower memory, or state exceptions.no-limit-range of "
        f"{refused.service} with the reason",
        about="" if needs else broken.container,
        facts={"limit_bytes": int(limit), "request_bytes": int(request), "ratio": str(ratio)},
    )


def _above_cap(lab: Lab, refused: Refused, name: str) -> Finding:
    tier = lab.services[refused.service].tier
    cap = lab.tiers[tier].container.max_cpu_request
    cpu = Cpu(_container(refused.workload, name).requests[CPU])
    path, needs = _stated_at(lab, refused, name)
    excused = f"state exceptions.cpu-above-cap of {refused.service} with the reason"
    return CPU_ABOVE_CAP.finding(
        (*path, "cpu") if needs else path,
        f"requests {cpu} CPU{_whose(needs, name)}; one container of tier {tier} may request {cap}, and the policy "
        "refuses its pods",
        f"write cpu: {cap} or less, or {excused}"
        if needs
        else f"raise container.max_cpu_request of tier {tier} to {cpu}, or {excused}",
        about="" if needs else name,
        facts={"request_millicores": int(cpu), "cap_millicores": int(cap)},
    )


def _container(workload: Workload, name: str) -> Container:
    return next(each for each in (*workload.pod.containers, *workload.pod.init_containers) if each.name == name)


def _stated_at(lab: Lab, refused: Refused, name: str) -> tuple[Path, Resources | None]:
    """Where the lab states the resources of a container; where the workload is, for what the program adds itself."""
    stated = dict(lab.services[refused.service].sized(refused.service))
    path, containers = refused.workload.path, refused.workload.pod.containers
    for group in ("sidecars", "init", "containers"):
        if needs := stated.get((*path, group, name)):
            return (*path, group, name), needs
    is_main = bool(containers) and containers[0].name == name
    return path, stated.get(path) if is_main else None


def _are_stated(lab: Lab, refused: Refused, names: Iterable[str]) -> bool:
    return all(_stated_at(lab, refused, each)[1] for each in names)


def _whose(needs: Resources | None, container: str) -> str:
    return "" if needs else f" of {container}, which the program adds"


def _about(refused: Refused) -> str:
    match refused.reason:
        case PolicyBroken(policy=policy):
            return policy
        case LimitBroken(bound=bound, resource=resource, container=container):
            return f"{container} {bound} {resource}".strip()
        case QuotaBroken(quota=quota):
            return quota
        case StandardBroken(standard=standard):
            return standard
        case _:
            return ""


def _way_out(refused: Refused) -> str:
    match refused.reason:
        case PolicyBroken():
            return "do what the policy says"
        case LimitBroken():
            return f"keep to it, or state exceptions.no-limit-range of {refused.service} with the reason"
        case StandardBroken(standard=standard):
            return _way_out_of(standard, refused.service)
        case QuotaBroken():
            return f"state it for each container, or state exceptions.no-quota of {refused.service} with the reason"
        case _:
            return f"change what the message names in {refused.service}"


def _way_out_of(standard: PodSecurityStandard, service: str) -> str:
    if standard == "restricted":
        return (
            f"change what the message names, or state exceptions.root-user of {service} (exceptions.host-access for "
            "what belongs to the node) with the reason: then its namespace enforces less"
        )
    return f"change what the message names, or state exceptions.host-access of {service} with the reason"
