"""The guard judges previews and states that the real engine printed."""

import json
from typing import Any

import pytest

from operations.guard import Judgement, judge
from operations.guard.reading.document import InvalidPreview
from operations.guard.reading.preview import read_preview
from operations.guard.reading.stack import read_stack
from tests.plan.labs import lab_of
from tests.recordings import recording

KEPT = "PersistentVolumeClaim/hobby-freshrss/freshrss-data"


def judged(name: str) -> Judgement:
    return judge(read_preview(recording(f"preview-{name}.json")), lab_of("small"))


def said(judgement: Judgement) -> list[str]:
    """Errors and warnings by name."""
    return [each.name for each in judgement.consequences if each.severity != "info"]


@pytest.mark.parametrize(
    "name",
    [
        "file-changed",
        "image-changed",
        "machine-memory-changed",
        "machine-network-changed",
        "machines-adopted",
        "memory-changed",
        "claim-labelled",
        "machines-created",
        "not-known",
        "nothing-changes",
        "taken-over",
        "service-added",
        "tier-quota-changed",
        "volume-larger",
        "edited-by-hand",
    ],
)
def test_what_damaged_nothing_passes(name: str) -> None:
    judgement = judged(name)
    assert judgement.passes
    assert not [each for each in judgement.consequences if each.severity == "error"]


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("chart-version-changed", ["NOT-KNOWN:Release/platform-traefik/traefik"]),
        ("chart-values-changed", ["NOT-KNOWN:Release/platform-traefik/traefik"]),
        (
            "chart-tier-changed",
            [
                "DELETE:PersistentVolumeClaim/platform-traefik/traefik-certificates",
                "DELETE:Release/platform-traefik/traefik",
                "START-EMPTY:PersistentVolumeClaim/home-traefik/traefik-certificates",
            ],
        ),
        ("provider-endpoint-changed", ["REDIRECT:proxmoxve/proxmox"]),
        ("provider-kubeconfig-changed", ["NOT-KNOWN:kubernetes/cluster"]),
        ("service-removed", [f"DELETE:{KEPT}"]),
        ("service-renamed", [f"DELETE:{KEPT}", "START-EMPTY:PersistentVolumeClaim/hobby-feeds/feeds-data"]),
        ("service-tier-changed", [f"DELETE:{KEPT}", "START-EMPTY:PersistentVolumeClaim/home-freshrss/freshrss-data"]),
        ("volume-smaller", [f"SHRINK:{KEPT}"]),
    ],
)
def test_what_did_damage_or_may_is_refused(name: str, refused: list[str]) -> None:
    assert sorted(each.name for each in judged(name).refused) == refused


def test_a_preview_that_ended_with_an_error_is_judged_and_says_where_the_up_stops() -> None:
    judgement = judged("service-removed")
    assert "DELETE:Deployment/hobby-freshrss/freshrss" in said(judgement)
    (stop,) = judgement.ending.stops
    assert (stop.target, stop.protected) == (KEPT, True)
    assert stop.commands[0].startswith("pulumi state unprotect 'urn:pulumi:test::homelab::homelab:index:K8sApp$")
    assert (judgement.ending.creates, judgement.ending.updates, judgement.ending.deletes) == (0, 0, 4)


def test_what_is_protected_cannot_be_allowed() -> None:
    preview = read_preview(recording("preview-service-removed.json"))
    judgement = judge(preview, lab_of("small"), allow=[f"DELETE:{KEPT}"])
    assert not judgement.refused
    assert not judgement.passes


def test_where_the_data_stays_and_how_it_is_moved_is_said() -> None:
    (empty,) = (each for each in judged("service-tier-changed").consequences if each.effect == "START-EMPTY")
    assert f"the data stays in {KEPT}" in empty.message
    assert "/spec/claimRef" in empty.fix


