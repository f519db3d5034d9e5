"""Settings of a running pod as a whole, in the keys of the format."""

from typing import Any

from operations.adopt.cluster.yaml_text import Flow, FlowList
from plan.model.fields import Fields, entries, mapping, text, value, values

_TOLERATION = frozenset({"key", "operator", "value", "effect", "tolerationSeconds"})


def pod_keys(pod: Fields) -> dict[str, Any]:
    """Keys of the settings of a pod, its containers and volumes aside."""
    said: dict[str, Any] = {}
    if pod.get("hostNetwork"):
        said["host_network"] = True
    if security := _security(pod):
        said["security"] = Flow(security)
    if account := text(pod, "serviceAccountName"):
        said["service_account"] = account
    if secrets := [text(each, "name") for each in entries(pod, "imagePullSecrets")]:
        said["pull_secrets"] = FlowList(secrets)
    if selector := mapping(pod, "nodeSelector"):
        said["node_selector"] = Flow(selector)
    if list(entries(pod, "tolerations")) == [{"operator": "Exists"}]:
        said["every_node"] = True
    if placement := _placement(pod, every_node="every_node" in said):
        said["placement"] = placement
    if (grace := value(pod, "terminationGracePeriodSeconds")) not in (None, 30):
        said["grace_seconds"] = grace
    return said


def _security(pod: Fields) -> dict[str, Any]:
    security = mapping(pod, "securityContext")
    stated = {
        "run_as_user": security.get("runAsUser") or None,
        "run_as_root": True if security.get("runAsUser") == 0 else None,
        "run_as_group": security.get("runAsGroup"),
        "non_root": security.get("runAsNonRoot"),
        "fs_group": security.get("fsGroup"),
        "fs_group_change": security.get("fsGroupChangePolicy"),
        "groups": FlowList(values(security, "supplementalGroups")) or None,
        "groups_policy": security.get("supplementalGroupsPolicy"),
        "selinux_change": security.get("seLinuxChangePolicy"),
        "seccomp": profile_of(mapping(security, "seccompProfile")),
        "app_armor": profile_of(mapping(security, "appArmorProfile")),
        "selinux": dict(mapping(security, "seLinuxOptions")) or None,
        "sysctls": {text(each, "name"): text(each, "value") for each in entries(security, "sysctls")} or None,
        "user_namespace": True if pod.get("hostUsers") is False else None,
        "share_processes": pod.get("shareProcessNamespace") or None,
        "host_pid": pod.get("hostPID") or None,
        "host_ipc": pod.get("hostIPC") or None,
    }
    return {key: each for key, each in stated.items() if each is not None}


def _toleration(stated: Fields) -> dict[str, Any]:
    return {"seconds" if key == "tolerationSeconds" else key: each for key, each in stated.items()}


def profile_of(profile: Fields) -> str | None:
    """A profile of seccomp or AppArmor; None where none is stated."""
    return "/".join(filter(None, (text(profile, "type"), text(profile, "localhostProfile")))) or None


def _placement(pod: Fields, *, every_node: bool) -> dict[str, Any]:
    """Where the pods may run, and how they resolve names."""
    tolerations = entries(pod, "tolerations")
    sayable = not every_node and all(each.keys() <= _TOLERATION for each in tolerations)
    dns = mapping(pod, "dnsConfig")
    names = {
        "policy": text(pod, "dnsPolicy") or None,
        "nameservers": FlowList(values(dns, "nameservers")) or None,
        "searches": FlowList(values(dns, "searches")) or None,
        "options": {text(each, "name"): each.get("value") for each in entries(dns, "options")} or None,
    }
    if pod.get("hostNetwork"):
        names["policy"] = None if names["policy"] == "ClusterFirstWithHostNet" else names["policy"] or "ClusterFirst"
    stated = {
        "affinity": mapping(pod, "affinity") or None,
        "spread": list(entries(pod, "topologySpreadConstraints")) or None,
        "tolerations": [Flow(_toleration(each)) for each in tolerations] if sayable and tolerations else None,
        "runtime_class": text(pod, "runtimeClassName") or None,
        "node": text(pod, "nodeName") or None,
        "hostname": text(pod, "hostname") or None,
        "subdomain": text(pod, "subdomain") or None,
        "dns": Flow({key: each for key, each in names.items() if each is not None}) or None,
        "host_names": {text(each, "ip"): FlowList(values(each, "hostnames")) for each in entries(pod, "hostAliases")}
        or None,
    }
    return {key: each for key, each in stated.items() if each is not None}
