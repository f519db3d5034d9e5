"""Help of each command, and completion of names by a shell."""

import subprocess
import sys

import pytest

from cli.completion import complete_code, complete_lab
from cli.help import HELP, commands_of
from cli.main import app
from tests.cli.conftest import Homelab

COMMANDS = [name for name, _ in commands_of(app)]


def test_every_command_has_help() -> None:
    assert sorted(COMMANDS) == sorted(HELP)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_examples_and_exit_codes(command: str, homelab: Homelab) -> None:
    text = " ".join(homelab(*command.split(), "--help").stdout.split())
    assert "Examples: " in text
    assert f"Exit codes: {HELP[command].exits}." in text
    for example in HELP[command].examples:
        assert example in text
        assert f"homelab {command}".removesuffix(" machines") in example


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_use_options_that_are_there(command: str, homelab: Homelab) -> None:
    text = homelab(*command.split(), "--help").stdout
    for example in HELP[command].examples:
        for word in example.partition("homelab ")[2].split():
            if word.startswith("--"):
                assert word in text


def test_a_shell_completes_labs_and_codes() -> None:
    assert complete_lab("sm") == ["small"]
    assert complete_code("gpu-t") == ["GPU-TIGHT"]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("homelab explain immi", "immich"),
        ("homelab explain k8s-node1", "k8s-node1"),
        ("homelab plan --lab sma", "small"),
    ],
)
def test_a_shell_is_answered(words: str, wanted: str, homelab: Homelab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_ROOT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    assert wanted in homelab().stdout


def test_help_and_completion_do_not_build_the_models_of_a_lab() -> None:
    asked = "import sys, cli.main; print([each for each in ('config.load', 'plan', 'numpy') if each in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
