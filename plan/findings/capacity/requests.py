"""Findings about pods of which the plan does not know how much they need, or may use."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.quantity import Memory
from plan.kubernetes.admission.defaults import container_defaults
from plan.model import Finding, Manifest, Namespace, Node, Service, Workload
from plan.model.fields import entries, mapping
from plan.model.findings import Rule, Severity
from plan.model.resources import MEMORY, pod_requests, read_amounts, unlimited_containers
from plan.model.templates import pod_spec
from plan.wording import gib, listed

MEMORY_NOT_REQUESTED = Rule(
    "MEMORY-NOT-REQUESTED",
    "warning",
    title="Pods whose memory nobody knows",
    meaning=(
        "The scheduler, and so this plan, counts what pods request. A pod that requests no memory fits anywhere, uses "
        "as much as it likes, and is among the first to be evicted: that a lab of such pods fits says little."
    ),
    remedy="Write `memory` in the service's file, or the request in its objects. `homelab rightsize` proposes it.",
)

MEMORY_UNLIMITED = Rule(
    "MEMORY-UNLIMITED",
    ("warning", "info"),
    title="Pods without a memory limit",
    meaning=(
        "Such a pod may use all memory that its node has. No sum of limits has it: a node whose limits add up to 60% "
        "can run out of memory all the same. The kubelet then evicts, of the lowest priority first, those that use "
        "more than they request; where memory runs out faster than it looks, the kernel kills. An info where the "
        "service states the exception `unlimited-memory`."
    ),
    remedy="Write a `memory` in the service's file, or the limit in its objects.",
)

LIMITED_BY_DEFAULT = Rule(
    "LIMITED-BY-DEFAULT",
    "warning",
    title="A container that should have no memory limit gets one",
    meaning=(
        "The LimitRange of a tier gives its default to every container that states no limit: at its next start the "
        "container has that limit, and is killed when it uses more. A pod that runs already keeps what it has. That is "
        "so of adopted pods that state no memory, whether policies deny or only audit."
    ),
    remedy="State exceptions.no-limit-range with the reason, or write the limit that it needs as `memory`.",
)


def limited_pods(services: Iterable[Service], namespaces: Iterable[Namespace]) -> Iterator[Finding]:
    """Of each tier, the workloads that state no memory limit and get that of its LimitRange."""
    limits = {
        each.name: (each.tier, default)
        for each in namespaces
        if each.limit_range and (default := container_defaults(each.limit_range)[0].get(MEMORY))
    }
    found: dict[tuple[str, int], list[Workload]] = {}
    for service in services:
        for manifest in service.objects if any(each.namespace in limits for each in service.workloads) else ():
            workload = service.workload_of(manifest)
            limit = limits.get(workload.namespace) if workload and workload.replicas else None
            if workload and limit and _gets_limit(manifest, workload, limit[1]):
                found.setdefault(limit, []).append(workload)
    for (tier, default), limited in found.items():
        names = [each.name for each in limited]
        yield LIMITED_BY_DEFAULT.finding(
            limited[0].path,
            f"{listed(names)} of tier {tier} {'states' if len(names) == 1 else 'state'} no memory limit: the next pods "
            f"get that of the LimitRange, {Memory(default)}, and are killed when they use more",
            "write the memory that they need, which `homelab rightsize` proposes; or state exceptions.no-limit-range "
            "with the reason",
            about=tier,
            facts={"workloads": tuple(names), "limit_bytes": default},
        )


def _gets_limit(manifest: Manifest, workload: Workload, default: int) -> bool:
    """Whether it has a container without a limit that its service does not call unlimited, and whose request fits."""
    spec = pod_spec(manifest)
    sidecars = (each for each in entries(spec, "initContainers") if each.get("restartPolicy") == "Always")
    for each in (*entries(spec, "containers"), *sidecars):
        request = read_amounts(mapping(each, "resources", "requests")).get(MEMORY)
        fits = request is None or (workload.path[0] == "objects" and request <= default)
        if fits and MEMORY not in mapping(each, "resources", "limits"):
            return True
    return False


def request_findings(workloads: Iterable[Workload]) -> Iterator[Finding]:
    """One finding on all workloads that run and request no memory."""
    running = [each for each in workloads if each.replicas]
    unknown = [each for each in running if not pod_requests(each.pod).get(MEMORY)]
    if unknown:
        yield MEMORY_NOT_REQUESTED.finding(
            unknown[0].path,
            f"{len(unknown)} of {len(running)} workloads request no memory: the sums of this plan leave "
            f"them out, and whether they fit is not known: {listed([each.name for each in unknown])}",
            "request what they use; `homelab rightsize --prometheus URL` proposes it from 30 days of usage",
            facts={"workloads": tuple(each.name for each in unknown), "of": len(running)},
        )


def unlimited_findings(lab: Lab, nodes: Iterable[Node], workloads: Iterable[Workload]) -> Iterator[Finding]:
    """Workloads that request memory and have no limit: one finding on those that are excepted, one on the others."""
    running = [each for each in workloads if each.replicas and each.service in lab.services]
    unlimited = [each for each in running if pod_requests(each.pod).get(MEMORY) and unlimited_containers(each.pod)]
    most = max((node.allocatable[MEMORY] for node in nodes), default=0)
    excepted = [each for each in unlimited if "unlimited-memory" in lab.services[each.service].exceptions]
    by_severity: dict[Severity, list[Workload]] = {
        "warning": [each for each in unlimited if each not in excepted],
        "info": excepted,
    }
    for severity, found in by_severity.items():
        if found:
            yield MEMORY_UNLIMITED.finding(
                found[0].path,
                f"{len(found)} of {len(running)} workloads have no memory limit: each may use all that its node has, "
                f"up to {gib(most)}, and sums of limits leave them out: {listed([each.name for each in found])}",
                "write a memory that they never need more of; `homelab rightsize --prometheus URL` tells what they use",
                severity=severity,
                facts={"workloads": tuple(each.name for each in found), "of": len(running), "node_bytes": most},
            )


def limited_by_default(lab: Lab, namespaces: Iterable[Namespace]) -> Iterator[Finding]:
    """Containers with `memory: unlimited` in a namespace whose LimitRange gives them a limit that their request fits
    in. Where it does not, their pods are refused, which is a finding of its own."""
    for namespace in namespaces:
        if namespace.limit_range is None:
            continue
        limits, _ = container_defaults(namespace.limit_range)
        default = limits.get(MEMORY)
        for name in namespace.services if default else ():
            for path, needs in lab.services[name].sized(name):
                if needs.memory == "unlimited" and default and needs.memory_request and needs.memory_request <= default:
                    yield LIMITED_BY_DEFAULT.finding(
                        (*path, "memory"),
                        f"memory: unlimited, and the LimitRange of tier {namespace.tier} gives the container a limit "
                        f"of {Memory(default)}: it is killed when it uses more",
                        "state exceptions.no-limit-range with the reason, or write the memory that it needs",
                        facts={"limit_bytes": default, "request_bytes": int(needs.memory_request)},
                    )
