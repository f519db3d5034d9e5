"""The whole program, recorded once per lab and session."""

import gc
import runpy
from dataclasses import dataclass
from pathlib import Path

import pytest

from config.load import load_lab
from plan import make_plan
from plan.model import Plan
from tests.recording.recorder import Recording, record

ROOT = Path(__file__).parents[2]
KUBECONFIG = "apiVersion: v1\nkind: Config\n# the administrator's key\n"
TOKEN = "root@pam!homelab=00000000-0000-0000-0000-000000000000"
SECRETS = ("homelab:kubeconfig", "homelab:proxmoxApiToken")


@dataclass(frozen=True)
class Recorded:
    """A lab's plan, and what the program made of it."""

    plan: Plan
    recording: Recording


def config(lab: str, *, adopt: bool) -> dict[str, str]:
    """The stack configuration of a lab."""
    return {
        "homelab:lab": lab,
        "homelab:adopt": str(adopt).lower(),
        "homelab:proxmoxEndpoint": "https://192.0.2.10:8006/",
        "homelab:proxmoxApiToken": TOKEN,
        "homelab:kubeconfig": KUBECONFIG,
    }


def run_program() -> None:
    """What the engine runs."""
    runpy.run_path(str(ROOT), run_name="__main__")


def recorded(lab: str, *, adopt: bool, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Record the program on a lab, with a Proxmox that answers."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("components.reachability.check_reachable", lambda *_: None)
    plan = make_plan(load_lab(ROOT / "config" / lab), adopt=adopt)
    gc.freeze()
    try:
        return Recorded(plan, record(run_program, config(lab, adopt=adopt), SECRETS))
    finally:
        gc.unfreeze()


@pytest.fixture(scope="session", params=["prod", "prod from nothing", "small"])
def program(request: pytest.FixtureRequest) -> Recorded:
    """The program, recorded on the lab that exists, on the same built from nothing, and on the small one."""
    lab, _, from_nothing = request.param.partition(" ")
    with pytest.MonkeyPatch.context() as monkeypatch:
        return recorded(lab, adopt=not from_nothing, monkeypatch=monkeypatch)
