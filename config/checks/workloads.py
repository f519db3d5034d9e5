"""Workloads: how they run, and what their containers state."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from config.draft import Draft
from config.pod_security import excepted_keys
from config.rights import excepted_permissions
from config.schedule import timezone_refusal
from config.service import HelmService, PostgresService, Service
from config.service.adopted import OF_KEPT_PODS
from config.service.app import OwnWorkloads
from config.service.common import Departure
from config.service.container import Container, Listening, Workload
from config.service.footprint import containers_in
from config.service.probe import Probe
from config.service.runs import ENDING
from config.service.unsized import Amount
from config.source import Path, Problem
from config.suggest import did_you_mean

_OF_AMOUNT: Mapping[Amount, tuple[str, ...]] = {"cpu": ("cpu", "cpu_limit"), "memory": ("memory", "memory_request")}
"""Keys that say how much of it a container has."""

_PER_NODE_OR_RUN = {
    "daemonset": "a daemonset runs one pod on every node; leave it out",
    "cronjob": "a cronjob runs one pod at a time; leave it out",
    "job": "a job runs one pod; leave it out",
}


def check_workloads(lab: Draft) -> Iterator[Problem]:
    """Keys about running suit the controller of the workload."""
    for name, service in lab.services.items():
        yield from _check_host_access(lab, name, service)
        yield from _check_pod_security(lab, name, service)
        yield from _check_permissions(lab, name, service)
        for part in service.parts(name):
            path, _, workload = part
            yield from _check_schedule(lab, path, workload)
            yield from _check_replicas(lab, path, workload, service.singleton and workload is service)
            if workload.every_node and workload.runs_as != "daemonset":
                yield lab.problem((*path, "every_node"), _not_everywhere(workload.runs_as))
            yield from _check_probes(lab, path, workload)
            for key, sidecar in workload.sidecars.items():
                yield from _check_probes(lab, (*path, "sidecars", key), sidecar)
            for where, container in part.containers:
                yield from _check_container(lab, where, container)
                yield from _check_disk(lab, where, container)
                if container.unsized and not workload.adopt.as_it_is:
                    yield lab.problem((*where, "unsized"), "needs adopt: {as_it_is: true}; every other pod states both")
                for key in (each for amount in container.unsized for each in _OF_AMOUNT[amount]):
                    if (*where, key) in lab.places.by_path:
                        yield lab.problem((*where, key), "has no effect beside unsized; leave one of the two out")
            if workload.adopt.unnamed_port and len(workload.reached_ports) > 1:
                message = "Kubernetes wants a name for each of several ports; leave it out"
                yield lab.problem((*path, "adopt", "unnamed_port"), message)
            if "job" in workload.model_fields_set and workload.runs_as not in ENDING:
                yield lab.problem((*path, "job"), f"a {workload.runs_as} does not end; leave it out")
            if workload.service_account and isinstance(service, OwnWorkloads) and service.permissions:
                yield lab.problem((*path, "service_account"), "permissions make one; leave one of the two out")
            yield from _check_adopted(lab, path, workload)
            if workload.security.run_as_root and workload.security.run_as_user is not None:
                message = "root is user 0; leave out run_as_user, or this"
                yield lab.problem((*path, "security", "run_as_root"), message)
            if workload.health and not workload.ports:
                yield lab.problem((*path, "health"), "needs a port; declare one under ports")


def _check_disk(lab: Draft, where: Path, container: Container) -> Iterator[Problem]:
    request, limit = container.ephemeral_storage_request, container.ephemeral_storage
    if request is not None and limit is not None and request > limit:
        yield lab.problem(
            (*where, "ephemeral_storage_request"), f"{request} must not be more than ephemeral_storage, {limit}"
        )


def _check_adopted(lab: Draft, path: Path, workload: Workload) -> Iterator[Problem]:
    """Settings that only pods state which stay as they are, and those of controllers that have them."""
    for key in OF_KEPT_PODS:
        if getattr(workload.adopt, key) is not None and not workload.adopt.as_it_is:
            message = "is of pods that stay as they are, and the others have it by convention; leave it out"
            yield lab.problem((*path, "adopt", key), message)
    needed = ("container", "service") if workload.reached_ports else ("container",)
    for key in needed if "." in (workload.adopt.name or "") else ():
        if getattr(workload.adopt, key) is None:
            message = f"has a dot, which the name of a {key} cannot have; say adopt.{key} as well"
            yield lab.problem((*path, "adopt", "name"), message)
    for where, stated in (
        ((*path, "adopt", "history"), workload.adopt.history is not None),
        ((*path, "min_ready_seconds"), workload.min_ready_seconds > 0),
    ):
        if stated and workload.runs_as in ENDING:
            yield lab.problem(where, f"a {workload.runs_as} has none; leave it out")
    is_set = workload.runs_as == "statefulset"
    for key in workload.claim_retention.model_fields_set if not is_set else ():
        message = f"is of a statefulset; claims of a {workload.runs_as} stay anyway: leave it out"
        yield lab.problem((*path, "claim_retention", key), message)
    if workload.adopt.partition is not None and (not is_set or workload.adopt.strategy == "OnDelete"):
        message = "is of a statefulset with strategy: RollingUpdate; leave it out"
        yield lab.problem((*path, "adopt", "partition"), message)


def _check_container(lab: Draft, path: Path, container: Container) -> Iterator[Problem]:
    """Keys of a container that exclude each other."""
    for name, claim in container.resource_claims.items():
        if (claim.claim is None) == (claim.template is None):
            yield lab.problem((*path, "resource_claims", name), "state one of claim and template")
    if container.run_as_root and container.run_as_user is not None:
        yield lab.problem((*path, "run_as_root"), "root is user 0; leave out run_as_user, or this")
    if container.run_as_root and container.non_root:
        yield lab.problem((*path, "non_root"), "the kubelet would not start root; leave out run_as_root, or this")
    yield from _check_hooks(lab, path, container)
    if container.pre_stop and container.pre_stop_sleep_seconds:
        yield lab.problem((*path, "pre_stop_sleep_seconds"), "pre_stop replaces it; leave one of them out")
    for volume, mounts in container.mounts.items():
        if not container.privileged and any(mount.propagation == "Bidirectional" for mount in mounts):
            message = "only a privileged container shows its mounts to the node; say HostToContainer, or privileged"
            yield lab.problem((*path, "mounts", volume), message)


def _check_hooks(lab: Draft, path: Path, container: Container) -> Iterator[Problem]:
    """A request goes to a port that exists."""
    ports = container.ports if isinstance(container, Listening) else {}
    for name, hook in (("pre_stop", container.pre_stop), ("post_start", container.post_start)):
        if hook is None or hook.http is None:
            continue
        if not ports:
            yield lab.problem((*path, name), "needs a port; declare one under ports, or write a command")
        elif hook.port is not None and hook.port not in ports:
            yield lab.problem((*path, name), f"unknown port {hook.port!r}{did_you_mean(hook.port, ports)}")


def _check_probes(lab: Draft, path: Path, workload: Listening) -> Iterator[Problem]:
    """A probe is one question, at a port that exists."""
    if workload.probes is None:
        return
    if isinstance(workload, Workload) and workload.health:
        yield lab.problem((*path, "health"), "probes replace it; leave one of them out")
    asked = (("startup", workload.probes.startup), ("readiness", workload.probes.readiness))
    for name, probe in (*asked, ("liveness", workload.probes.liveness)):
        at = (*path, "probes", name)
        if probe is None:
            continue
        if bool(probe.exec) + (probe.http is not None) + probe.grpc > 1:
            yield lab.problem(at, "state one of http, exec and grpc")
        elif isinstance(probe.port, str) and probe.port not in workload.ports:
            yield lab.problem((*at, "port"), f"unknown port {probe.port!r}{did_you_mean(probe.port, workload.ports)}")
        elif not probe.exec and probe.port is None and not workload.ports:
            yield lab.problem(at, "needs a port; declare one under ports, or ask with exec")
        for key, message in _without_effect(name, probe).items():
            yield lab.problem((*at, key), message)


def _without_effect(name: str, probe: Probe) -> Mapping[str, str]:
    """Keys of a probe that the API server refuses, or that say nothing, each with the reason."""
    found: dict[str, str] = {}
    if probe.http is None:
        stated = {"https": probe.https, "headers": probe.headers, "host": probe.host}
        found |= {key: "is of a request by http; leave it out, or state http" for key, each in stated.items() if each}
    if probe.grpc_service and not probe.grpc:
        found["grpc_service"] = "is of grpc; leave it out, or write grpc: true"
    if probe.successes > 1 and name != "readiness":
        found["successes"] = f"one success is enough for {name}; leave it out"
    if probe.grace_seconds and name == "readiness":
        found["grace_seconds"] = "a pod that is not ready is not stopped; leave it out"
    return found


def _check_schedule(lab: Draft, path: Path, workload: Workload) -> Iterator[Problem]:
    zone = workload.job.time_zone
    if zone is not None and workload.runs_as != "cronjob":
        yield lab.problem((*path, "job", "time_zone"), "only a cronjob has a schedule; leave it out")
    elif zone is not None and (refusal := timezone_refusal(zone)):
        yield lab.problem((*path, "job", "time_zone"), refusal)
    if workload.runs_as == "cronjob" and workload.schedule is None:
        yield lab.problem((*path, "schedule"), "a cronjob needs a schedule, for example 30 0 * * *")
    if workload.runs_as != "cronjob" and workload.schedule:
        yield lab.problem((*path, "schedule"), f"a {workload.runs_as} has none; say runs_as: cronjob or leave it out")


def _check_replicas(lab: Draft, path: Path, workload: Workload, singleton: bool) -> Iterator[Problem]:
    if workload.runs_as in _PER_NODE_OR_RUN:
        for key in ("replicas", "autoscale"):
            if key in workload.model_fields_set:
                yield lab.problem((*path, key), _PER_NODE_OR_RUN[workload.runs_as])
        return
    if singleton and workload.replicas > 1:
        message = f"{workload.replicas} replicas of a singleton; say 1, or leave out singleton"
        yield lab.problem((*path, "replicas"), message)
    if singleton and workload.autoscale:
        yield lab.problem((*path, "autoscale"), "a singleton has one replica; leave out autoscale or singleton")
    elif workload.autoscale and workload.autoscale.max_replicas < workload.replicas:
        message = f"{workload.autoscale.max_replicas} must not be less than replicas, {workload.replicas}"
        yield lab.problem((*path, "autoscale", "max_replicas"), message)


def _check_host_access(lab: Draft, name: str, service: Service) -> Iterator[Problem]:
    uses: list[tuple[Path, bool]] = []
    uses.append((("services", name, "host_paths"), bool(service.mountable().get("host_paths"))))
    for path, _, workload in service.parts(name):
        uses.append(((*path, "host_network"), workload.host_network))
        uses.append(((*path, "security", "host_pid"), workload.security.host_pid))
        for where, container in ((path, workload), *_sidecars(path, workload)):
            uses += [((*where, "ports", key), port.host is not None) for key, port in container.ports.items()]
        uses.append(((*path, "security", "host_ipc"), workload.security.host_ipc))
    for path, container in service.containers_of(name):
        uses.append(((*path, "privileged"), container.privileged))
        for key, probe in container.probes or () if isinstance(container, Listening) else ():
            uses.append(((*path, "probes", key, "host"), probe is not None and probe.host is not None))
    yield from _check_exception(lab, service, "host-access", uses)
    devices: list[tuple[Path, bool]] = []
    for path, _, workload in service.parts(name):
        devices.append(((*path, "further_networks"), bool(workload.further_networks)))
    for path, container in service.containers_of(name):
        devices.append(((*path, "devices"), bool(container.devices)))
        devices.append(((*path, "resource_claims"), bool(container.resource_claims)))
    yield from _check_exception(lab, service, "devices", devices)


def _sidecars(path: Path, workload: Workload) -> Iterator[tuple[Path, Listening]]:
    for key, sidecar in workload.sidecars.items():
        yield (*path, "sidecars", key), sidecar


def _check_exception(
    lab: Draft, service: Service, exception: Departure, uses: Iterable[tuple[Path, bool]]
) -> Iterator[Problem]:
    for path, used in uses:
        if used and exception not in service.exceptions:
            yield lab.problem(path, f"needs the exception {exception} with a reason, under exceptions")


def _check_pod_security(lab: Draft, name: str, service: Service) -> Iterator[Problem]:
    tier = lab.tiers.get(service.tier)
    for key in excepted_keys(name, service, tier) if tier else ():
        if key.exception not in service.exceptions:
            broken = f"breaks the Pod Security Standard {key.breaks}; " if key.breaks else ""
            yield lab.problem(key.path, f"{broken}needs the exception {key.exception} with a reason, under exceptions")


def _check_permissions(lab: Draft, name: str, service: Service) -> Iterator[Problem]:
    for path, power in excepted_permissions(name, service):
        if "cluster-rights" not in service.exceptions:
            message = f"reaches {power}; needs the exception cluster-rights with a reason, under exceptions"
            yield lab.problem(path, message)


def check_helm(lab: Draft) -> Iterator[Problem]:
    """A daemonset of a chart has no replicas."""
    for name, service in lab.services.items():
        for key, workload in service.footprint.items() if isinstance(service, HelmService) else ():
            if workload.runs_as in _PER_NODE_OR_RUN and "replicas" in workload.model_fields_set:
                path = ("services", name, "footprint", key, "replicas")
                yield lab.problem(path, _PER_NODE_OR_RUN[workload.runs_as])
            if workload.every_node and workload.runs_as != "daemonset":
                path = ("services", name, "footprint", key, "every_node")
                yield lab.problem(path, _not_everywhere(workload.runs_as))


def _not_everywhere(runs_as: str) -> str:
    return f"a {runs_as} does not run on every node; say runs_as: daemonset"


def check_amounts(lab: Draft) -> Iterator[Problem]:
    """No container requests more than it may use, and one without a memory limit says what it requests. Limits of CPU,
    and memory without a limit, are excepted from the conventions where the program writes them."""
    for name, service in lab.services.items():
        unwritten = _unwritten(name, service)
        for path, stated in service.sized(name):
            if stated.cpu_limit is not None and stated.cpu_limit < stated.cpu:
                yield lab.problem((*path, "cpu_limit"), f"{stated.cpu_limit} must not be less than cpu, {stated.cpu}")
            for key, departs, exception in (
                ("cpu_limit", stated.cpu_limit is not None, "limited-cpu"),
                ("memory", stated.memory == "unlimited", "unlimited-memory"),
            ):
                if departs and exception not in service.exceptions and path not in unwritten:
                    message = f"needs the exception {exception} with a reason, under exceptions"
                    yield lab.problem((*path, key), message)
            if stated.memory == "unlimited":
                if stated.memory_request is None:
                    message = "unlimited needs memory_request beside it, which is all that the scheduler counts"
                    yield lab.problem((*path, "memory"), message)
            elif stated.memory_request is not None and stated.memory_request > stated.memory:
                message = f"{stated.memory_request} must not be more than memory, {stated.memory}"
                yield lab.problem((*path, "memory_request"), message)


def _unwritten(name: str, service: Service) -> Collection[Path]:
    """Containers whose amounts are as they were before, or as a chart has them."""
    as_it_is = [part for part in service.parts(name) if part.workload.adopt.as_it_is]
    found = {path for part in as_it_is for path, _ in part.containers}
    if isinstance(service, HelmService):
        found |= {path for path, each in containers_in(name, service.footprint) if each.values is None}
    if isinstance(service, PostgresService) and service.cluster is not None:
        found.add(("services", name))
    return found
