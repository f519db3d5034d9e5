"""Settings of the kernel that pods state, by the rules of the kubelet.

Source: k8s.io/kubernetes v1.34, pkg/kubelet/sysctl/allowlist.go and safe_sysctls.go; k8s.io/component-helpers v0.34,
node/util/sysctl/namespace.go.
"""

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import AfterValidator

from config.kubernetes import SAFE_SYSCTLS

Refusal = Literal["whole-node", "host-network", "host-ipc", "not-allowed"]
"""Why a kubelet refuses a pod for a setting: the whole node has but one, the pod shares the node's, or the kubelet was
not told to allow it."""

_OF_IPC = frozenset({"kernel.sem", "kernel.shm", "kernel.shmall", "kernel.shmmax", "kernel.shmmni"}) | frozenset(
    {"kernel.shm_rmid_forced", "kernel.msg", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni"}
)


def _dotted(sysctl: str) -> str:
    """With dots, as `net.ipv4.ip_forward`; names may also have slashes."""
    first = min((sysctl.find(each) for each in "./" if each in sysctl), default=-1)
    return sysctl.translate(str.maketrans("./", "/.")) if first >= 0 and sysctl[first] == "/" else sysctl


def _namespace(sysctl: str) -> Literal["network", "ipc"] | None:
    """The part of the kernel of which a pod has one of its own."""
    if sysctl.startswith("net."):
        return "network"
    return "ipc" if sysctl in _OF_IPC or sysctl.startswith("fs.mqueue.") else None


def refusal(sysctl: str, allowed: Collection[str], *, host_network: bool, host_ipc: bool) -> Refusal | None:
    """Why the kubelet refuses a pod that states a setting; `allowed` are the kubelet's, beside the safe ones."""
    name = _dotted(sysctl)
    namespace = _namespace(name)
    if namespace is None:
        return "whole-node"
    if namespace == "network" and host_network:
        return "host-network"
    if namespace == "ipc" and host_ipc:
        return "host-ipc"
    is_allowed = name in SAFE_SYSCTLS or any(
        name.startswith(each[:-1]) if each.endswith("*") else name == each for each in map(_dotted, allowed)
    )
    return None if is_allowed else "not-allowed"


def _of_a_pod(text: str) -> str:
    if _namespace(_dotted(text.partition("*")[0])) is None:
        raise ValueError(
            f"{text!r} is a setting of the whole node, and the kubelet does not start with it; pods have net.*, "
            "kernel.shm*, kernel.msg*, kernel.sem and fs.mqueue.* for themselves"
        )
    return text


AllowedSysctl = Annotated[str, AfterValidator(_of_a_pod)]
"""A setting of the kernel that a pod can have for itself, or the beginning of several with `*`."""
