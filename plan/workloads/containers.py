"""Containers of a pod, as they stand in its manifest."""

from collections.abc import Mapping
from typing import Any

from config.service.container import Container as ContainerConfig
from config.service.container import Workload as WorkloadConfig
from plan.model import Container, Manifest, resources
from plan.tiers.conventions import WAIT_FOR, resources_of
from plan.workloads.context import Scope, endpoint

WAIT_FOR_IMAGE = "docker.io/library/busybox:1.37"


def container_manifest(
    scope: Scope, container: Container, config: ContainerConfig, mounts: list[Manifest], *, as_it_is: bool = False
) -> Manifest:
    """A container without ports and probes; one that stays as it is has nothing by convention."""
    manifest: Manifest = {
        "name": container.name,
        "image": config.image,
        **({} if as_it_is else {"imagePullPolicy": "IfNotPresent"}),
        "resources": {
            "requests": resources.written(container.requests),
            "limits": resources.written(container.limits),
        },
    }
    if context := _security_context(config, as_it_is=as_it_is):
        manifest["securityContext"] = context
    if config.command:
        manifest["command"] = list(config.command)
    if config.args:
        manifest["args"] = list(config.args)
    if environment := _environment(scope, config):
        manifest["env"] = environment
    if mounts:
        manifest["volumeMounts"] = mounts
    return manifest


def _security_context(config: ContainerConfig, *, as_it_is: bool) -> dict[str, Any]:
    """The API server refuses a privileged container, or one with SYS_ADMIN, that may not escalate."""
    context: dict[str, Any] = {}
    if config.privileged:
        context["privileged"] = True
    elif "SYS_ADMIN" not in config.capabilities and not as_it_is:
        context["allowPrivilegeEscalation"] = False
    if config.capabilities:
        context["capabilities"] = {"add": list(config.capabilities)}
    if config.run_as_user is not None:
        context |= {"runAsUser": config.run_as_user, "runAsNonRoot": True}
    return context


def _environment(scope: Scope, config: ContainerConfig) -> list[Manifest]:
    plain = [{"name": name, "value": value} for name, value in config.env.items()]
    secret = [
        {
            "name": name,
            "valueFrom": {
                "secretKeyRef": {"name": scope.secret, "key": secret_key(scope, name, source.path, source.key)}
            },
        }
        for name, source in config.secrets.items()
    ]
    return plain + secret


def secret_key(scope: Scope, variable: str, path: str | None, key: str | None) -> str:
    """The key in the service's Secret for what lies in Vault at `path`, `key`: the same for all who use it."""
    return f"{path or scope.name}.{key or variable}".replace("/", ".")


def ports(config: WorkloadConfig) -> list[Manifest]:
    """The ports of a main container."""
    return [
        {"name": name, "containerPort": port.number, "protocol": port.protocol} for name, port in config.ports.items()
    ]


def probes(config: WorkloadConfig) -> Mapping[str, Any]:
    """Startup, readiness and liveness: by HTTP where a path is stated, else by opening the first port."""
    if not config.ports or config.runs_as == "cronjob":
        return {}
    name, port = next(iter(config.ports.items()))
    if config.health is not None:
        check: dict[str, Any] = {"httpGet": {"path": config.health, "port": name}}
    elif port.protocol == "TCP":
        check = {"tcpSocket": {"port": name}}
    else:
        return {}
    return {
        "startupProbe": {**check, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 30},
        "readinessProbe": {**check, "periodSeconds": 10, "timeoutSeconds": 5, "failureThreshold": 3},
        "livenessProbe": {**check, "periodSeconds": 30, "timeoutSeconds": 5, "failureThreshold": 5},
    }


def wait_for(scope: Scope, config: WorkloadConfig) -> list[tuple[Container, Manifest]]:
    """The init container that waits until every service of `waits_for` answers, if there are any."""
    if not config.waits_for:
        return []
    image = ContainerConfig(image=WAIT_FOR_IMAGE, cpu=WAIT_FOR.cpu, memory=WAIT_FOR.memory, run_as_user=65534)
    container = resources_of("wait-for", image, scope.tier, scope.exceptions)
    waits = (
        f"until nc -z -w 2 {host} {port}; do echo waiting for {host}:{port}; sleep 2; done"
        for host, port in (endpoint(scope.lab, name) for name in config.waits_for)
    )
    manifest = container_manifest(scope, container, image, [])
    return [(container, manifest | {"command": ["sh", "-c", "\n".join(waits)]})]