def test_a_preview_with_a_refresh_is_known_to_be_stricter_than_the_up() -> None:
    judgement = judged("edited-by-hand-with-refresh")
    (stop,) = judgement.ending.stops
    assert stop.target == "Deployment/hobby-freshrss/freshrss"
    assert "field conflict" in stop.why
    assert "stricter than the `up`" in stop.afterwards
    assert not judgement.passes


def test_a_refused_object_is_one_error() -> None:
    (stop,) = judged("object-refused").ending.stops
    assert (stop.target, stop.protected) == ("Deployment/hobby-freshrss/freshrss", False)
    assert "is forbidden: ValidatingAdmissionPolicy" in stop.why


def test_a_program_that_failed_shows_nothing_to_judge() -> None:
    with pytest.raises(InvalidPreview, match=r"ended with an error: .*lab .* is invalid"):
        read_preview(recording("preview-lab-is-invalid.json"))


def test_the_state_of_an_up_that_was_killed_is_refused_with_what_was_under_way() -> None:
    with pytest.raises(InvalidPreview) as refused:
        read_stack(recording("stack-after-kill.json"))
    message = str(refused.value)
    assert "creating Deployment hobby-notes/notes" in message
    assert "`pulumi cancel --yes`, then `homelab adopt cluster --import test`" in message
    assert "\n" not in message


def test_a_preview_after_a_kill_does_not_know_of_it_and_says_so() -> None:
    assert ("pending", ("--stack",)) in [(each.question, each.needs) for each in judged("after-kill").unasked]


@pytest.mark.parametrize("name", ["settled", "after-interrupt", "after-refusal"])
def test_a_state_without_pending_operations_is_read(name: str) -> None:
    stack = json.loads(recording(f"stack-{name}.json"))
    assert not stack["deployment"].get("pending_operations")
    assert read_stack(json.dumps(stack)).resources


def test_a_preview_that_speaks_of_pending_operations_is_refused() -> None:
    preview: dict[str, Any] = json.loads(recording("preview-nothing-changes.json"))
    urn = "urn:pulumi:test::homelab::homelab:index:K8sApp$kubernetes:apps/v1:Deployment::a/b"
    warning = "Attempting to deploy or update resources with 1 pending operations from previous deployment.\n"
    warning += f"  * {urn}, interrupted while creating\n"
    preview["diagnostics"] = [{"message": warning, "severity": "warning"}]
    with pytest.raises(InvalidPreview, match="cut off while it was creating Deployment a/b"):
        read_preview(json.dumps(preview))


def test_an_import_that_would_replace_is_an_error_that_names_import() -> None:
    failures = {each.name: each.causes for each in judged("import-replaces").consequences if each.effect == "FAIL"}
    assert failures["FAIL:Service/hobby-freshrss/freshrss"] == ("import_", "spec.clusterIP")
    assert failures[f"FAIL:{KEPT}"] == ("import_", "spec.volumeName")


def test_an_import_that_differs_in_defaults_changes_nothing() -> None:
    judgement = judged("import-with-ignored")
    by_target = {each.target: each for each in judgement.consequences}
    for target in (
        "Deployment/hobby-freshrss/freshrss",
        "Deployment/home-vaultwarden/vaultwarden",
        "Namespace/hobby-freshrss",
    ):
        assert (by_target[target].effect, by_target[target].causes) == ("UPDATE", ())
        assert "stays" in by_target[target].message
    assert "FAIL:Service/hobby-freshrss/freshrss" not in said(judgement)


def test_what_is_taken_over_by_a_file_changes_nothing() -> None:
    """Before that the state does not know it, and the preview would make it."""
    assert {step.op for step in read_preview(recording("preview-not-known.json")).steps} == {"same", "create"}
    assert {step.op for step in read_preview(recording("preview-taken-over.json")).steps} == {"same"}


@pytest.mark.parametrize("name", ["taken-over", "machines-created", "after-release-refused"])
def test_a_state_in_which_nothing_was_cut_off_is_read(name: str) -> None:
    assert read_stack(recording(f"stack-{name}.json")).resources
