"""The effects of an `up` on a machine or an object, from worst to harmless, explained."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

Effect = Literal[
    "REPLACE",
    "DELETE",
    "START-EMPTY",
    "SECOND-COPY",
    "UNMOUNT",
    "SHRINK",
    "SCALE-DOWN",
    "NO-WAY-BACK",
    "STOP",
    "DISCONNECT",
    "REDIRECT",
    "RENAME",
    "UNPROTECT",
    "KEY-GONE",
    "DROP",
    "FAIL",
    "NOT-KNOWN",
    "POWER-CYCLE",
    "BY-HAND",
    "DRIFT",
    "FORGET",
    "ROLLOUT",
    "UPDATE",
]
WORST_FIRST: tuple[Effect, ...] = get_args(Effect)

Change = Literal["changed", "removed", "added"]
"""How a field differs."""


class EffectPage(NamedTuple):
    """The explanation of an effect."""

    title: str
    meaning: str
    remedy: str


EFFECTS: Mapping[Effect, EffectPage] = {
    "REPLACE": EffectPage(
        "It is deleted with all of its data and recreated",
        "The provider or the API server cannot change this property in place. A machine loses its disks, a claim its "
        "volume, a namespace all that is in it.",
        "Take the change back. Where the replacement is intended, move the data first and allow it by name.",
    ),
    "DELETE": EffectPage(
        "It is deleted with all of its data",
        "It is gone from the lab's files, or has another name there, so that the old one goes and a new one is made.",
        "Put it back. Where it is intended, save the data first and allow it by name.",
    ),
    "START-EMPTY": EffectPage(
        "A service starts on an empty volume, and its data stays in the old one",
        "A claim never changes its name, namespace or storage class: with another one, a new and empty volume is made. "
        "The same happens where the pods mount something else, or in another place.",
        "Take the change back, or move the data first; the message says how.",
    ),
    "SECOND-COPY": EffectPage(
        "It would be created, and it already runs elsewhere",
        "The cluster has a service of the same name and image, the only one of its image, or one with the same host "
        "name, volume, address or chart, which the program does not know.",
        "Take it over with `homelab adopt`, or delete the one that runs. Where both are to run, write why as "
        "`second_copy` of its service: it is told then, and stops nothing.",
    ),
    "UNMOUNT": EffectPage(
        "All volumes that Pulumi does not know of are detached from the machine",
        "The provider writes the whole list of disks, and the volumes that the CSI driver attached are not on it. "
        "Pods that use them fail.",
        "Put `disks` into ignore_changes, and grow a disk on its host.",
    ),
    "SHRINK": EffectPage(
        "A disk or a volume would become smaller",
        "Neither Proxmox nor Kubernetes makes one smaller. It is refused after all other changes were written, so that "
        "the `up` ends half-way.",
        "Write the size that it has.",
    ),
    "SCALE-DOWN": EffectPage(
        "Fewer copies run than before",
        "Of a database, the operator deletes the surplus instances with their volumes. With one left, the "
        "loss of its node interrupts it.",
        "Take the change back, or take a backup and allow it by name.",
    ),
    "NO-WAY-BACK": EffectPage(
        "Data is met by a release that keeps it in another format",
        "A server of another major version upgrades its data, so that the old one reads it no more, or it does not "
        "start on it. Taking the change back does not help then.",
        "Make a backup, read the release notes, and allow it by name.",
    ),
    "STOP": EffectPage(
        "It is stopped and stays off",
        "A machine is shut down or turned into a template, all pods of a service stop, or a job runs no more. Nothing "
        "starts it again but its owner.",
        "Take the change back, or allow it by name where it is intended.",
    ),
    "DISCONNECT": EffectPage(
        "It loses its network",
        "A machine gets into another VLAN or bridge, or loses its card; a host's bridge changes; a service loses its "
        "address. What goes through it stops too, this `up` among it.",
        "Take the change back, or change one machine at a time, from its console.",
    ),
    "REDIRECT": EffectPage(
        "Everything would be written elsewhere from then on",
        "The provider points to another host or cluster, or the kubeconfig to an address where nobody answers.",
        "Take the change back.",
    ),
    "RENAME": EffectPage(
        "A machine gets another machine's name",
        "The name that a machine has on its host never differs from the lab's, unless it is another machine.",
        "Give the machine in the lab the VMID that it has, or its old name.",
    ),
    "UNPROTECT": EffectPage(
        "A protection of its data is switched off",
        "Nothing is lost now. The next deletion takes the data with it, or no more backups are made.",
        "Take the change back.",
    ),
    "KEY-GONE": EffectPage(
        "A key of a Secret or ConfigMap goes",
        "A pod that names the key does not start without it; one that runs goes on until it stops. One that reads all "
        "keys, as variables or as a folder, finds one less.",
        "Put it back, or change those that read it in the same `up`.",
    ),
    "DROP": EffectPage(
        "Fields that kubectl wrote go with the next update",
        "The provider makes those fields its own, and removes each that the program does not state. No preview shows "
        "it. Where one is in the template of pods, all of them are replaced.",
        "State it in the lab if it is meant to stay.",
    ),
    "FAIL": EffectPage(
        "The `up` ends half-way",
        "Some changes are written, then one is refused. What comes after it in the `up` is not done.",
        "Change what the message names, and run it again.",
    ),
    "NOT-KNOWN": EffectPage(
        "The effect of the change is not known",
        "No rule says what a change of this kind or argument does, or the preview does not show the result.",
        "Find out, and allow it by name. For a chart, render both with `helm template` and compare.",
    ),
    "POWER-CYCLE": EffectPage(
        "The machine is stopped and started again",
        "Its node is not drained before: pods are killed, and those with one replica are interrupted until it is back.",
        "Drain the node first, then allow it by name.",
    ),
    "BY-HAND": EffectPage(
        "It reaches no running machine",
        "A machine reads it once, when cloud-init sets it up or when it joins the cluster. Machines to come get it; "
        "those that run keep what they have.",
        "Do by hand what the message says, one node after the other.",
    ),
    "DRIFT": EffectPage(
        "It was changed by hand, and this `up` leaves that",
        "The engine does not read resources that the program leaves as they were. What runs is not what the lab says.",
        "State it in the lab, or take it back with `pulumi up --refresh`.",
    ),
    "FORGET": EffectPage(
        "Pulumi forgets it, and it keeps running",
        "It stays on its host or in the cluster, and nothing manages it any more.",
        "Delete it there if it is no longer needed.",
    ),
    "ROLLOUT": EffectPage(
        "Its pods are replaced",
        "The template of the pods changes. One by one where the strategy is RollingUpdate; all stop first where it is "
        "Recreate.",
        "Nothing has to be done.",
    ),
    "UPDATE": EffectPage(
        "It is changed in place",
        "Nothing is interrupted, or the change takes effect at the next restart.",
        "Nothing has to be done.",
    ),
}
