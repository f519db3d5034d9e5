"""The whole program, recorded once per lab and session."""

import gc
import runpy
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.folder import lab_folder
from config.load import load_lab
from plan import make_plan
from plan.model import Plan
from tests.recording import providers
from tests.recording.recorder import Answer, Recording, record

ROOT = Path(__file__).parents[2]
HIGHLY_AVAILABLE = "./tests/labs/high_availability"
TOKEN = "root@pam!homelab=00000000-0000-0000-0000-000000000000"
SSH_KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nthe private key for snippets\n"
SECRETS = ("homelab:kubeconfig", "homelab:proxmoxApiToken", "homelab:proxmoxSshPrivateKey")


@dataclass(frozen=True)
class Recorded:
    """A lab's plan, and what the program made of it."""

    plan: Plan
    recording: Recording


def config(lab: str, *, adopt: bool, kubeconfig: str = "") -> dict[str, str]:
    """The stack configuration of a lab."""
    return {
        "homelab:lab": lab,
        "homelab:adopt": str(adopt).lower(),
        "homelab:proxmoxEndpoint": "https://192.0.2.10:8006/",
        "homelab:proxmoxApiToken": TOKEN,
        "homelab:proxmoxSshPrivateKey": SSH_KEY,
        "homelab:kubeconfig": kubeconfig,
    }


def run_program() -> None:
    """Run the program as the engine does."""
    runpy.run_path(str(ROOT), run_name="__main__")


def recorded(name: str, answer: Answer | None = None) -> Recorded:
    """Record the program on a lab, or on one as if it were built "from nothing", with a Proxmox that answers."""
    lab, _, from_nothing = name.partition(" ")
    adopt = not from_nothing
    plan = make_plan(load_lab(ROOT / lab_folder(lab)), adopt=adopt)
    settings = config(lab, adopt=adopt, kubeconfig=providers.kubeconfig() if plan.credentials is None else "")
    gc.freeze()
    try:
        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.chdir(ROOT)
            monkeypatch.setattr("components.program.check_reachable", lambda *_: None)
            return Recorded(plan, record(run_program, settings, SECRETS, answer=answer))
    finally:
        gc.unfreeze()


@pytest.fixture(scope="session", params=["prod", "prod from nothing", "small", HIGHLY_AVAILABLE])
def program(request: pytest.FixtureRequest) -> Recorded:
    """The program, previewed on the lab that exists, on the same built from nothing, and on two that are new."""
    return recorded(request.param)


@pytest.fixture(scope="session", params=["prod from nothing", "small", HIGHLY_AVAILABLE])
def made(request: pytest.FixtureRequest) -> Recorded:
    """The program on labs that are made, where everything that it asks for comes to exist."""
    return recorded(request.param, providers.answer)
