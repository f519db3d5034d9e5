"""Whole labs by the whole program: from nothing in one `up`, which a second one leaves as it is, and away again."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.control_plane import ToolMissing
from rehearsal.proxmox import State
from tests.conformance.proxmox.conftest import HOST, add_template
from tests.conformance.pulumi.live import TAKE_OVER, Live, live
from tests.conformance.pulumi.load_balancers import load_balancers
from tests.conformance.pulumi.stack import ROOT
from tests.plan.labs import FOLDERS

QUICK = {**TAKE_OVER, "PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
"""No `up` is cut off here, so the state need not be written anew for each object, which is nine tenths of the time."""


def every_kind(folder: Path) -> Path:
    """The lab with one service of each kind, its machines made by hand."""
    lab = Path(shutil.copytree(FOLDERS["every_kind"], folder / "every_kind"))
    machines = lab / "machines.yaml"
    machines.write_text(machines.read_text("utf-8").replace("  template: ubuntu\n", "  adopt: true\n"), "utf-8")
    return lab


def hosts(template: int) -> State:
    state = State.read(HOST)
    add_template(state, template)
    return state


def guard(lab: Live) -> tuple[int, str]:
    """The exit code of the guard, and its last line."""
    ran = subprocess.run(
        [sys.executable, "-m", "cli.main", "guard", "--lab", str(lab.lab)],
        cwd=ROOT,
        input=lab.stack.preview(),
        capture_output=True,
        text=True,
        check=False,
    )
    return ran.returncode, (ran.stdout + ran.stderr).splitlines()[-1]


def test_a_lab_with_every_kind_of_service_from_nothing(tmp_path: Path) -> None:
    try:
        with live(tmp_path, every_kind(tmp_path), QUICK, hosts(2000)) as lab:
            with load_balancers(lab.api, "10.0.20.200"):
                said = guard(lab)
                assert said == (0, "Nothing that runs is damaged.")
                made = lab.stack.must_up().output
            count = re.search(r"\+ (\d+) created", made)
            assert count is not None
            assert int(count[1]) > len(lab.plan.manifests)
            for each in lab.plan.manifests:
                names = each["metadata"]
                assert lab.api.get(each["apiVersion"], each["kind"], names["name"], names.get("namespace")), names
            lab.stack.must_up("--expect-no-changes")
            assert guard(lab) == (0, "Nothing that runs is damaged.")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
