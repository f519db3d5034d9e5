"""Containers of a pod, as they are written in its manifest."""

from typing import Any

from config.quantity import Memory
from config.service.adopted import Adopted
from config.service.container import Container as ContainerConfig
from config.service.container import Listening
from config.service.container import Workload as WorkloadConfig
from config.service.environment import FieldSource, references
from config.service.hook import Hook
from config.service.secret import ConfigKey, EnvironmentSource, SecretVariable
from plan.model import Container, Manifest, ResourceList, resources
from plan.model.resources import is_in_bytes
from plan.tiers.conventions import WAIT_FOR, resources_of
from plan.tiers.pod_security import dropped_capabilities, is_never_root, is_root_read_only
from plan.workloads.context import ServiceContext, endpoint
from plan.workloads.ordering import after_named, in_order
from plan.workloads.pod_settings import profile
from plan.workloads.secret_names import secret_key, secret_name, whole_secret_name

WAIT_FOR_IMAGE = "docker.io/library/busybox:1.37"


def container_manifest(
    context: ServiceContext,
    container: Container,
    config: ContainerConfig,
    mounts: list[Manifest],
    *,
    as_it_is: bool = False,
    device_requests: bool = False,
) -> Manifest:
    """A container without ports and probes; one that stays as it is has nothing by convention, and states devices as
    limits alone unless `device_requests`."""
    manifest: Manifest = {
        "name": container.name,
        "image": config.image,
        **_pull_policy(config, as_it_is=as_it_is),
    }
    requests = {
        name: amount
        for name, amount in container.requests.items()
        if device_requests or not (as_it_is and name in config.devices)
    }
    amounts: dict[str, Any] = {
        "requests": _written(config, requests, as_it_is=as_it_is),
        "limits": _written(config, container.limits, as_it_is=as_it_is),
        "claims": [{"name": name} for name in config.resource_claims],
    }
    if stated := {key: each for key, each in amounts.items() if each}:
        manifest["resources"] = stated
    if config.working_dir:
        manifest["workingDir"] = config.working_dir
    if config.terminal:
        manifest |= {"stdin": True, "tty": True}
    if settings := _as_it_is(config) if as_it_is else _secured(context, config):
        manifest["securityContext"] = settings
    if config.command:
        manifest["command"] = list(config.command)
    if config.args:
        manifest["args"] = list(config.args)
    if environment := _environment(context, config):
        manifest["env"] = environment
    if sources := _environment_sources(context, config):
        manifest["envFrom"] = sources
    if mounts:
        manifest["volumeMounts"] = mounts
    if config.termination_message:
        manifest["terminationMessagePolicy"] = config.termination_message
    if lifecycle := _lifecycle(config):
        manifest["lifecycle"] = lifecycle
    return manifest


def _written(config: ContainerConfig, amounts: ResourceList, *, as_it_is: bool) -> dict[str, str]:
    """Amounts in a manifest. A container that stays as it is keeps the sort of units in which they are stated: another
    one replaces pods of a statefulset, even with the same amount."""
    stated = (config.memory, config.memory_request, config.ephemeral_storage, config.ephemeral_storage_request)
    kept = {int(each): each.stored for each in stated if isinstance(each, Memory) and as_it_is}
    return {
        name: kept.get(amounts[name], text) if is_in_bytes(name) else text
        for name, text in resources.written(amounts).items()
    }


def _pull_policy(config: ContainerConfig, *, as_it_is: bool) -> Manifest:
    policy = config.pull_policy or (None if as_it_is else "IfNotPresent")
    return {"imagePullPolicy": policy} if policy else {}


def _lifecycle(config: ContainerConfig) -> Manifest:
    hooks = {"postStart": config.post_start, "preStop": config.pre_stop}
    sleep = {"preStop": {"sleep": {"seconds": config.pre_stop_sleep_seconds}}} if config.pre_stop_sleep_seconds else {}
    return {name: _hook(config, hook) for name, hook in hooks.items() if hook} | sleep


def _hook(config: ContainerConfig, hook: Hook) -> Manifest:
    if hook.http is None:
        return {"exec": {"command": list(hook.command)}}
    ports = config.ports if isinstance(config, Listening) else {}
    scheme = {"scheme": "HTTPS"} if hook.https else {}
    return {"httpGet": {"path": hook.http, "port": hook.port or next(iter(ports)), **scheme}}


def _secured(context: ServiceContext, config: ContainerConfig) -> dict[str, Any]:
    """The settings that are stated, and those of the tier. The API server refuses a privileged container, or one with
    SYS_ADMIN, that may not escalate."""
    tier, exceptions = context.tier, context.exceptions
    settings: dict[str, Any] = {}
    escalates = config.privileged or "SYS_ADMIN" in config.capabilities or config.privilege_escalation
    if not escalates:
        settings["allowPrivilegeEscalation"] = False
    settings |= _as_stated(config, dropped_capabilities(config, tier, exceptions))
    if is_never_root(config, tier, exceptions):
        settings["runAsNonRoot"] = True
    if config.non_root is not None:
        settings["runAsNonRoot"] = config.non_root
    if is_root_read_only(config, tier, exceptions):
        settings["readOnlyRootFilesystem"] = True
    return settings


