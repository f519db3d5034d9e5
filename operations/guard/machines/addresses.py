"""Addresses of machines that run: a machine keeps the one that it booted with, whatever the lab says afterwards."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from config.lab import Lab
from operations.guard.consequence import Consequence
from plan.changes.comparison import Side

KEPT = "The machine keeps {old}: cloud-init gave it that at its first boot."
FOLLOWS = {
    "control-plane": " The kubeconfig, the certificates and every node's configuration name the new one, where nobody "
    "answers.",
    "worker": "",
    "appliance": " What is configured by the lab looks for it at the new one.",
}
BY_HAND = "take the change back; or change it in the machine, and for a control plane renew its certificates by kubeadm"


def address_changes(lab: Lab, before: Side, after: Side) -> Iterator[Consequence]:
    """Machines of which the lab says another address than before."""
    for file, document in after.files.items():
        if not file.startswith("machines/") or file.count("/") != 1 or file not in before.files:
            continue
        old, new = (tuple(_addresses(each)) for each in (before.files[file], document))
        if old == new or not _is_kept(document):
            continue
        name = file.removeprefix("machines/").removesuffix(".yaml")
        role = lab.machines[name].role if name in lab.machines else "worker"
        follows = "" if old and {*old} <= {*new} else FOLLOWS[role]
        message = KEPT.format(old=", ".join(old) or "the address that it has") + follows
        yield Consequence("REDIRECT", "error", name, ("initialization.ip_configs",), message, BY_HAND)


def _is_kept(document: Mapping[str, Any]) -> bool:
    """Whether an update leaves the address alone."""
    return "initialization" in document.get("ignoreChanges", ()) or bool(document.get("import"))


def _addresses(document: Any) -> Iterator[str]:
    initialization = cast(Mapping[str, Any], document["properties"].get("initialization") or {})
    for each in cast(list[Mapping[str, Any]], initialization.get("ip_configs") or []):
        for family in each.values():
            yield str(cast(Mapping[str, Any], family).get("address"))
