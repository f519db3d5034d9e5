"""Objects that a cluster has already, when the program declares them for the first time."""

from pathlib import Path

import pytest

from rehearsal.control_plane import ToolMissing, control_plane
from rehearsal.installation import is_released
from rehearsal.proxmox import emulator
from tests.conformance.proxmox.conftest import host_with_template
from tests.conformance.pulumi.stack import MACHINES, only
from tests.conformance.pulumi.test_adopt import Lab, adopted_small

DEFAULTS = only(*MACHINES, "**index:ClusterDefaults**")
TAKE_OVER = {"PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "true"}


def test_what_exists_is_refused_unless_it_is_to_be_taken_over(tmp_path: Path) -> None:
    if not is_released("kubernetes"):
        pytest.skip("not run: the plugin kubernetes is built from a revision before 4.29, the first that refuses")
    with emulator(host_with_template()) as proxmox:
        lab = Lab(adopted_small(tmp_path), proxmox)
        try:
            with control_plane(lab.plan) as running:
                (first, *_) = lab.plan.defaults
                running.api.apply(first, manager="somebody-else")
                stack = lab.stack()
                stack.set("kubeconfig", running.kubeconfig.read_text(encoding="utf-8"), secret=True)
                refused = stack.up(*DEFAULTS)
                assert (refused.succeeded, "already exists" in refused.output) == (False, True)
                stack.must_up(*DEFAULTS, environment=TAKE_OVER)
                stack.must_up(*DEFAULTS)
        except ToolMissing as missing:
            pytest.skip(f"not run: {missing}")