def _as_it_is(config: ContainerConfig) -> dict[str, Any]:
    """The settings that are stated, and nothing else."""
    stated = _as_stated(config)
    if "privileged" in config.model_fields_set:
        stated["privileged"] = config.privileged
    if config.read_only_root is False:
        stated["readOnlyRootFilesystem"] = False
    if "privilege_escalation" in config.model_fields_set:
        stated["allowPrivilegeEscalation"] = config.privilege_escalation
    return stated


def _as_stated(config: ContainerConfig, dropped: tuple[str, ...] | None = None) -> dict[str, Any]:
    settings: dict[str, Any] = {"privileged": True} if config.privileged else {}
    changes = {"add": config.capabilities, "drop": config.drop_capabilities if dropped is None else dropped}
    if capabilities := {change: list(names) for change, names in changes.items() if names}:
        settings["capabilities"] = capabilities
    if config.run_as_user is not None:
        settings["runAsUser"] = config.run_as_user
    elif config.run_as_root:
        settings["runAsUser"] = 0
    if config.run_as_group is not None:
        settings["runAsGroup"] = config.run_as_group
    if config.non_root is not None:
        settings["runAsNonRoot"] = config.non_root
    if config.seccomp:
        settings["seccompProfile"] = profile(config.seccomp)
    if config.app_armor:
        settings["appArmorProfile"] = profile(config.app_armor)
    if config.selinux:
        settings["seLinuxOptions"] = config.selinux.model_dump(exclude_none=True)
    if config.read_only_root:
        settings["readOnlyRootFilesystem"] = True
    return settings


def _environment(context: ServiceContext, config: ContainerConfig) -> list[Manifest]:
    """Kubernetes puts a variable into another one, `$(NAME)`, where it comes before it: each comes after those that it
    names, and what names a secret comes last."""
    secret = [{"name": name, "valueFrom": _reference(context, name, each)} for name, each in config.secrets.items()]
    secret += [{"name": name, "valueFrom": _config_key(name, each)} for name, each in config.env_keys.items()]
    secret += [{"name": name, "valueFrom": _field(each)} for name, each in config.env_fields.items()]
    secret += [{"name": name} for name in config.kept_env]
    plain = [{"name": name, "value": value} for name, value in config.env.items()]
    named = {name: references(value) for name, value in config.env.items()}
    apart = {str(each["name"]) for each in secret}
    while more := {name for name, others in named.items() if name not in apart and not apart.isdisjoint(others)}:
        apart |= more
    plain = after_named(plain, named)
    early, late = ([each for each in plain if (each["name"] in apart) == is_late] for is_late in (False, True))
    return in_order([*early, *secret, *late], config.env_order)


def _reference(context: ServiceContext, variable: str, source: SecretVariable) -> Manifest:
    if source.secret is not None:
        return {"secretKeyRef": {"name": source.secret, "key": source.key or variable, **_optional(source)}}
    key = secret_key(context, variable, source.path, source.key)
    return {"secretKeyRef": {"name": secret_name(context, source.store), "key": key, **_optional(source)}}


def _config_key(variable: str, source: ConfigKey) -> Manifest:
    return {"configMapKeyRef": {"name": source.config_map, "key": source.key or variable, **_optional(source)}}


def _optional(source: ConfigKey | EnvironmentSource | SecretVariable) -> Manifest:
    return {"optional": True} if source.optional else {}


def _field(source: FieldSource) -> Manifest:
    """A field of the pod, or an amount of a container."""
    if not source.is_amount:
        return {"fieldRef": {"fieldPath": source.field}}
    more = {"containerName": source.container, "divisor": source.divisor}
    return {"resourceFieldRef": {"resource": source.field, **{key: each for key, each in more.items() if each}}}


def _environment_sources(context: ServiceContext, config: ContainerConfig) -> list[Manifest]:
    return [{**({"prefix": each.prefix} if each.prefix else {}), **_source(context, each)} for each in config.env_from]


def _source(context: ServiceContext, each: EnvironmentSource) -> Manifest:
    if each.config_map is not None:
        return {"configMapRef": {"name": each.config_map, **_optional(each)}}
    name = each.secret if each.path is None else whole_secret_name(context, each.path, each.store)
    return {"secretRef": {"name": name, **_optional(each)}}


def ports(config: Listening, adopted: Adopted) -> list[Manifest]:
    """The ports of a container, as those of its workload are stated."""
    return [
        {
            **({"name": name} if adopted.ports == "named" else {}),
            "containerPort": port.number,
            "protocol": port.protocol,
            **({"hostPort": port.host} if port.host else {}),
        }
        for name, port in config.ports.items()
        if adopted.ports != "none"
    ]


def wait_for(context: ServiceContext, config: WorkloadConfig) -> list[tuple[Container, Manifest]]:
    """The init container that waits until every service of `waits_for` answers, if there are any."""
    if not config.waits_for:
        return []
    image = ContainerConfig(
        image=WAIT_FOR_IMAGE,
        cpu=WAIT_FOR.cpu,
        memory=WAIT_FOR.memory,
        run_as_user=65534,
        read_only_root=True if context.tier.pod_security == "restricted" else None,  # whatever the service may write
    )
    container = resources_of("wait-for", image, context.tier, context.exceptions)
    waits = (
        f"until nc -z -w 2 {host} {port}; do echo waiting for {host}:{port}; sleep 2; done"
        for host, port in (endpoint(context.lab, name) for name in config.waits_for)
    )
    manifest = container_manifest(context, container, image, [])
    return [(container, manifest | {"command": ["sh", "-c", "\n".join(waits)]})]
