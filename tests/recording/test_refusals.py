"""Where it cannot continue, the program says so, and leaves everything undeclared."""

import shutil
import socket
from pathlib import Path

import pulumi
import pytest

from tests.recording.conftest import ROOT, SECRETS, config, run_program
from tests.recording.recorder import Recording, record


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small lab, to be spoilt."""
    monkeypatch.chdir(ROOT)
    return Path(shutil.copytree(ROOT / "config" / "labs" / "small", tmp_path / "small"))


def refused(settings: dict[str, str]) -> tuple[str, Recording]:
    """The sentence with which the program ends, and what it did until then."""
    recording = Recording()
    with pytest.raises(pulumi.RunError) as error:
        record(run_program, settings, SECRETS, recording)
    assert recording.objects == []
    return str(error.value), recording


def test_an_invalid_lab_is_refused_with_every_problem(lab: Path) -> None:
    with (lab / "tiers.yaml").open("a") as tiers:
        tiers.write("\nfirst: {}\nsecond: {}\n")
    sentence, recording = refused(config(str(lab), adopt=False))
    assert sentence == f"The lab {lab} is invalid."
    assert any(f"{lab}/tiers.yaml:" in problem and "first" in problem for problem in recording.errors)
    assert any(f"{lab}/tiers.yaml:" in problem and "second" in problem for problem in recording.errors)


def test_a_lab_that_does_not_exist_is_refused() -> None:
    sentence, recording = refused(config("/nowhere/lab", adopt=False))
    assert sentence == "The lab /nowhere/lab is invalid."
    (problem,) = recording.errors
    assert problem.startswith("/nowhere/lab:1:1: there is no such ")


def test_a_plan_with_errors_is_refused_with_every_finding(lab: Path) -> None:
    service = lab / "services" / "freshrss.yaml"
    service.write_text(service.read_text().replace("memory: ", "memory: 90Gi # "))
    sentence, recording = refused(config(str(lab), adopt=False))
    assert sentence == f"The lab {lab} cannot be declared as it is planned."
    assert any(str(service) in finding for finding in recording.errors)


def test_adopting_without_proxmox_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with socket.socket() as taken:  # nobody else gets the port, and nobody listens
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        closed = {"homelab:proxmoxEndpoint": f"https://127.0.0.1:{port}/"}
        sentence, recording = refused(config("prod", adopt=True) | closed)
    assert sentence.startswith(f"Proxmox at https://127.0.0.1:{port}/ does not answer (Connection refused)")
    assert recording.errors == []
