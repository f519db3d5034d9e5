"""Workloads: how they run, and what their containers state."""

from collections.abc import Iterator

from config.draft import Draft
from config.pod_security import excepted_keys
from config.rights import excepted_permissions
from config.service import HelmService, Service
from config.service.container import Workload
from config.source import Path, Problem
from config.suggest import did_you_mean

_PER_NODE_OR_RUN = {
    "daemonset": "a daemonset runs one pod on every node; leave it out",
    "cronjob": "a cronjob runs one pod at a time; leave it out",
}


def check_workloads(lab: Draft) -> Iterator[Problem]:
    """Keys about running suit the controller of the workload."""
    for name, service in lab.services.items():
        yield from _check_host_access(lab, name, service)
        yield from _check_pod_security(lab, name, service)
        yield from _check_permissions(lab, name, service)
        for path, _, workload in service.parts(name):
            yield from _check_schedule(lab, path, workload)
            yield from _check_replicas(lab, path, workload, service.singleton and workload is service)
            if workload.every_node and workload.runs_as != "daemonset":
                yield lab.problem((*path, "every_node"), _not_everywhere(workload.runs_as))
            yield from _check_probes(lab, path, workload)
            if workload.health and not workload.ports:
                yield lab.problem((*path, "health"), "needs a port; declare one under ports")


def _check_probes(lab: Draft, path: Path, workload: Workload) -> Iterator[Problem]:
    """A probe is one question, at a port that exists."""
    if workload.probes is None:
        return
    if workload.health:
        yield lab.problem((*path, "health"), "probes replace it; leave one of them out")
    asked = (("startup", workload.probes.startup), ("readiness", workload.probes.readiness))
    for name, probe in (*asked, ("liveness", workload.probes.liveness)):
        at = (*path, "probes", name)
        if probe is None:
            continue
        if bool(probe.exec) + (probe.http is not None) + probe.grpc > 1:
            yield lab.problem(at, "state one of http, exec and grpc")
        elif probe.port is not None and probe.port not in workload.ports:
            yield lab.problem((*at, "port"), f"unknown port {probe.port!r}{did_you_mean(probe.port, workload.ports)}")
        elif not probe.exec and not workload.ports:
            yield lab.problem(at, "needs a port; declare one under ports, or ask with exec")


def _check_schedule(lab: Draft, path: Path, workload: Workload) -> Iterator[Problem]:
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
        uses.append(((*path, "security", "host_ipc"), workload.security.host_ipc))
    uses += [((*path, "privileged"), container.privileged) for path, container in service.containers_of(name)]
    for path, used in uses:
        if used and "host-access" not in service.exceptions:
            yield lab.problem(path, "needs the exception host-access with a reason, under exceptions")


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


def check_memory(lab: Draft) -> Iterator[Problem]:
    """No container requests more memory than it may use."""
    for name, service in lab.services.items():
        for path, stated in service.sized(name):
            if stated.memory_request is not None and stated.memory_request > stated.memory:
                message = f"{stated.memory_request} must not be more than memory, {stated.memory}"
                yield lab.problem((*path, "memory_request"), message)
