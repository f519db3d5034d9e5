"""Every key of the format becomes objects that a real API server takes, and pods that it places as planned."""

from collections.abc import Iterator

import pytest

from config.lab import Lab
from config.storage_class import OtherStorageClass
from plan.model import Manifest, Plan
from rehearsal.control_plane import ToolMissing, cluster
from rehearsal.rehearse import rehearse
from tests.conformance.waiting import eventually
from tests.plan.labs import objects, plan_of


def test_what_each_key_becomes_is_taken_and_runs_as_planned() -> None:
    """A claim with a volume of its own may be bound 15 seconds later than others: it is there first."""
    plan = plan_of("every_key")
    try:
        with cluster(plan) as running:
            for made_before in (*classes_of_others(plan.lab), *bound_by_hand(plan)):
                running.api.apply(made_before)
            assert eventually(lambda: all(map(is_bound, running.api.list("v1", "PersistentVolumeClaim"))))
            (step,) = rehearse(running.api, plan, [])
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    assert not step.outcome.refusals
    assert step.is_fine, (step.outcome.waiting, step.disagreements)


def bound_by_hand(plan: Plan) -> Iterator[Manifest]:
    """The claims that name their volume, with their namespaces, after these volumes."""
    claims = [each for each in objects(plan, "PersistentVolumeClaim") if "volumeName" in each["spec"]]
    namespaces = {each["metadata"]["namespace"] for each in claims}
    yield from (each.manifest for each in plan.namespaces if each.name in namespaces)
    yield from objects(plan, "PersistentVolume")
    yield from claims


def is_bound(claim: Manifest) -> bool:
    return claim.get("status", {}).get("phase") == "Bound"


def classes_of_others(lab: Lab) -> Iterator[Manifest]:
    """Storage classes that drivers outside of the lab make."""
    for name, row in lab.storage_classes.items():
        if isinstance(row, OtherStorageClass):
            yield {
                "apiVersion": "storage.k8s.io/v1",
                "kind": "StorageClass",
                "metadata": {"name": name},
                "provisioner": row.provisioner,
                "parameters": {"of": "the driver"},
                "reclaimPolicy": "Retain",
                "volumeBindingMode": "Immediate",
            }
