"""Settings that a change alters and that no machine which runs reads: it read them when it became a node."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

import yaml

from config.lab import Lab
from operations.guard.consequence import Consequence
from plan.changes.comparison import Side, differences
from plan.changes.effects import Effect
from plan.changes.first_boot import (
    ARGUMENTS,
    ENDPOINT_FIX,
    ENDPOINT_STAYS,
    FAMILY_BY_HAND,
    FAMILY_STAYS,
    FILE_BY_HAND,
    KUBELET_BY_HAND,
    LAB_KEYS,
    RANGES,
    RANGES_FIX,
    RANGES_STAY,
    REGION_STAYS,
    SSH_KEYS_BY_HAND,
    STATIC_CPUS_BY_HAND,
    VERSION_BY_HAND,
)
from plan.cluster.membership import control_planes_of
from plan.model import Severity
from plan.proxmox.cloud_init.files import KUBEADM_FILE
from plan.proxmox.cloud_init.script import SCRIPT
from plan.wording import listed
from plan.yaml_text import read_plain

Json = Mapping[str, Any]
CLUSTER, KUBELET = "cluster/cluster-configuration.yaml", "cluster/kubelet-configuration.yaml"
SNIPPETS = "machines/snippets/"
TARGET, MACHINES = "cluster", "machines"
SAID_BY_OTHERS = frozenset({KUBEADM_FILE, SCRIPT})
"""Files of a node that repeat what the documents of kubeadm say."""


class Versions(NamedTuple):
    """Kubernetes before and after."""

    old: tuple[int, ...]
    new: tuple[int, ...]


def first_boot_changes(lab: Lab, before: Side, after: Side) -> Iterator[Consequence]:
    """Consequences of changes that reach no running machine. `lab` is that of `after`. There are none for a cluster of
    which no node ran before."""
    nodes = [name for name in _machines(before) & _machines(after) if _is_node(lab, name)]
    if nodes:
        old, new = (cast(Json, side.files.get(CLUSTER) or {}) for side in (before, after))
        yield from _version(lab, before, after, old, new)
        yield from _ranges(old, new)
        yield from _region(lab, old, new)
        yield from _endpoint(lab, old, new)
        yield from _kubelet(before, after, nodes)
        yield from _node_files(before, after)
    yield from _arguments(before, after)


def _machines(side: Side) -> set[str]:
    """Machines with a file of their own."""
    files = (name.removeprefix("machines/") for name in side.files if name.startswith("machines/"))
    return {name.removesuffix(".yaml") for name in files if "/" not in name}


def _is_node(lab: Lab, name: str) -> bool:
    return name in lab.machines and lab.machines[name].role != "appliance"


def _version(lab: Lab, before: Side, after: Side, old: Json, new: Json) -> Iterator[Consequence]:
    was, becomes = (str(each.get("kubernetesVersion", "")) for each in (old, new))
    if not was or not becomes or was == becomes:
        return
    versions = Versions(_numbers(was), _numbers(becomes))
    added = sorted(_machines(after) - _machines(before))
    joining = [name for name in added if _is_node(lab, name) and not lab.machines[name].adopt]
    steps = versions.new[1] - versions.old[1]
    hand = VERSION_BY_HAND.format(version=becomes)
    if steps < 0:
        message = (
            f"A cluster never goes back from {was} to {becomes}: its objects are stored as the newer one has them."
        )
        yield _said("FAIL", "error", "kubernetes_version", message, "take the change back")
    elif steps > 1:
        minors = ", then ".join(
            f"v{versions.old[0]}.{minor}" for minor in range(versions.old[1] + 1, versions.new[1] + 1)
        )
        message = f"kubeadm upgrades by one minor release at a time, and refuses {was} to {becomes}."
        yield _said("FAIL", "error", "kubernetes_version", message, f"take {minors}; {hand}")
    if joining and steps > 0:
        message = (
            f"{listed(joining)} would join with a kubelet of {becomes}, and the control plane stays at {was}: a "
            "kubelet is never newer than its API server."
        )
        fix = f"upgrade the cluster first, and add {listed(joining)} with the next change"
        yield _said("FAIL", "error", "kubernetes_version", message, fix)
    if 0 <= steps <= 1:
        yield _by_hand(TARGET, ("kubernetes_version",), f"kubernetes_version ({was} -> {becomes})", hand)


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.removeprefix("v").partition("-")[0].split(".")
    return tuple(int(part) if part.isdigit() else 0 for part in (*parts, "0", "0")[:3])


def _ranges(old: Json, new: Json) -> Iterator[Consequence]:
    was, becomes = (cast(Json, each.get("networking") or {}) for each in (old, new))
    for field in RANGES:
        if was.get(field) and becomes.get(field) and was[field] != becomes[field]:
            key = {"podSubnet": "pod_cidr", "serviceSubnet": "service_cidr"}[field]
            if was[field].partition(",")[0] == becomes[field].partition(",")[0]:
                key = f"ipv6.{key}"
            is_added = becomes[field].startswith(f"{was[field]},")
            stays, fix = (FAMILY_STAYS, FAMILY_BY_HAND) if is_added else (RANGES_STAY, RANGES_FIX)
            yield _said("FAIL", "error", key, f"{stays} ({was[field]} -> {becomes[field]})", fix)


def _region(lab: Lab, old: Json, new: Json) -> Iterator[Consequence]:
    """Left out, the region is called like the cluster."""
    was, becomes = old.get("clusterName"), new.get("clusterName")
    if was and becomes and was != becomes and lab.cluster.region is None:
        fix = f"write region: {was} in cluster.yaml"
        yield _said("REDIRECT", "error", "name", f"{REGION_STAYS} ({was} -> {becomes})", fix)


def _endpoint(lab: Lab, old: Json, new: Json) -> Iterator[Consequence]:
    """The address of the API server, where it is not that of a created machine, whose change is told of the machine."""
    was, becomes = (str(each.get("controlPlaneEndpoint", "")) for each in (old, new))
    first = next(iter(control_planes_of(lab).values()), None)
    of_machine = lab.cluster.api_address is None and first is not None and not first.adopt
    if was and becomes and was != becomes and not of_machine:
        yield _said("REDIRECT", "error", "api_address", f"{ENDPOINT_STAYS} ({was} -> {becomes})", ENDPOINT_FIX)


def _kubelet(before: Side, after: Side, nodes: Iterable[str]) -> Iterator[Consequence]:
    fields = {
        each.path.partition(".")[0].partition("[")[0]
        for each in differences(before.files.get(KUBELET) or {}, after.files.get(KUBELET) or {})
    }
    if fields:
        keys = tuple(sorted({LAB_KEYS.get(field, field) for field in fields}))
        hand = KUBELET_BY_HAND + (STATIC_CPUS_BY_HAND if "cpuManagerPolicy" in fields else "")
        yield _by_hand(TARGET, keys, listed(keys), hand)


def _node_files(before: Side, after: Side) -> Iterator[Consequence]:
    """Keys and files of machines that cloud-init set up."""
    keys: list[str] = []
    files: dict[str, list[str]] = {}
    for name in sorted(name for name in before.files.keys() & after.files.keys() if name.startswith(SNIPPETS)):
        old, new = (_document(side.files[name]) for side in (before, after))
        if old.get("ssh_authorized_keys") != new.get("ssh_authorized_keys"):
            keys.append(_machine_of(new, name))
        for path in _differing_files(old, new):
            files.setdefault(path, []).append(_machine_of(new, name))
    if keys:
        yield _by_hand(TARGET, ("ssh_keys",), "ssh_keys", SSH_KEYS_BY_HAND, keys)
    for path, machines in files.items():
        yield _by_hand(TARGET, (path,), path, FILE_BY_HAND, machines)


def _document(text: object) -> Json:
    """The document of a snippet; empty where it is not one."""
    try:
        found = read_plain(text) if isinstance(text, str) else None
    except yaml.YAMLError:
        return {}
    return cast(Json, found) if isinstance(found, dict) else {}


def _machine_of(document: Json, file: str) -> str:
    return str(document.get("hostname", file))


def _differing_files(old: Json, new: Json) -> list[str]:
    was, becomes = (
        {str(each.get("path")): each.get("content") for each in cast(list[Json], document.get("write_files") or [])}
        for document in (old, new)
    )
    return sorted(path for path in (was.keys() | becomes.keys()) - SAID_BY_OTHERS if was.get(path) != becomes.get(path))


def _arguments(before: Side, after: Side) -> Iterator[Consequence]:
    """Arguments of created machines that an update never touches. Of adopted ones the host says more than the lab."""
    told: dict[str, list[str]] = {}
    for name in sorted(_machines(before) & _machines(after)):
        old, new = (cast(Json, side.files[f"machines/{name}.yaml"]) for side in (before, after))
        if new.get("import"):
            continue
        for argument in ARGUMENTS:
            if _at(old, argument) != _at(new, argument):
                told.setdefault(argument, []).append(name)
    for argument, names in told.items():
        called, hand = ARGUMENTS[argument]
        if len(names) == 1:
            yield _by_hand(names[0], (argument,), called, hand.format(vmid=_vmid(after, names[0])))
        else:
            which = f"; VMID: {', '.join(f'{each} {_vmid(after, each)}' for each in names)}" if "{vmid}" in hand else ""
            yield _by_hand(MACHINES, (argument,), called, f"{hand.format(vmid='VMID')}{which}", names)


def _vmid(side: Side, machine: str) -> object:
    return cast(Json, cast(Json, side.files[f"machines/{machine}.yaml"])["properties"]).get("vm_id", "VMID")


def _at(document: Json, argument: str) -> Any:
    found: Any = document.get("properties")
    for part in argument.split("."):
        if isinstance(found, list):
            found = [each[part] for each in cast(list[Json], found) if part in each]
        else:
            found = cast(Json, found).get(part) if isinstance(found, dict) else None
    return found


def _by_hand(target: str, causes: tuple[str, ...], called: str, hand: str, machines: Iterable[str] = ()) -> Consequence:
    of = f" ({listed(list(machines))})" if machines else ""
    message = f"Machines read {called} once, when they are set up: none that runs{of} takes the change."
    return Consequence("BY-HAND", "warning", target, causes, message, f"by hand: {hand}")


def _said(effect: Effect, severity: Severity, key: str, message: str, fix: str) -> Consequence:
    return Consequence(effect, severity, TARGET, (key,), message, fix)
