"""The effects of an `up` on a machine or an object, explained."""

from collections.abc import Mapping
from typing import NamedTuple

from plan.changes.provider_rules import Effect


class EffectPage(NamedTuple):
    """The explanation of an effect."""

    title: str
    meaning: str
    remedy: str


EFFECTS: Mapping[Effect, EffectPage] = {
    "REPLACE": EffectPage(
        "It is deleted with all of its data and made anew",
        "The provider or the API server cannot change this property in place. A machine loses its disks, a claim its "
        "volume, a namespace all that is in it.",
        "Take the change back. Where the replacement is meant, move the data first and allow it by name.",
    ),
    "DELETE": EffectPage(
        "It is deleted with all of its data",
        "It is gone from the lab's files, or has another name there, so that the old one goes and a new one is made.",
        "Put it back. Where it is meant, save the data first and allow it by name.",
    ),
    "UNMOUNT": EffectPage(
        "All volumes that Pulumi does not know of are detached from the machine",
        "The provider writes the whole list of disks anew, and the volumes that the CSI driver attached are not on it. "
        "Pods that use them fail.",
        "Put `disks` into ignore_changes, and grow a disk on its host.",
    ),
    "SHRINK": EffectPage(
        "A disk or a volume would become smaller",
        "Neither Proxmox nor Kubernetes makes one smaller. It is refused after all other changes were written, so that "
        "the `up` ends half-way.",
        "Write the size that it has.",
    ),
    "STOP": EffectPage(
        "The machine is shut down and stays off",
        "Nothing starts it again but its owner.",
        "Take the change back, or drain the node before.",
    ),
    "FAIL": EffectPage(
        "The `up` ends half-way",
        "Some changes are written, then one is refused. What comes after it in the `up` is not done.",
        "Change what the message names, and run it again.",
    ),
    "POWER-CYCLE": EffectPage(
        "The machine is stopped and started again",
        "Its node is not drained before: pods are killed, and those with one replica are interrupted until it is back.",
        "Drain the node first, then allow it by name.",
    ),
    "UPDATE": EffectPage(
        "It is changed in place",
        "Nothing is interrupted, or the change takes effect at the next restart.",
        "Nothing has to be done.",
    ),
}
