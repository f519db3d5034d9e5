"""Rights of pods on their nodes that come to those of root."""

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.pod import POD_TEMPLATES
from config.service import Service as ServiceConfig
from config.service.app import OwnWorkloads
from config.service.container import Part
from config.source import Path, dotted
from plan.findings.access.values_of_charts import manifests_in, settings_in
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, number, text, value, values
from plan.model.findings import Edit, Finding, Remedy, Rule
from plan.model.templates import containers_of, pod_spec
from plan.wording import listed

LIKE_ROOT_ON_NODE = Rule(
    "LIKE-ROOT-ON-NODE",
    "warning",
    title="A service is as good as root on its nodes",
    meaning=(
        "Privileged containers, capabilities such as SYS_ADMIN, folders of the node and its processes lead out of a "
        "container; NET_ADMIN in the network of the node reads and bends all of its traffic. Whoever breaks into the "
        "service has the node, its secrets and the pods beside it."
    ),
    remedy="Change the lines that the fix names. Give what is needed to a small container of its own, kept current.",
)

LIKE_ROOT = frozenset(
    {"ALL", "BPF", "DAC_READ_SEARCH", "MAC_ADMIN", "PERFMON", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_PTRACE"}
    | {"SYS_RAWIO"}
)
"""Capabilities that lead out of a container (capabilities(7)). Not among them: DAC_OVERRIDE and MKNOD, which every
runtime gives and which end at the container's mounts and devices; CHECKPOINT_RESTORE, which ends at its processes; and
MAC_OVERRIDE, which only Smack asks for."""
NET_ADMIN = "NET_ADMIN"
IN_NETWORK_OF_NODE = "NET_ADMIN in the network of the node"

_SECRET_FOLDERS = frozenset(
    {"/", "/etc", "/etc/kubernetes", "/etc/pve", "/root", "/run", "/run/containerd", "/run/crio", "/run/k3s", "/var"}
    | {"/var/lib", "/var/lib/containerd", "/var/lib/docker", "/var/lib/k0s", "/var/lib/kubelet", "/var/lib/rancher"}
    | {"/var/run"}
)
"""Folders of a node with keys, tokens or sockets in them that root may read."""
_KEYS = (
    *("/etc/kubernetes/pki", "/etc/kubernetes/admin.conf", "/etc/kubernetes/super-admin.conf"),
    *("/etc/kubernetes/controller-manager.conf", "/etc/kubernetes/scheduler.conf", "/etc/kubernetes/kubelet.conf"),
    *("/etc/pve/priv", "/etc/rancher", "/etc/shadow", "/etc/ssh", "/root/.kube", "/root/.ssh", "/var/lib/etcd"),
    *("/var/lib/k0s/pki", "/var/lib/kubelet/pki", "/var/lib/kubelet/pods"),
    *("/var/lib/rancher/k3s/server", "/var/lib/rancher/rke2/server"),
)
"""Files and folders of a node that are keys, passwords and tokens, with all that is in them."""


_HELD = {
    "privileged": "a privileged container",
    "hostPID": "the processes of the node",
    "hostIPC": "the memory that processes of the node share",
}
"""Settings of pods that hold what belongs to the node."""


class _WayOut(NamedTuple):
    """A way out of a container."""

    by: str
    fix: str
    edit: Edit | None = None
    """The line that closes it."""


def node_rights_findings(lab: Lab, planned: Iterable[Service]) -> Iterator[Finding]:
    """A warning for each service whose pods lead out of their containers."""
    for service in planned:
        name, stated = service.name, lab.services[service.name]
        in_keys = {each.by: each for part in stated.parts(name) for each in _of_part(stated, part)}
        written = (*service.objects, *manifests_in(stated))
        in_values = {each.by: each for place, said in settings_in(name, stated) for each in _of_values(place, said)}
        ways = in_values | {each.by: each for manifest in written for each in _of_manifest(manifest)} | in_keys
        if not ways:
            continue
        fix = "; ".join(dict.fromkeys(each.fix for each in ways.values()))
        edits = tuple(each.edit for each in ways.values() if each.edit)
        yield LIKE_ROOT_ON_NODE.finding(
            ("services", name),
            f"{name} is as good as root on its nodes, by {listed(list(ways))}",
            fix,
            facts={"by": tuple(ways)},
            remedies=(Remedy(fix, edits),) if len(ways) == len(edits) == 1 else (),
        )


def _of_part(service: ServiceConfig, part: Part) -> Iterator[_WayOut]:
    paths = service.host_paths if isinstance(service, OwnWorkloads) else {}
    outside = not part.workload.security.user_namespace
    for path, container in part.containers:
        if container.privileged and outside:
            yield _WayOut(
                "a privileged container",
                f"take {dotted((*path, 'privileged'))} out, and name what it needs under capabilities or devices",
                Edit((*path, "privileged")),
            )
        led_out = LIKE_ROOT | {NET_ADMIN} if part.workload.host_network else LIKE_ROOT
        for each in sorted(led_out.intersection(container.capabilities)) if outside else ():
            rest = [capability for capability in container.capabilities if capability != each]
            yield _WayOut(
                IN_NETWORK_OF_NODE if each == NET_ADMIN else each,
                f"take {each} out of {dotted((*path, 'capabilities'))}",
                Edit((*path, "capabilities"), rest or None),
            )
        for volume, points in container.mounts.items():
            on_node = paths.get(volume)
            if on_node is None or _is_in_dev(on_node.path) or _leads_to_root(on_node.path, on_node.type):
                continue
            if not all(point.read_only for point in points):
                yield _WayOut(
                    f"{on_node.path} of the node",
                    f"write read_only: true at {dotted((*path, 'mounts', volume))}, or mount a folder below it",
                )
    for key, is_shared, what in (
        ("host_pid", part.workload.security.host_pid, _HELD["hostPID"]),
        ("host_ipc", part.workload.security.host_ipc, _HELD["hostIPC"]),
    ):
        if is_shared:
            place = (*part.path, "security", key)
            yield _WayOut(what, f"take {dotted(place)} out", Edit(place))


def _of_values(path: Path, said: Fields) -> Iterator[_WayOut]:
    """Of the values of a chart, where they are written as in a manifest: a chart has names of its own for the rest."""
    for key, by in _HELD.items():
        if value(said, key) is True:
            yield _WayOut(by, f"take {dotted((*path, key))} out", Edit((*path, key)))
    added = [str(each).removeprefix("CAP_") for each in values(said, "capabilities", "add")]
    for each in sorted(LIKE_ROOT.intersection(added)):
        yield _WayOut(each, f"take {each} out of {dotted((*path, 'capabilities', 'add'))}")
    on_node = _path_of(said)
    if _leads_to_root(on_node, text(said, "hostPath", "type")):
        yield _WayOut(f"{on_node} of the node", f"take {on_node} out of {dotted((*path, 'hostPath'))}")


def _is_in_dev(path: str) -> bool:
    """Whether it is below /dev: what a container may do with a device is not decided by the mount."""
    return path.startswith("/dev/")


def _of_manifest(manifest: Manifest) -> Iterator[_WayOut]:
    """Of the pods as they are written, those of files, patches and values of charts among them."""
    if manifest["kind"] == "PersistentVolume":
        yield from _of_volume(manifest)
    if manifest["kind"] not in POD_TEMPLATES:
        return
    spec = pod_spec(manifest)
    whole = f"{manifest['kind']} {manifest['metadata']['name']}"
    volumes = {text(each, "name"): each for each in entries(spec, "volumes")}
    for key, by in _HELD.items():
        if value(spec, key) is True:
            yield _WayOut(by, f"take {key} out of {whole}")
    outside = value(spec, "hostUsers") is not False
    led_out = LIKE_ROOT | {NET_ADMIN} if value(spec, "hostNetwork") is True else LIKE_ROOT
    for container in containers_of(spec):
        of = f"container {text(container, 'name')} of {whole}"
        may_be_root = _may_be_root(spec, container)
        if outside and value(container, "securityContext", "privileged") is True:
            yield _WayOut("a privileged container", f"take privileged out of {of}")
        if outside and may_be_root and value(container, "securityContext", "procMount") == "Unmasked":
            yield _WayOut("the settings of the node's kernel in /proc", f"take procMount: Unmasked out of {of}")
        added = {str(each).removeprefix("CAP_") for each in values(container, "securityContext", "capabilities", "add")}
        for each in sorted(led_out & added) if outside else ():
            by = IN_NETWORK_OF_NODE if each == NET_ADMIN else each
            yield _WayOut(by, f"take {each} out of the capabilities of {of}")
        for mount in entries(container, "volumeMounts"):
            if "hostPath" in (volume := volumes.get(text(mount, "name"), {})):
                yield from _by_path(mapping(volume, "hostPath"), mount, of, may_be_root=may_be_root)


def _of_volume(volume: Manifest) -> Iterator[_WayOut]:
    """A volume may be a folder of a node, too: whoever mounts its claim has it."""
    path = _path_of(mapping(volume, "spec")) or text(volume, "spec", "local", "path").rstrip("/")
    if _leads_to_root(path, text(volume, "spec", "hostPath", "type")):
        name = volume["metadata"]["name"]
        yield _WayOut(f"{path} of the node", f"give PersistentVolume {name} a folder with nothing else in it")


def _path_of(volume: Fields) -> str:
    """The folder of the node that a volume is; empty where it is none."""
    return text(volume, "hostPath", "path").rstrip("/") or ("/" if mapping(volume, "hostPath") else "")


def _by_path(volume: Fields, mount: Fields, of: str, *, may_be_root: bool) -> Iterator[_WayOut]:
    path = text(volume, "path").rstrip("/") or "/"
    if may_be_root and _leads_to_root(path, text(volume, "type")):
        yield _WayOut(f"{path} of the node", f"take {path} out of {of}, also where it is read-only")
    elif value(mount, "readOnly") is not True and not _is_in_dev(path):
        yield _WayOut(f"{path} of the node", f"write readOnly: true where {of} mounts {path}")


def _leads_to_root(path: str, kind: str | None) -> bool:
    """Whether root gets everything by reading there: a socket is no safer read-only."""
    path = posixpath.normpath(path) if path else path
    is_key = any(path == key or path.startswith(f"{key}/") for key in _KEYS)
    return is_key or path in _SECRET_FOLDERS or path.endswith(".sock") or kind == "Socket"


def _may_be_root(spec: Fields, container: Fields) -> bool:
    """Whether its user may be root, as far as it is written; an image says its own user where nobody does."""
    for of in (container, spec):
        security = mapping(of, "securityContext")
        if value(security, "runAsNonRoot") is True or number(security, "runAsUser") > 0:
            return False
        if "runAsUser" in security:
            return True
    return True
