"""Each policy in `kyverno test`, without a cluster."""

import subprocess
from pathlib import Path

import pytest

from plan.tiers.policies.kyverno import RESIZE_SUFFIX
from rehearsal.tools import ToolMissing, path_of
from tests.conformance.kyverno import suites
from tests.plan.labs import plan_of

PLAN = plan_of("prod")


def test_every_policy_has_a_suite() -> None:
    """But for those on resizes, which `kyverno test` cannot send: test_resizes.py sends them."""
    names = {policy["metadata"]["name"] for policy in PLAN.policies}
    assert suites.names() == sorted(name for name in names if not name.endswith(RESIZE_SUFFIX))


def test_kyverno_says_to_each_object_what_its_suite_wants(tmp_path: Path) -> None:
    try:
        program = path_of("kubectl-kyverno")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    for name in suites.names():
        suites.write(PLAN, name, tmp_path / name)
    told = subprocess.run(
        [program, "test", tmp_path, "--remove-color", "--detailed-results"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "0 tests failed" in told.stdout
    for name in suites.names():
        assert f"│ {name} " in told.stdout, f"nothing was said of {name}"
