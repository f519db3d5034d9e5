"""Claims in files that select their volume, and select none."""

from collections.abc import Iterator

from config.lab import Lab
from config.objects import StatedObject
from plan.cluster.membership import founder
from plan.model.constraints import read_selector
from plan.model.fields import entries, mapping, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.volume_classes import is_block

CLAIM_SELECTS_NONE = Rule(
    "CLAIM-SELECTS-NONE",
    "warning",
    title="A claim selects volumes that are not there",
    meaning=(
        "A claim with a selector waits for a PersistentVolume with these labels, of its class, its size and its access "
        "mode; no driver makes one for it. Without one it stays Pending, and its pod with it."
    ),
    remedy="Give a volume the labels, correct the selector, or take it out where a driver makes volumes.",
)
ACCESS_NOT_GIVEN = Rule(
    "ACCESS-NOT-GIVEN",
    ("error", "warning"),
    title="A claim asks for an access that its class does not give",
    meaning=(
        "A block volume is attached to one node at a time. A claim with ReadWriteMany or ReadOnlyMany of such a class "
        "is refused by its driver: it stays Pending, and its pods with it."
    ),
    remedy="Ask for ReadWriteOnce, or for a class of shared files.",
)

_OF_MANY = frozenset({"ReadWriteMany", "ReadOnlyMany"})


def claim_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each claim in files that no volume can meet."""
    for claim in lab.objects_by_kind.get("PersistentVolumeClaim", ()):
        yield from _access(lab, claim)
    for each in lab.objects_by_kind.get("StatefulSet", ()):
        for template in entries(each.content, "spec", "volumeClaimTemplates"):
            named = {**template, "metadata": {"name": f"{text(template, 'metadata', 'name')} of {each.name}"}}
            yield from _access(lab, StatedObject(each.path, {**named, "kind": "PersistentVolumeClaim"}))
    volumes = lab.objects_by_kind.get("PersistentVolume", ())
    for claim in lab.objects_by_kind.get("PersistentVolumeClaim", ()):
        storage_class = text(claim.content, "spec", "storageClassName")
        of_class = [each for each in volumes if text(each.content, "spec", "storageClassName") == storage_class]
        is_made = storage_class in lab.storage_classes
        selector = mapping(claim.content, "spec", "selector")
        if not selector or not (of_class or is_made) or any(_is_meant(each, claim) for each in of_class):
            continue
        yield CLAIM_SELECTS_NONE.finding(
            claim.path,
            f"the claim {claim.name} of {claim.path[1]} selects volumes of class {storage_class or '(none)'} that the "
            "lab does not have"
            + (f": it has {listed([each.name for each in of_class])}, with other labels" if of_class else "")
            + "; it stays Pending",
            "give one of them the labels, or correct the selector"
            if of_class
            else f"take the selector out: {storage_class} makes volumes for claims without one",
            facts={"storage_class": storage_class, "volumes": tuple(each.name for each in of_class)},
        )


def _access(lab: Lab, claim: StatedObject) -> Iterator[Finding]:
    storage_class = text(claim.content, "spec", "storageClassName")
    asked = _OF_MANY.intersection(map(str, values(claim.content, "spec", "accessModes")))
    is_file_system = text(claim.content, "spec", "volumeMode") in ("", "Filesystem")
    if asked and is_block(lab, storage_class) and is_file_system and not text(claim.content, "spec", "volumeName"):
        yield ACCESS_NOT_GIVEN.finding(
            claim.path,
            f"the claim {claim.name} of {claim.path[1]} asks for {listed(sorted(asked))} of {storage_class}, whose "
            "volumes are attached to one node at a time: it stays Pending",
            "write accessModes: [ReadWriteOnce], or name a class of shared files",
            severity="error" if founder(lab) else "warning",
            facts={"storage_class": storage_class, "access": tuple(sorted(asked))},
        )


def _is_meant(volume: StatedObject, claim: StatedObject) -> bool:
    labels = mapping(volume.content, "metadata", "labels")
    return all(each.holds(labels) for each in read_selector(mapping(claim.content, "spec", "selector")))
