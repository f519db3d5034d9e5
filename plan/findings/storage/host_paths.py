"""Folders and devices of a node that a pod does not find on another node."""

from collections.abc import Iterable, Iterator, Sequence

from config.lab import Lab
from config.pod import POD_TEMPLATES
from plan.cluster.nodes import admits
from plan.model import Manifest, Node, Service, Workload
from plan.model.fields import Fields, entries, text
from plan.model.findings import Finding, Rule
from plan.model.resources import pod_requests
from plan.model.templates import containers_of
from plan.wording import listed

HOST_PATH_MOVES = Rule(
    "HOST-PATH-MOVES",
    "warning",
    title="A folder of one node, and a pod that may run on several",
    meaning=(
        "A hostPath is a folder of the node that the pod is on. After a drain, a full node or a loss, the pod runs "
        "elsewhere and finds another folder there, an empty one at first: its data seems to be gone, and two nodes "
        "have half of it each. No copy of it is made either."
    ),
    remedy="Use a volume of a storage class, or select the one node that has the folder.",
)

DEVICE_MOVES = Rule(
    "DEVICE-MOVES",
    "warning",
    title="A device of one machine, and a pod that may run on another",
    meaning=(
        "A device that Proxmox passes through to a machine is on that node alone. The scheduler does not know of a "
        "device that a pod mounts by its path: on another node the path is not there, and the pod does not start "
        "(`not a device node`, `no such file`), or starts without it."
    ),
    remedy="Select the node that has the device, or let a device plugin count it (`devices`).",
)

_USB = ("/dev/ttyUSB", "/dev/ttyACM", "/dev/serial", "/dev/bus/usb", "/dev/hidraw")
_PCI = ("/dev/dri/renderD", "/dev/nvidia", "/dev/kfd")
"""Beginnings of the paths of devices that a machine has only by passing one through."""
_OF_THE_SYSTEM = (
    *("/boot", "/dev", "/etc", "/lib", "/lib64", "/opt/cni", "/proc", "/run", "/sys", "/usr", "/var/lib/containerd"),
    *("/var/lib/docker", "/var/lib/kubelet", "/var/lib/cni", "/var/log", "/var/run", "/tmp"),
)
"""Folders that each node has for itself, whatever pod looks into them."""
_CONTROLLERS = ("Deployment", "StatefulSet", "ReplicaSet")


def data_folders(pod: Fields) -> list[str]:
    """Folders of its node into which a pod writes, those of the system aside."""
    points = [each for container in containers_of(pod) for each in entries(container, "volumeMounts")]
    written = {text(each, "name") for each in points if each.get("readOnly") is not True}
    found = {text(each, "name"): text(each, "hostPath", "path").rstrip("/") for each in entries(pod, "volumes")}
    return [path for name, path in found.items() if path and name in written and not _is_of_the_system(path)]


def host_path_findings(lab: Lab, nodes: Sequence[Node], services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each workload that looks for a folder or a device on whichever node it is on."""
    for service in services:
        for manifest in service.objects:
            workload = service.workload_of(manifest)
            paths = [*_paths(manifest)] if workload and manifest["kind"] in _CONTROLLERS else []
            if workload and paths:
                yield from _moving(nodes, workload, [each for each in paths if not _is_of_the_system(each)])
                yield from _without_device(lab, nodes, workload, paths)


def _moving(nodes: Sequence[Node], workload: Workload, folders: Sequence[str]) -> Iterator[Finding]:
    takes = [node.name for node in nodes if admits(node, workload.pod)] if folders else []
    if len(takes) > 1:
        yield HOST_PATH_MOVES.finding(
            workload.path,
            f"{workload.name} keeps data in {listed(folders)} of its node, and may run on {listed(takes)}: on another "
            "node it finds another folder",
            "use a volume of a storage class, or write node_selector: {kubernetes.io/hostname: NODE} with the node of "
            "the folder",
            facts={"folders": tuple(folders), "nodes": tuple(takes)},
        )


def _without_device(lab: Lab, nodes: Sequence[Node], workload: Workload, paths: Sequence[str]) -> Iterator[Finding]:
    """Of machines that the program makes, whatever is passed through is stated; of a lab with others only where it says
    so of at least one."""
    having = {name for name, machine in lab.machines.items() if machine.usb_devices or machine.pci_devices}
    has_usb = any(machine.usb_devices for machine in lab.machines.values())
    taking = [node.name for node in nodes if admits(node, workload.pod) and _has_plugins(node, workload)]
    takes = [name for name in taking if name in lab.machines]
    made = takes == taking and not any(lab.machines[name].adopt for name in takes)
    for devices, kind, is_told in ((_USB, "usb_devices", has_usb), (_PCI, "pci_devices", bool(having))):
        wanted = [each for each in paths if each.startswith(devices)]
        without = [name for name in takes if name not in having] if wanted and (is_told or made) else []
        if without:
            yield DEVICE_MOVES.finding(
                workload.path,
                f"{workload.name} mounts {listed(wanted)} of its node, and may run on {listed(without)}, to which "
                "nothing is passed through: there it does not start, or does not find it",
                _pinned(kind, without, [name for name in takes if name in having]),
                facts={"devices": tuple(wanted), "nodes": tuple(without)},
            )
            return


def _has_plugins(node: Node, workload: Workload) -> bool:
    """Whether a node has the devices of plugins that a pod requests: it goes nowhere else."""
    return all(resource in node.allocatable for resource in pod_requests(workload.pod) if "/" in resource)


def _pinned(kind: str, without: Sequence[str], having: Sequence[str]) -> str:
    if having:
        name = having[0] if len(having) == 1 else "NODE"
        which = "" if len(having) == 1 else f", the machine that has it under {kind}"
        return f"write node_selector: {{kubernetes.io/hostname: {name}}}{which}"
    one = f"{kind}: [NAME] for {without[0]}"
    return f"state the device in site.yaml, write {one}, and node_selector: {{kubernetes.io/hostname: {without[0]}}}"


def _paths(manifest: Manifest) -> Iterator[str]:
    for volume in entries(manifest, *POD_TEMPLATES[manifest["kind"]], "spec", "volumes"):
        if path := text(volume, "hostPath", "path").rstrip("/"):
            yield path


def _is_of_the_system(path: str) -> bool:
    return any(path == each or path.startswith(f"{each}/") for each in _OF_THE_SYSTEM)
