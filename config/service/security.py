"""Rights of the pods of a workload."""

from typing import Annotated, Literal

from config.kubernetes import GroupId, UserId
from config.model import Model, Text, text_like

_PROFILE = r"^(RuntimeDefault|Unconfined|Localhost/\.?[^./\s][^/\s]*(/+\.?[^./\s][^/\s]*)*)$"
"""No part of a file's path is `..`, which the API server refuses, as it does spaces at the ends."""


Profile = Annotated[str, text_like(_PROFILE, "RuntimeDefault, Unconfined or Localhost/FILE")]
"""A profile of seccomp or AppArmor."""


class SelinuxOptions(Model):
    """SELinux labels of processes, on nodes that have SELinux; what is left out the container runtime chooses."""

    user: Text | None = None
    """A user of SELinux."""
    role: Text | None = None
    """A role of SELinux."""
    type: Text | None = None
    """The type, for example spc_t, which SELinux does not confine."""
    level: Text | None = None
    """The level, for example `s0:c123,c456`."""


class PodSecurity(Model):
    """Users, groups, user namespaces and system calls of a workload's pods. What is left out is by convention."""

    run_as_user: UserId | None = None
    """Numeric user id of all containers that state none of their own."""
    run_as_root: bool = False
    """Run all containers that state no user of their own as root (user 0), whatever their images say."""
    run_as_group: GroupId | None = None
    """Numeric group id of all containers that state none of their own."""
    non_root: bool | None = None
    """Whether the kubelet starts containers only as another user than root; left out, each as its tier says."""
    fs_group: GroupId | None = None
    """The group that owns volumes; left out, the user's number where one is stated."""
    fs_group_change: Literal["OnRootMismatch", "Always"] | None = None
    """When the files of a volume are given to it: OnRootMismatch spares large volumes, and is the convention in a tier
    with `pod_security: restricted`."""
    groups: tuple[GroupId, ...] = ()
    """Further groups of the processes."""
    groups_policy: Literal["Merge", "Strict"] | None = None
    """Whether processes are also in the groups that the image gives their user; left out, they are (`Merge`)."""
    user_namespace: bool = False
    """Root in the pod is nobody on the node (`hostUsers: false`)."""
    seccomp: Profile | None = None
    """Which system calls are let through; left out, those of the runtime's default. `Localhost/FILE` is a profile in
    the kubelet's folder on each node."""
    app_armor: Profile | None = None
    """The AppArmor profile; left out, the runtime's default where the node has AppArmor."""
    selinux: SelinuxOptions | None = None
    """SELinux labels of its processes and volumes, as `{level: "s0:c123,c456"}`."""
    selinux_change: Literal["MountOption", "Recursive"] | None = None
    """How volumes get their SELinux labels: at once as they are mounted, or file by file; left out, as the cluster
    does."""
    sysctls: dict[Text, str] = {}
    """Settings of the kernel for these pods alone, as `{net.ipv4.ip_unprivileged_port_start: "0"}`."""
    share_processes: bool = False
    """The containers of a pod see and signal the processes of each other."""
    host_pid: bool = False
    """See the processes of the node; needs the exception `host-access`."""
    host_ipc: bool = False
    """Share the memory of the node's processes; needs the exception `host-access`."""
