"""Carrying out a remedy: the lab's files are changed as it says."""

from collections.abc import Iterable
from ipaddress import ip_interface
from pathlib import Path
from typing import Any

import yaml

from config.load import load_lab
from plan.model import Edit, Remedy

FILES = {"cluster": "cluster.yaml", "machines": "machines.yaml", "tiers": "tiers.yaml", "site": "site.yaml"}
FILES |= {"networks": "networks.yaml", "storage": "storage.yaml", "groups": "groups.yaml", "shapes": "shapes.yaml"}


def can_be_carried_out(remedy: Remedy) -> bool:
    """Whether the remedy says which lines it changes."""
    return bool(remedy.edits or remedy.further_machine)


def carry_out(folder: Path, remedy: Remedy) -> None:
    """Change the files of a lab as a remedy says."""
    for edit in remedy.edits:
        _edit(folder, edit)
    if remedy.further_machine:
        _one_more(folder, remedy.further_machine)


def _edit(folder: Path, edit: Edit) -> None:
    kind, *keys = edit.path
    file = folder / "services" / f"{keys.pop(0)}.yaml" if kind == "services" else folder / FILES[str(kind)]
    root = _composed(file.read_text(encoding="utf-8"))
    _set(root, [str(key) for key in keys], edit.value)
    file.write_text(yaml.serialize(root, Dumper=yaml.SafeDumper), encoding="utf-8")


def _set(node: yaml.Node, keys: list[str], value: object) -> None:
    if isinstance(node, yaml.SequenceNode):
        assert len(keys) > 1, keys
        _set(node.value[int(keys[0])], keys[1:], value)
        return
    assert isinstance(node, yaml.MappingNode), keys
    key, *rest = keys
    if not rest:
        node.value = [pair for pair in node.value if pair[0].value != key]
        if value is not None:
            node.value.append((_node(key), _node(value)))
        return
    below = next((pair[1] for pair in node.value if pair[0].value == key), None)
    if below is None:
        assert value is not None, f"{key} is not there"
        below = _node({})
        node.value.append((_node(key), below))
    _set(below, rest, value)


def _node(value: object) -> yaml.Node:
    return _composed(yaml.safe_dump(value))


def _composed(text: str) -> yaml.Node:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    assert node is not None, "an empty document"
    return node


def _one_more(folder: Path, name: str) -> None:
    """A machine like another, with a VMID and addresses that are free."""
    lab = load_lab(folder)
    machine = lab.machines[name].model_dump(
        mode="json", exclude_defaults=True, exclude={"shape", "adopt", "pci_devices"}
    )
    vmids = {each.vmid for each in lab.machines.values()} | {each.vmid for each in lab.site.templates.values()}
    machine["vmid"] = max(vmids) + 1
    orders = [each.start.order for each in lab.machines.values() if each.host == machine["host"]]
    machine["start"]["order"] = max(orders) + 1
    machine["template"] = machine.get("template") or next(iter(lab.site.templates))
    taken = {str(each.address) for row in lab.machines.values() for each in row.interfaces if each.address}
    for interface in machine["interfaces"]:
        if "address" in interface:
            network = lab.networks.networks[interface["network"]].cidr
            interface["address"] = _free(str(network), taken)
        interface.pop("mac_address", None)
    file = folder / "machines.yaml"
    root = _composed(file.read_text(encoding="utf-8"))
    _set(root, [f"{name}-further"], _plain(machine))
    file.write_text(yaml.serialize(root, Dumper=yaml.SafeDumper), encoding="utf-8")


def _free(network: str, taken: Iterable[str]) -> str:
    hosts = list(ip_interface(network).network.hosts())
    return next(str(each) for each in hosts[110:] if str(each) not in taken)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool | int | str) and type(value) in (bool, int, str) else str(value)
