"""Every key of the format becomes objects that a real API server takes, and pods that it places as planned."""

from collections.abc import Iterator

import pytest

from config.lab import Lab
from config.storage_class import OtherStorageClass
from plan.model import Manifest
from rehearsal.control_plane import ToolMissing, cluster
from rehearsal.rehearse import rehearse
from tests.plan.labs import objects, plan_of


def test_what_each_key_becomes_is_taken_and_runs_as_planned() -> None:
    """A claim that comes before its volume is bound up to 15 seconds later: the volumes are there first."""
    plan = plan_of("every_key")
    try:
        with cluster(plan) as running:
            for made_before in (*classes_of_others(plan.lab), *objects(plan, "PersistentVolume")):
                running.api.apply(made_before)
            (step,) = rehearse(running.api, plan, [])
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    assert not step.outcome.refusals
    assert step.is_fine, (step.outcome.waiting, step.disagreements)


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
