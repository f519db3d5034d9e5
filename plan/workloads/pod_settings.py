"""Settings of a pod as a whole: names, processes, groups."""

from typing import Any

from config.service.container import Workload as WorkloadConfig
from plan.model import Manifest

NDOTS = "2"
"""Names with two dots are looked up as they are first; the default of 5 asks five times for every outside name."""


def placed(config: WorkloadConfig, *, as_it_is: bool) -> dict[str, Any]:
    """The settings that are stated, and unless the pod stays as it is those of the conventions."""
    placement, security = config.placement, config.security
    settings = {
        "dnsConfig": _dns(config, as_it_is=as_it_is),
        "securityContext": _security_context(config, as_it_is=as_it_is),
        "runtimeClassName": placement.runtime_class,
        "hostAliases": [{"ip": ip, "hostnames": list(names)} for ip, names in placement.host_names.items()],
        "hostPID": security.host_pid,
        "hostIPC": security.host_ipc,
    }
    user_namespace = {"hostUsers": False} if security.user_namespace else {}
    return {key: value for key, value in settings.items() if value} | user_namespace


def dns_policy(config: WorkloadConfig) -> str | None:
    """On the node's network, names of Services are only resolved with this setting."""
    return config.placement.dns.policy or ("ClusterFirstWithHostNet" if config.host_network else None)


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


def _security_context(config: WorkloadConfig, *, as_it_is: bool) -> dict[str, Any]:
    security = config.security
    context: dict[str, Any] = {}
    if seccomp := security.seccomp or (None if as_it_is else "RuntimeDefault"):
        context["seccompProfile"] = {"type": seccomp}
    group = security.fs_group if as_it_is or security.fs_group is not None else config.run_as_user
    if group is not None:
        context["fsGroup"] = group
    if security.fs_group_change is not None:
        context["fsGroupChangePolicy"] = security.fs_group_change
    if security.groups:
        context["supplementalGroups"] = list(security.groups)
    return context
