"""`homelab guard`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.cli.conftest import Homelab
from tests.operations.guard.steps import PREVIEWS, preview_of, recorded, update
from tests.recordings import FOLDER, recording

ALLOWED = ("--allow", "REPLACE:k8s-node1", "--allow", "REPLACE:k8s-node2")


def test_damage_ends_with_1_and_says_how_to_allow_it(homelab: Homelab) -> None:
    result = homelab("guard", PREVIEWS / "cloud-init-renamed.json", "--stack", PREVIEWS / "stack.json")
    assert result.exit_code == 1
    assert "error REPLACE:k8s-node2  initialization.user_data_file_id" in result.stdout
    assert "--allow REPLACE:k8s-node2 --allow REPLACE:k8s-node1" in result.stdout


def test_a_preview_is_piped_in() -> None:
    result = CliRunner().invoke(app, ["guard"], input=recorded("no-op"))
    assert result.exit_code == 1
    assert "UNMOUNT:k8s-node1" in result.stdout


def test_what_is_allowed_by_name_may_happen(homelab: Homelab) -> None:
    result = homelab("guard", PREVIEWS / "cloud-init-renamed.json", *ALLOWED)
    assert result.exit_code == 0
    assert "allowed REPLACE:k8s-node2" in result.stdout
    assert homelab("guard", PREVIEWS / "cloud-init-renamed.json", *ALLOWED[:2]).exit_code == 1


def test_an_allowance_that_matches_nothing_is_invalid(homelab: Homelab) -> None:
    result = homelab("guard", PREVIEWS / "cloud-init-renamed.json", *ALLOWED, "--allow", "REPLACE:k8s-node9")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "--allow REPLACE:k8s-node9: the preview does not do that" in result.stderr


def test_programs_get_json(homelab: Homelab) -> None:
    result = homelab("guard", PREVIEWS / "cloud-init-renamed.json", *ALLOWED[:2], "--format", "json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert report["refused"] == ["REPLACE:k8s-node2"]
    assert [each["allowed"] for each in report["consequences"] if each["effect"] == "REPLACE"] == [False, True]


def test_a_restart_of_one_machine_passes_with_a_warning(homelab: Homelab, tmp_path: Path) -> None:
    preview = tmp_path / "preview.json"
    preview.write_text(json.dumps({"steps": [update("cpu.cores")], "changeSummary": {}}), encoding="utf-8")
    assert preview_of(update("cpu.cores"))
    result = homelab("guard", preview)
    assert result.exit_code == 0
    assert "warning POWER-CYCLE:k8s-node3  cpu.cores" in result.stdout


@pytest.mark.parametrize("output", ["text", "json"])
@pytest.mark.parametrize("text", ["", '{"steps": [', '{"steps": []}', '{"diagnostics": [{"severity": "error"}]}'])
def test_what_is_no_whole_preview_never_passes(text: str, output: str) -> None:
    result = CliRunner().invoke(app, ["guard", "--format", output], input=text)
    assert result.exit_code == 2
    sentence = json.loads(result.stdout)["message"] if output == "json" else result.stderr.rstrip("\n")
    assert "preview" in sentence
    assert "\n" not in sentence


def test_a_file_that_cannot_be_read_is_invalid(homelab: Homelab, tmp_path: Path) -> None:
    (tmp_path / "image").write_bytes(b"\xff\xfe\x00")
    assert homelab("guard", tmp_path / "missing.json").exit_code == 2
    assert homelab("guard", tmp_path).exit_code == 2
    assert "it is not text" in homelab("guard", tmp_path / "image").stderr


def test_an_invalid_lab_ends_with_2(homelab: Homelab, invalid_lab: Path) -> None:
    assert homelab("guard", PREVIEWS / "no-op.json", "--lab", invalid_lab).exit_code == 2


def test_roles_are_those_of_the_lab(homelab: Homelab, lab: Path, tmp_path: Path) -> None:
    steps = [update("cpu.cores", "router"), update("cpu.cores", "worker")]
    (tmp_path / "preview.json").write_text(json.dumps({"steps": steps, "changeSummary": {}}), encoding="utf-8")
    assert homelab("guard", tmp_path / "preview.json", "--lab", lab).exit_code == 0
    assert homelab("guard", tmp_path / "preview.json", "--lab", "small").exit_code == 1


@pytest.mark.parametrize("spelling", [(), ("--lab", "small")])
def test_the_lab_is_the_preview_s_own(homelab: Homelab, tmp_path: Path, spelling: tuple[str, ...]) -> None:
    preview = json.loads(recording("preview-machine-memory-changed.json"))
    preview["config"]["homelab:lab"] = "small"
    (tmp_path / "preview.json").write_text(json.dumps(preview), encoding="utf-8")
    result = homelab("guard", tmp_path / "preview.json", *spelling, "--format", "json")
    report = json.loads(result.stdout)
    assert (report["lab"], report["lab_told"]) == ("small", "by --lab" if spelling else "by the preview")


def test_a_preview_of_another_lab_is_refused(homelab: Homelab, tmp_path: Path) -> None:
    preview = json.loads(recording("preview-nothing-changes.json"))
    preview["config"]["homelab:lab"] = "small"
    (tmp_path / "preview.json").write_text(json.dumps(preview), encoding="utf-8")
    result = homelab("guard", tmp_path / "preview.json", "--lab", "prod")
    assert result.exit_code == 2
    assert "this is a preview of the lab 'small', and --lab says 'prod'" in result.stderr


def test_where_the_lab_is_not_here_each_machine_is_a_node(homelab: Homelab, tmp_path: Path) -> None:
    preview = json.loads(recording("preview-nothing-changes.json"))
    preview["config"]["homelab:lab"] = "elsewhere"
    (tmp_path / "preview.json").write_text(json.dumps(preview), encoding="utf-8")
    result = homelab("guard", tmp_path / "preview.json")
    assert result.exit_code == 0
    assert "The lab elsewhere is not here: each machine counts as a node." in result.stdout


def test_a_key_that_stands_twice_is_refused(homelab: Homelab, tmp_path: Path) -> None:
    text = json.dumps({"steps": [update("cpu.cores")], "changeSummary": {}}).replace('"op"', '"op": "same", "op"', 1)
    (tmp_path / "preview.json").write_text(text, encoding="utf-8")
    result = homelab("guard", tmp_path / "preview.json")
    assert result.exit_code == 2
    assert "the key 'op' is twice in one object" in result.stderr


def test_what_nobody_knows_is_counted_and_fails_until_it_is_allowed(homelab: Homelab) -> None:
    file = FOLDER / "preview-chart-version-changed.json"
    result = homelab("guard", file, "--lab", "small")
    assert result.exit_code == 1
    assert "the effect of 1 consequence is not known" in result.stdout
    allowed = homelab("guard", file, "--lab", "small", "--allow", "NOT-KNOWN:Release/platform-traefik/traefik")
    assert allowed.exit_code == 0


def test_nothing_that_others_wrote_acts_on_a_terminal(homelab: Homelab, tmp_path: Path) -> None:
    steps = [update("tags", "evil\x1b[2J\nname"), update("description", "[bold]x[/bold]")]
    (tmp_path / "preview.json").write_text(json.dumps({"steps": steps, "changeSummary": {}}), encoding="utf-8")
    result = homelab("guard", tmp_path / "preview.json")
    assert "\x1b" not in result.stdout
    assert "UPDATE:evil\\x1b[2J\\nname" in result.stdout
    assert "UPDATE:[bold]x[/bold]" in result.stdout


ANY = [None, True, 0, -1, 1e308, "", "x\x1b[2J", [], [[]], {}, {"a": {}}, ["steps"], {"steps": None}]


@pytest.mark.parametrize(
    "key", ["steps", "diagnostics", "changeSummary", "config", "op", "urn", "oldState", "detailedDiff"]
)
@pytest.mark.parametrize("value", ANY, ids=repr)
def test_any_shape_is_answered_in_a_sentence(homelab: Homelab, tmp_path: Path, key: str, value: object) -> None:
    preview = {"steps": [update("cpu.cores")], "changeSummary": {}, "config": {}}
    target = preview if key in ("steps", "diagnostics", "changeSummary", "config") else preview["steps"][0]
    target[key] = value
    (tmp_path / "preview.json").write_text(json.dumps(preview), encoding="utf-8")
    result = homelab("guard", tmp_path / "preview.json")
    assert result.exit_code in (0, 1, 2)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "\x1b" not in result.stdout + result.stderr
    if result.exit_code == 2:
        assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 50_000, "\ufeff{}", "1" * 5000, "NaN", '{"steps": [NaN]}', "\x00"]
)
def test_what_is_no_json_is_refused_in_a_sentence(homelab: Homelab, tmp_path: Path, text: str) -> None:
    (tmp_path / "preview.json").write_text(text, encoding="utf-8")
    result = homelab("guard", tmp_path / "preview.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("homelab: this is not a preview")
    assert result.stderr.count("\n") == 1
