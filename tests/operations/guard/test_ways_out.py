"""How to get out of a state: each command is in the table, and the page names it."""

from pathlib import Path

import pytest

from operations.guard.ways_out import WAYS_OUT, Interrupted, Trouble, commands, interrupted

PAGE = Path(__file__).parents[3] / "docs" / "guarding.md"
PROJECT = "urn:pulumi:test::homelab::"
APP = f"{PROJECT}homelab:index:K8sApp::notes"


PROVIDER = f"{PROJECT}homelab:index:Cluster$pulumi:providers:kubernetes::cluster"
NOTES = "hobby-notes/notes"
BY_PROVIDER = f"--provider 'provider={PROVIDER}' --generate-code=false --protect=false --yes"


def cut_off(kind: str, name: str, doing: str, **known: str) -> Interrupted:
    return Interrupted(f"{PROJECT}homelab:index:K8sApp${kind}::{name}", doing, **known)


@pytest.mark.parametrize(
    ("kind", "doing", "trouble"),
    [
        ("proxmoxve:index/vmLegacy:VmLegacy", "creating", "creation on a host cut off"),
        ("pulumi:providers:kubernetes", "creating", "creation of nothing outside cut off"),
        ("homelab:index:K8sApp", "creating", "creation of nothing outside cut off"),
        ("random:index/randomPassword:RandomPassword", "creating", "creation of nothing outside cut off"),
        ("a:b:C", "creating", "creation cut off"),
        ("kubernetes:apps/v1:Deployment", "creating", "creation of an object cut off"),
        ("kubernetes:core/v1:Service", "creating", "creation of an object cut off"),
        ("kubernetes:cert-manager.io/v1:Certificate", "creating", "creation of an object cut off"),
        ("kubernetes:apps/v1:StatefulSet", "updating", "change cut off"),
        ("kubernetes:apps/v1:Deployment", "updating", "change cut off"),
        ("kubernetes:apps/v1:Deployment", "deleting", "change cut off"),
        ("kubernetes:helm.sh/v3:Release", "creating", "installation cut off"),
        ("kubernetes:helm.sh/v3:Release", "updating", "release cut off"),
    ],
)
def test_what_was_under_way_decides_about_the_way_out(kind: str, doing: str, trouble: Trouble) -> None:
    operation = cut_off(kind, "a/b", doing)
    assert operation.trouble == trouble
    assert operation.commands == commands(trouble, operation)


def test_a_resource_is_imported_under_its_urn_by_its_own_provider() -> None:
    operation = cut_off("a:b:C", NOTES, "creating", parent=APP, provider=f"{PROVIDER}::id")
    assert operation.commands == (
        "pulumi cancel --yes",
        f"pulumi import a:b:C {NOTES} {NOTES} --parent parent={APP} {BY_PROVIDER}",
        "pulumi refresh --clear-pending-creates --yes",
    )


def test_an_object_of_the_cluster_is_taken_over_as_it_is() -> None:
    operation = cut_off("kubernetes:core/v1:Service", NOTES, "creating", parent=APP, provider=f"{PROVIDER}::id")
    assert operation.commands[1] == "homelab adopt cluster --import test"


def test_a_provider_has_none_itself_and_is_forgotten() -> None:
    sentence = interrupted([cut_off("pulumi:providers:kubernetes", "cluster", "creating")])
    assert "run `pulumi cancel --yes`, then `pulumi refresh --clear-pending-creates --yes`" in sentence


def test_what_is_half_made_on_a_host_is_named_by_preflight() -> None:
    machine = cut_off("proxmoxve:index/vmLegacy:VmLegacy", "worker1", "creating", provider=f"{PROVIDER}::id")
    assert "`homelab preflight` then names what is half-made" in interrupted([machine])


def test_where_the_provider_is_not_known_the_state_is_asked_for() -> None:
    sentence = interrupted([cut_off("a:b:C", NOTES, "creating")])
    assert "homelab guard --stack stack.json" in sentence
    assert "pulumi import" not in sentence


def test_an_object_of_the_stack_itself_has_no_parent_to_name() -> None:
    operation = cut_off("x:y:Z", "n", "creating", parent=f"{PROJECT}pulumi:pulumi:Stack::homelab-test")
    assert "--parent" not in operation.commands[1]


def test_a_release_is_rolled_back_and_read_after_that() -> None:
    operation = cut_off("kubernetes:helm.sh/v3:Release", "platform-traefik/traefik", "updating", provider=PROVIDER)
    assert "helm rollback traefik --namespace platform-traefik" in operation.commands
    assert "then `pulumi refresh --yes`" in interrupted(
        [operation, cut_off("a:b:C", "d", "deleting", provider=PROVIDER)]
    )


def test_names_from_elsewhere_are_quoted_for_the_shell() -> None:
    (_, command, _) = cut_off("a:b:C", "x; rm -rf /", "creating").commands
    assert "'x; rm -rf /'" in command


def test_many_are_named_in_one_sentence() -> None:
    sentence = interrupted([cut_off("a:b:C", f"n{index}", "creating", provider=PROVIDER) for index in range(9)])
    assert "and 3 more" in sentence
    assert sentence.count("`pulumi cancel --yes`") == 1
    assert "\n" not in sentence


@pytest.mark.parametrize("trouble", WAYS_OUT)
def test_the_page_names_each_command(trouble: Trouble) -> None:
    page = PAGE.read_text(encoding="utf-8").partition("## Out of a state")[2]
    for command in WAYS_OUT[trouble].commands:
        assert command.partition(" {")[0].partition(" --json")[0] in page or "preview" in command
