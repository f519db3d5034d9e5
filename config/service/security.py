"""Rights of the pods of a workload."""

from typing import Literal

from config.kubernetes import UserId
from config.model import Model


class PodSecurity(Model):
    """Groups, user namespaces and system calls of a workload's pods. What is left out is by convention."""

    fs_group: UserId | None = None
    """The group that owns volumes; left out, the user's number where one is stated."""
    fs_group_change: Literal["OnRootMismatch", "Always"] | None = None
    """When the files of a volume are given to it: OnRootMismatch spares large volumes, and is the convention in a tier
    with `pod_security: restricted`."""
    groups: tuple[UserId, ...] = ()
    """Further groups of the processes."""
    user_namespace: bool = False
    """Root in the pod is nobody on the node (`hostUsers: false`)."""
    seccomp: Literal["RuntimeDefault", "Unconfined"] | None = None
    """Which system calls are let through; left out, those of the runtime's default."""
    host_pid: bool = False
    """See the processes of the node; needs the exception `host-access`."""
    host_ipc: bool = False
    """Share the memory of the node's processes; needs the exception `host-access`."""
