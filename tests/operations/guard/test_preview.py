"""Only a whole preview is judged."""

import json

import pytest

from operations.guard import judge
from operations.guard.reading.document import InvalidPreview
from operations.guard.reading.paths import python_path, without_indices
from operations.guard.reading.preview import Missing, read_preview
from operations.guard.reading.stack import read_stack, refuse_another
from tests.operations.guard.steps import preview_of, recorded, step, update
from tests.plan.labs import lab_of


def refusal(text: str) -> str:
    with pytest.raises(InvalidPreview) as refused:
        read_preview(text)
    message = str(refused.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "42", "no stack named 'prod' found", '{"steps": 1}', '{"steps": [{}]}']
)
def test_what_is_no_preview_is_refused(text: str) -> None:
    assert refusal(text)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
def test_a_preview_that_is_cut_off_is_refused(share: float) -> None:
    text = recorded("no-op").rstrip()
    assert "is not a preview" in refusal(text[: int(len(text) * share)])


def test_a_preview_that_ended_with_an_error_before_its_first_step_is_refused() -> None:
    preview = json.loads(recorded("no-op"))
    preview["steps"] = preview["steps"][:1]
    preview["diagnostics"] = [
        {"severity": "warning", "message": "old field"},
        {"severity": "error", "message": "error: Program failed:\nTraceback (most recent call last)\n  x\nKeyError: 1"},
    ]
    assert refusal(json.dumps(preview)) == "the preview ended with an error: Program failed: KeyError: 1"


def test_a_preview_with_warnings_is_read() -> None:
    preview = json.loads(recorded("no-op")) | {"diagnostics": [{"severity": "warning", "message": "old field"}]}
    assert len(read_preview(json.dumps(preview)).steps) == 4


@pytest.mark.parametrize("missing", ["steps", "changeSummary"])
def test_a_preview_that_did_not_come_to_its_end_is_refused(missing: str) -> None:
    preview = json.loads(recorded("no-op"))
    del preview[missing]
    assert "did not come to its end" in refusal(json.dumps(preview))
    assert "did not come to its end" in refusal(json.dumps(preview | {"steps": []}))


def test_a_preview_that_counts_more_than_it_shows_never_passes() -> None:
    preview = json.loads(recorded("cloud-init-renamed"))
    preview["steps"] = [each for each in preview["steps"] if each["op"] != "replace"]
    judgement = judge(read_preview(json.dumps(preview)), lab_of("prod"), allow=[])
    assert not judgement.refused
    assert not judgement.passes
    assert judgement.ending.missing == (Missing("replace", 2, 0),)


def test_an_operation_that_is_not_known_is_refused() -> None:
    text = json.dumps({"steps": [step("obliterate")], "changeSummary": {}})
    assert refusal(text) == "the preview would do 'obliterate' to k8s-node3, and what that does is not known"


def test_a_step_about_nothing_is_refused() -> None:
    assert "neither" in refusal(json.dumps({"steps": [{"op": "update", "urn": "u"}], "changeSummary": {}}))


def test_the_state_belongs_to_the_preview() -> None:
    stack = read_stack(recorded("stack"))
    refuse_another(stack, read_preview(recorded("no-op")))
    assert len(stack.resources) == 10


def test_a_state_from_elsewhere_is_refused() -> None:
    with pytest.raises(InvalidPreview, match="was not made from this state: it changes k8s-node3"):
        refuse_another(read_stack(recorded("stack")), preview_of(update("tags")))


def test_a_state_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidPreview, match="is not a stack's state"):
        read_stack(recorded("no-op"))


@pytest.mark.parametrize("spelling", ["pending_operations", "pendingOperations"])
def test_a_state_that_an_up_left_half_written_is_refused(spelling: str) -> None:
    stack = json.loads(recorded("stack"))
    stack["deployment"][spelling] = [{"resource": stack["deployment"]["resources"][-1], "type": "updating"}]
    with pytest.raises(InvalidPreview, match="cut off while it was updating VmLegacy k8s-node1"):
        read_stack(json.dumps(stack))


def test_an_imported_machine_need_not_be_in_the_state() -> None:
    refuse_another(read_stack(recorded("stack")), preview_of(step("import"), update("tags")))


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("disks[0].importFrom", "disks.import_from"),
        ("vmId", "vm_id"),
        ("timeoutShutdownVm", "timeout_shutdown_vm"),
        ("ipv4Addresses", "ipv4_addresses"),
    ],
)
def test_a_path_is_written_as_the_program_spells_it(path: str, written: str) -> None:
    assert python_path(path) == written


def test_a_path_of_an_object_keeps_its_spelling() -> None:
    assert without_indices('spec.containers[0].env["LOG_LEVEL"]') == "spec.containers.env.LOG_LEVEL"


def test_what_the_engine_adds_for_itself_is_no_property() -> None:
    (made,) = preview_of(step("replace", diff={"__meta": "update-replace", "vmId": "update"})).steps
    assert made.changes == (("vm_id", "changed"),)
    assert made.replacing == ()


def test_properties_without_detail_count_as_changed() -> None:
    (made,) = preview_of(update("tags") | {"diffReasons": ["tags", "memory"]}).steps
    assert made.changes == (("tags", "changed"), ("memory", "changed"))
