"""Services of kind `app` and `gpu`: workloads that we write ourselves."""

from typing import Literal

from config.model import Name
from config.service.common import Permission, Scratch, SizedService
from config.service.container import AbsolutePath, GpuWorkload, Workload


class OwnWorkloads(SizedService):
    """What a service may state of whose workloads we write every line."""

    scratch: dict[Name, Scratch] = {}
    host_paths: dict[Name, AbsolutePath] = {}
    """Folders of the node that containers mount, by name; needs the exception `host-access`."""
    permissions: tuple[Permission, ...] = ()
    """What its pods may do at the API server; without any they get no token."""


class AppService(OwnWorkloads, Workload):
    """A service with a main workload and, where it has several parts, further ones beside it."""

    kind: Literal["app"]
    workloads: dict[Name, Workload] = {}
    """Further workloads; each is named `<service>-<key>`."""


class GpuService(OwnWorkloads, GpuWorkload):
    """A service of which at least one workload uses a GPU."""

    kind: Literal["gpu"]
    workloads: dict[Name, GpuWorkload] = {}
    """Further workloads; each is named `<service>-<key>`."""
