"""Device files of a node that a container mounts, and may not open."""

from collections.abc import Iterable, Iterator

from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.model.templates import containers_of, pod_spec
from plan.wording import listed

DEVICE_NOT_PERMITTED = Rule(
    "DEVICE-NOT-PERMITTED",
    "warning",
    title="A device is mounted that the container may not open",
    meaning=(
        "A hostPath shows a device file to a container, and does not permit it to open it: the device controller of "
        "its cgroup does that, for privileged containers and for devices that a device plugin or a resource claim gave "
        "the container. All others get `Operation not permitted`, as root too. A runtime that is configured to allow "
        "the device for every container is not known to the plan."
    ),
    remedy="Request the device from a device plugin, or make the container privileged, with a reason.",
)

_NO_DEVICES = ("/dev/shm", "/dev/hugepages", "/dev/log", "/dev/mqueue", "/dev/pts")
"""Folders and sockets below /dev without devices."""
_FOR_EVERYBODY = frozenset({"full", "net/tun", "null", "ptmx", "random", "tty", "urandom", "zero"})
"""Devices that runc allows every container (opencontainers/runc, libcontainer/specconv, AllowedDevices)."""
_PLAIN = ("cpu", "memory", "ephemeral-storage", "hugepages-")


def device_file_findings(services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each workload with a container that mounts a device which it may not open."""
    for service in services:
        for manifest in service.objects:
            workload = service.workload_of(manifest)
            if workload is None:
                continue
            for container, devices in _closed(manifest):
                yield DEVICE_NOT_PERMITTED.finding(
                    workload.path,
                    f"{container} of {service.name} mounts {listed(devices)} of the node, which only a privileged "
                    "container may open, or one that a device plugin gave it to",
                    "request the device from a device plugin, or write privileged: true for this container",
                    about=container,
                    facts={"container": container, "devices": tuple(devices)},
                )


def _closed(manifest: Manifest) -> Iterator[tuple[str, list[str]]]:
    """The containers of a workload's pods, with the devices that each mounts and may not open."""
    spec = pod_spec(manifest)
    if text(spec, "runtimeClassName"):
        return
    devices = {
        text(volume, "name"): path
        for volume in entries(spec, "volumes")
        if (path := text(volume, "hostPath", "path").rstrip("/")) and _is_closed(path)
    }
    for container in containers_of(spec) if devices else ():
        mounted = (devices.get(text(each, "name")) for each in entries(container, "volumeMounts"))
        found = [each for each in dict.fromkeys(mounted) if each]
        if found and not _may_open(container):
            yield text(container, "name"), found


def _is_closed(path: str) -> bool:
    """Whether it is a device that a container opens only if it was given it."""
    name = path.removeprefix("/dev/")
    return (
        name != path and name not in _FOR_EVERYBODY and not f"{path}/".startswith(tuple(f"{e}/" for e in _NO_DEVICES))
    )


def _may_open(container: Fields) -> bool:
    is_given = any(not each.startswith(_PLAIN) for each in mapping(container, "resources", "limits"))
    is_claimed = bool(entries(container, "resources", "claims"))
    return value(container, "securityContext", "privileged") is True or is_given or is_claimed
