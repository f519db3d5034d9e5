"""Reasons to refuse a lab at loading, each with its page.

A lab is refused where its files cannot be read in one way only, where two of its places contradict each other, or where
Kubernetes, kubeadm or Proxmox would refuse an object whatever else is in the lab. Then there is no plan. Everything
else is a finding of a plan: a lab that does not fit, loses something or is unsafe.
"""

from typing import NamedTuple


class Refusal(NamedTuple):
    """A reason to refuse a lab, and its page."""

    code: str
    title: str
    meaning: str
    remedy: str


FORMAT = Refusal(
    "LAB-FORMAT",
    "A file cannot be read as a part of a lab",
    "The file is no valid YAML, a key or a value is not one of the format, or a file is missing or unknown.",
    "Write what the message says at its line and column. `homelab schema` writes the JSON Schemas from which editors "
    "complete keys and check values.",
)
REFERENCE = Refusal(
    "LAB-REFERENCE",
    "A name refers to nothing",
    "The entry names a host, network, storage, tier, service, port, volume, secret or file that the lab does not have, "
    "or services wait for each other in a circle.",
    "Correct the name, or add the entry that it refers to.",
)
UNIQUE = Refusal(
    "LAB-UNIQUE",
    "Two entries claim the same thing",
    "A VMID, an address, a name, a host name with its path, a port or a mount path can belong to one entry only. "
    "Proxmox or Kubernetes would refuse the second, or it would replace the first.",
    "Change one of the two places that the message names.",
)
NETWORK = Refusal(
    "LAB-NETWORK",
    "Addresses and ranges contradict each other",
    "An address lies outside of its network, ranges overlap, or a range is too small for what kubeadm, the API server "
    "or MetalLB take from it.",
    "Change the address or the range; the message has the limit.",
)
MACHINE = Refusal(
    "LAB-MACHINE",
    "A host, a machine or a node could not run as stated",
    "Proxmox would not start the machine, kubeadm or the kubelet would not start on it, or the cluster could not be "
    "made of these machines.",
    "Change the size or the setting; the message has the limit.",
)
NAMESPACE = Refusal(
    "LAB-NAMESPACE",
    "Tiers, namespaces and names of objects contradict each other",
    "A namespace belongs to one tier, names of objects that follow from services must be valid and different, and the "
    "rows of the tiers must not contradict each other.",
    "Rename a service or move it to another tier, group or namespace.",
)
SERVICE = Refusal(
    "LAB-SERVICE",
    "A service contradicts itself or what it relies on",
    "The API server, the chart or an operator would refuse an object of the service, or what it states excludes "
    "something else that it states.",
    "Change one of the two settings that the message names.",
)
REFUSALS = (FORMAT, REFERENCE, UNIQUE, NETWORK, MACHINE, NAMESPACE, SERVICE)
