"""Settings of the kernel that pods state and the kubelet refuses."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from config.lab import Lab
from config.sysctls import Refusal, refusal
from plan.cluster.membership import founder
from plan.model import Service
from plan.model.fields import entries, text
from plan.model.findings import Edit, Finding, Remedy, Rule
from plan.model.templates import pod_spec

SYSCTL_REFUSED = Rule(
    "SYSCTL-REFUSED",
    ("error", "warning"),
    title="The kubelet refuses a pod for a setting of the kernel",
    meaning=(
        "A pod may state a dozen settings that are known to be safe (`security.sysctls`); any other one only where the "
        "kubelet allows it, and never one of which the whole node has but one. Admission lets such a pod pass; the "
        "kubelet ends it with SysctlForbidden, and its controller makes the next one at once, hundreds in an hour."
    ),
    remedy=(
        "State kubelet.allowed_unsafe_sysctls in cluster.yaml, or set what belongs to the node on the node, as by a "
        "privileged init container."
    ),
)


_BY_KUBELET = "the kubelet ends each of its pods (SysctlForbidden), and hundreds are made in an hour"
_BY_API_SERVER = "the API server refuses it (may not be specified)"


def sysctl_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each setting. A warning in a cluster that the lab did not make: its kubelets may allow more."""
    allowed = lab.cluster.kubelet.allowed_unsafe_sysctls
    for service in services:
        for manifest in service.objects:
            workload = service.workload_of(manifest)
            spec = pod_spec(manifest)
            for each in entries(spec, "securityContext", "sysctls") if workload else ():
                name = text(each, "name")
                why = refusal(
                    name,
                    allowed,
                    host_network=spec.get("hostNetwork") is True,
                    host_ipc=spec.get("hostIPC") is True,
                )
                if workload and why:
                    add = f"write kubelet.allowed_unsafe_sysctls: [{', '.join((*allowed, name))}] in cluster.yaml"
                    edit = Edit(("cluster", "kubelet", "allowed_unsafe_sysctls"), [*allowed, name])
                    yield SYSCTL_REFUSED.finding(
                        workload.path,
                        f"{workload.name} states {name}, {_because(why)}",
                        add if why == "not-allowed" else _fix(why),
                        about=name,
                        severity="error" if founder(lab) or why != "not-allowed" else "warning",
                        facts={"sysctl": name},
                        remedies=(Remedy(add, (edit,)),) if why == "not-allowed" else (),
                    )


def _because(why: Refusal) -> str:
    match why:
        case "whole-node":
            return f"of which the whole node has but one: {_BY_KUBELET}"
        case "host-network":
            return f"and its pod has the network of the node: {_BY_API_SERVER}"
        case "host-ipc":
            return f"and its pod shares memory with the node: {_BY_API_SERVER}"
        case "not-allowed":
            return f"which the kubelets are not told to allow: {_BY_KUBELET}"
        case _:
            assert_never(why)


def _fix(why: Refusal) -> str:
    return (
        "take it out, and set it on the node: a privileged init container with `sysctl -w` does"
        if why == "whole-node"
        else "take it out, and set it on the node"
    )
