"""Whole labs by the whole program: from nothing in one `up`, which a second one leaves as it is, and away again."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
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


def prod(folder: Path) -> Path:
    """The whole of the owner's lab, whose machines are made by hand anyway."""
    return Path(shutil.copytree(FOLDERS["prod"], folder / "prod"))


def host() -> State:
    """With the template that both labs have."""
    state = State.read(HOST)
    add_template(state, 2000)
    return state


def assert_harmless(lab: Live) -> None:
    """The guard says of a preview of the lab that nothing is damaged."""
    ran = subprocess.run(
        [sys.executable, "-m", "cli.main", "guard", "--lab", str(lab.lab)],
        cwd=ROOT,
        input=lab.stack.preview(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout.splitlines()[-1:]) == (0, ["Nothing that runs is damaged."]), ran.stdout


@pytest.mark.parametrize("lab_of", [every_kind, prod])
def test_from_nothing_in_one_up_and_a_second_one_changes_nothing(
    tmp_path: Path, lab_of: Callable[[Path], Path]
) -> None:
    try:
        with live(tmp_path, lab_of(tmp_path), QUICK, host()) as lab:
            with load_balancers(lab.api, "10.0.20.200"):
                assert_harmless(lab)
                made = lab.stack.must_up().output
            count = re.search(r"\+ (\d+) created", made)
            assert count is not None
            assert int(count[1]) > len(lab.plan.manifests)
            for each in lab.plan.manifests:
                names = each["metadata"]
                assert lab.api.get(each["apiVersion"], each["kind"], names["name"], names.get("namespace")), names
            lab.stack.must_up("--expect-no-changes")
            assert_harmless(lab)
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
