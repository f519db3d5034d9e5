"""Secrets are never shown: not in a rendering, a plan, a log, or what the engine is asked for in plain."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.recording import providers
from tests.recording.conftest import ROOT, SSH_KEY, TOKEN, Recorded
from tests.recording.recorder import without_secrets

GIVEN = (TOKEN, SSH_KEY, "the-token-of-the-administrator")
"""Secrets of the stack's settings."""


def forms(secrets: Iterable[str]) -> frozenset[str]:
    """Secrets in every form in which they may be written."""
    return frozenset(form for secret in secrets for form in providers.appearances(secret))


@pytest.fixture(scope="module")
def secrets(made: Recorded) -> frozenset[str]:
    """Every secret of a lab that is made."""
    return forms((*GIVEN, *providers.secrets_of(made.recording.resources)))


def leaks(shown: str, secrets: Iterable[str]) -> list[str]:
    return [secret for secret in secrets if secret in shown]


def asked_in_plain(made: Recorded) -> Iterator[tuple[str, str]]:
    """Parts of the resources and outputs that anybody can see, by URN."""
    for resource in made.recording.resources.values():
        yield resource.urn, json.dumps(without_secrets(resource.inputs))
    for urn, outputs in made.recording.outputs.items():
        yield urn, json.dumps(without_secrets(outputs))


def test_the_engine_is_asked_for_no_secret_in_plain(made: Recorded, secrets: frozenset[str]) -> None:
    assert [(urn, found) for urn, shown in asked_in_plain(made) if (found := leaks(shown, secrets))] == []


def test_a_preview_shows_no_secret_of_the_settings(program: Recorded) -> None:
    assert [urn for urn, shown in asked_in_plain(program) if leaks(shown, forms(GIVEN))] == []


def test_the_secrets_do_reach_the_engine(made: Recorded, secrets: frozenset[str]) -> None:
    asked = json.dumps([resource.inputs for resource in made.recording.resources.values()])
    assert TOKEN in asked
    keys = [resource for resource in made.recording.resources.values() if resource.type == providers.KEY]
    assert len(keys) == 5
    assert all(leaks(asked, forms([providers.private_key(key.name)])) for key in keys)


def test_what_providers_make_of_a_secret_is_marked_as_one(made: Recorded) -> None:
    """The engine marks what a provider answers by these lists, and encrypts it in the state."""
    expected = {
        providers.KEY: {"privateKeyPem", "privateKeyOpenssh", "privateKeyPemPkcs8"},
        providers.PASSWORD: {"result", "bcryptHash"},
        providers.SNIPPET: {"sourceRaw"},
        "kubernetes:core/v1:Secret": {"data", "stringData"},
    }
    for resource in made.recording.resources.values():
        assert expected.get(resource.type, set()) <= resource.secret_outputs, resource.urn


def test_nothing_is_logged(made: Recorded, secrets: frozenset[str]) -> None:
    assert leaks("\n".join(made.recording.log), secrets) == []


@pytest.mark.parametrize("lab", ["prod", "small"])
def test_a_plan_and_a_rendering_hold_no_secret_that_is_lying_around(
    lab: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are made before there are keys; what could get in is what the environment has."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PROXMOX_VE_API_TOKEN", TOKEN)
    monkeypatch.setenv("PROXMOX_VE_SSH_PRIVATE_KEY", SSH_KEY)
    commands = (["plan"], ["plan", "--format", "json"], ["render", str(tmp_path)], ["explain", "traefik"])
    results = [CliRunner().invoke(app, [*command, "--lab", lab]) for command in commands]
    files = [file.read_text() for file in tmp_path.rglob("*") if file.is_file()]
    assert all(result.output for result in results)
    assert files
    shown = "".join([*files, *(result.output for result in results)])
    assert leaks(shown, forms(GIVEN)) == []


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_a_secret_is_found_inside_of_what_is_encoded(before: str) -> None:
    encoded = base64.b64encode(f"{before}{TOKEN}, and more".encode()).decode()
    assert leaks(encoded, forms([TOKEN]))
