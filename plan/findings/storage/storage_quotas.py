"""Claims beside the quotas on storage that stand in files, and volumes that their claims do not match."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from config.namespaces import namespace_of_object
from config.notation import counted, rounded_up
from config.objects import StatedObject
from config.quantity import Memory
from plan.model import Service
from plan.model.fields import entries, mapping, number, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed, plural

CLAIMS_EXCEED_QUOTA = Rule(
    "CLAIMS-EXCEED-QUOTA",
    "warning",
    title="Claims ask for more storage than their quota admits",
    meaning=(
        "A ResourceQuota in a file bounds the storage or the number of claims of its namespace. The API server refuses "
        "the claim that comes last, and its pods stay Pending."
    ),
    remedy="Raise the quota, or ask for less.",
)

CLAIM_NOT_MATCHED = Rule(
    "CLAIM-NOT-MATCHED",
    "warning",
    title="A claim asks for more than the volume that it names has",
    meaning=(
        "A claim that names its PersistentVolume is bound only where the volume is as large as it asks, has its access "
        "modes, and is of the same class. Otherwise it stays Pending, and its pods with it."
    ),
    remedy="Make size, access modes and class of the two the same.",
)

STORAGE, COUNT = "requests.storage", "persistentvolumeclaims"


class _Claim(NamedTuple):
    name: str
    size: int
    storage_class: str
    times: int


def storage_quota_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each quota on storage that is exceeded, and for each claim that its volume does not match."""
    quotas = lab.objects_by_kind.get("ResourceQuota", ())
    claims = _claims(services) if quotas else {}
    for quota in quotas:
        namespace = namespace_of_object(lab, quota)
        yield from _exceeded(quota, namespace, claims.get(namespace, []))
    volumes = {each.name: each for each in lab.objects_by_kind.get("PersistentVolume", ())}
    for claim in lab.objects_by_kind.get("PersistentVolumeClaim", ()):
        volume = volumes.get(text(claim.content, "spec", "volumeName"))
        if volume and (wrong := _mismatch(claim, volume)):
            yield CLAIM_NOT_MATCHED.finding(
                claim.path,
                f"the claim {claim.name} names the volume {volume.name}, and {wrong}: it stays Pending",
                "write the same into both",
                about=claim.name,
                facts={"volume": volume.name, "size_bytes": _asked(claim), "volume_bytes": _capacity(volume)},
            )


def _claims(services: Iterable[Service]) -> dict[str, list[_Claim]]:
    found: dict[str, list[_Claim]] = defaultdict(list)
    for service in services:
        for each in service.objects:
            namespace = service.namespace_of(each)
            templates = entries(each, "spec", "volumeClaimTemplates") if each["kind"] == "StatefulSet" else []
            for claim in [each] if each["kind"] == "PersistentVolumeClaim" else templates:
                size = counted(text(claim, "spec", "resources", "requests", "storage")) or 0
                times = number(each, "spec", "replicas", default=1) if templates else 1
                name = text(claim, "metadata", "name")
                found[namespace].append(_Claim(name, size, text(claim, "spec", "storageClassName"), times))
    return found


def _exceeded(quota: StatedObject, namespace: str, claims: list[_Claim]) -> Iterator[Finding]:
    for key, amount in mapping(quota.content, "spec", "hard").items():
        storage_class, _, resource = key.rpartition(".storageclass.storage.k8s.io/")
        meant = [each for each in claims if storage_class in ("", each.storage_class)]
        resource = resource or key
        if resource not in (STORAGE, COUNT):
            continue
        is_count = resource == COUNT
        asked = sum(each.times * (1 if is_count else each.size) for each in meant)
        admitted = rounded_up(str(amount))
        if asked > admitted:
            said = plural(asked, "claim") if is_count else f"{Memory(asked)} of storage"
            yield CLAIMS_EXCEED_QUOTA.finding(
                quota.path,
                f"claims of {namespace} ({listed([each.name for each in meant])}) are {said}, and the quota "
                f"{quota.name} admits {amount} of {key}: the API server refuses the last one",
                f"write {key}: {asked if is_count else Memory(asked)} or more",
                about=key,
                facts={"asked": asked, "admitted": admitted},
            )


def _mismatch(claim: StatedObject, volume: StatedObject) -> str | None:
    missing = {*values(claim.content, "spec", "accessModes")} - {*values(volume.content, "spec", "accessModes")}
    classes = [text(each.content, "spec", "storageClassName") for each in (claim, volume)]
    if _asked(claim) > _capacity(volume):
        return f"asks for {Memory(_asked(claim))} of its {Memory(_capacity(volume))}"
    if missing:
        return f"asks for {listed(sorted(map(str, missing)))}, which the volume does not say"
    if classes[0] != classes[1]:
        return f"is of class {classes[0] or '(the default)'}, and the volume of {classes[1] or '(none)'}"
    return None


def _asked(claim: StatedObject) -> int:
    return rounded_up(text(claim.content, "spec", "resources", "requests", "storage") or "0")


def _capacity(volume: StatedObject) -> int:
    return rounded_up(text(volume.content, "spec", "capacity", "storage") or "0")
