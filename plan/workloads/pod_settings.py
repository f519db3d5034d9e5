"""Settings of a pod as a whole: names, processes, groups."""

import json
from collections.abc import Sequence
from typing import Any

from config.service.container import Workload as WorkloadConfig
from config.service.device import FurtherNetwork
from plan.model import Manifest
from plan.tiers.pod_security import LOW_PORTS, needs_low_ports
from plan.workloads.context import ServiceContext

NDOTS = "2"
"""Names with two dots are looked up as they are first; the default of 5 asks five times for every outside name."""


def placed(context: ServiceContext, config: WorkloadConfig) -> dict[str, Any]:
    """The settings that are stated, and unless the pod stays as it is those of the conventions."""
    placement, security, as_it_is = config.placement, config.security, config.adopt.as_it_is
    settings = {
        "dnsConfig": _dns(config, as_it_is=as_it_is),
        "securityContext": _as_stated(config) if as_it_is else _secured(context, config),
        "runtimeClassName": placement.runtime_class,
        "hostname": placement.hostname,
        "subdomain": placement.subdomain,
        "hostAliases": [{"ip": ip, "hostnames": list(names)} for ip, names in placement.host_names.items()],
        "shareProcessNamespace": security.share_processes,
        "nodeName": placement.node,
        "hostPID": security.host_pid,
        "hostIPC": security.host_ipc,
    }
    user_namespace = {"hostUsers": False} if security.user_namespace else {}
    return {key: value for key, value in settings.items() if value} | user_namespace


def dns_policy(config: WorkloadConfig) -> str | None:
    """On the node's network, names of Services are only resolved with this setting."""
    return config.placement.dns.policy or ("ClusterFirstWithHostNet" if config.host_network else None)


def networks_annotation(networks: Sequence[FurtherNetwork]) -> str:
    """Networks as Multus reads them: their names, or where one has more to it than its name a list in JSON."""
    if all(each.model_fields_set == {"name"} for each in networks):
        return ",".join(each.name for each in networks)
    return json.dumps([_network(each) for each in networks])


def _network(network: FurtherNetwork) -> dict[str, Any]:
    namespace, _, name = network.name.rpartition("/")
    stated = {
        "namespace": namespace,
        "ips": list(network.addresses),
        "mac": network.mac,
        "interface": network.interface,
    }
    return {"name": name, **{key: each for key, each in stated.items() if each}}


def _dns(config: WorkloadConfig, *, as_it_is: bool) -> Manifest:
    dns = config.placement.dns
    options = dict(dns.options) if as_it_is else {"ndots": NDOTS, **dns.options}
    return {
        **({"nameservers": [str(each) for each in dns.nameservers]} if dns.nameservers else {}),
        **({"searches": list(dns.searches)} if dns.searches else {}),
        **({"options": [_option(name, value) for name, value in options.items()]} if options else {}),
    }


def _option(name: str, value: str | None) -> dict[str, str]:
    return {"name": name} if value is None else {"name": name, "value": value}


def _secured(context: ServiceContext, config: WorkloadConfig) -> dict[str, Any]:
    """The settings that are stated, and those of the conventions."""
    settings: dict[str, Any] = {"seccompProfile": {"type": "RuntimeDefault"}}
    user = config.run_as_user if config.run_as_user is not None else config.security.run_as_user
    if user is not None:
        settings["fsGroup"] = user
    settings |= _as_stated(config)
    if "fsGroup" in settings and context.tier.pod_security == "restricted":
        settings.setdefault("fsGroupChangePolicy", "OnRootMismatch")
    if needs_low_ports(config, context.tier, context.exceptions):
        stated = settings.get("sysctls", ())
        settings["sysctls"] = [LOW_PORTS, *(each for each in stated if each["name"] != LOW_PORTS["name"])]
    return settings


def _as_stated(config: WorkloadConfig) -> dict[str, Any]:
    security = config.security
    stated: dict[str, Any] = {
        "seccompProfile": profile(security.seccomp) if security.seccomp else None,
        "appArmorProfile": profile(security.app_armor) if security.app_armor else None,
        "sysctls": [{"name": name, "value": each} for name, each in security.sysctls.items()] or None,
        "seLinuxOptions": security.selinux and security.selinux.model_dump(exclude_none=True),
        "runAsUser": 0 if security.run_as_root else security.run_as_user,
        "runAsGroup": security.run_as_group,
        "runAsNonRoot": security.non_root,
        "fsGroup": security.fs_group,
        "fsGroupChangePolicy": security.fs_group_change,
        "supplementalGroups": list(security.groups) or None,
        "supplementalGroupsPolicy": security.groups_policy,
        "seLinuxChangePolicy": security.selinux_change,
    }
    return {key: value for key, value in stated.items() if value is not None}


def profile(stated: str) -> Manifest:
    """A profile of seccomp or AppArmor as a manifest has it."""
    kind, _, file = stated.partition("/")
    return {"type": kind, **({"localhostProfile": file} if file else {})}
