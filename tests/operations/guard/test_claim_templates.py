"""Claims of a StatefulSet whose templates change: what becomes of them, and how the data follows."""

import pytest

from operations.guard.objects.moving_data import HOW_TEMPLATES_CHANGE, HOW_TEMPLATES_GO, HOW_TEMPLATES_GROW
from tests.operations.guard.handmade import judged_case

FIRST = "spec.volumeClaimTemplates[0]."


@pytest.mark.parametrize(
    ("path", "value", "says", "fix"),
    [
        ("spec.resources.requests.storage", "99Gi", "nothing grows", HOW_TEMPLATES_GROW),
        ("spec.resources.requests.storage", "1Mi", "none ever becomes smaller", HOW_TEMPLATES_CHANGE),
        ("spec.storageClassName", "other", "They stay as they are.", HOW_TEMPLATES_CHANGE),
        ("spec.accessModes", ["ReadWriteMany"], "They stay as they are.", HOW_TEMPLATES_CHANGE),
        ("metadata.name", "files", "Its pods start on new, empty claims", HOW_TEMPLATES_CHANGE),
    ],
)
def test_only_larger_claims_are_told_to_grow(path: str, value: object, says: str, fix: str) -> None:
    step = {"op": "replace", "object": "StatefulSet/core-queue/queue", "set": {FIRST + path: value}}
    (replaced,) = (
        each
        for each in judged_case({"name": path, "says": [], "steps": [step]}).consequences
        if each.effect == "REPLACE"
    )
    assert says in replaced.message
    assert fix in replaced.fix


def test_templates_that_go_leave_the_data_in_their_claims() -> None:
    step = {"op": "replace", "object": "StatefulSet/core-queue/queue", "set": {"spec.volumeClaimTemplates": []}}
    judgement = judged_case({"name": "gone", "says": [], "steps": [step]})
    (replaced,) = (each for each in judgement.consequences if each.effect == "REPLACE")
    assert replaced.fix.endswith(HOW_TEMPLATES_GO)
    (empty,) = (each for each in judgement.consequences if each.effect == "START-EMPTY")
    assert "without the data that they had: claim template data at " in empty.message


def test_a_storage_class_that_is_made_anew_leaves_its_volumes_where_they_are() -> None:
    step = {"op": "replace", "object": "StorageClass/block", "set": {"parameters.storage": "other"}}
    (replaced,) = judged_case({"name": "class", "says": [], "steps": [step]}).consequences
    assert "Volumes that exist stay as and where they are; those to come are made as it says then." in replaced.message
