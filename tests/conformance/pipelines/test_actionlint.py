"""The workflows, read by actionlint: expressions, contexts, shell scripts within."""

import subprocess

import pytest

from rehearsal.tools import ToolMissing, path_of
from tests.plan.labs import ROOT

OWN_LABELS = "self-hosted-runner: {labels: [docker, lab]}\n"
"""Labels of Forgejo's runners, which GitHub does not know."""


@pytest.mark.parametrize("folder", [".github", ".forgejo"])
def test_actionlint_finds_nothing(folder: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        actionlint = path_of("actionlint")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    settings = tmp_path_factory.mktemp("actionlint") / "actionlint.yaml"
    settings.write_text(OWN_LABELS, encoding="utf-8")
    files = sorted((ROOT / folder / "workflows").glob("*.yaml"))
    done = subprocess.run([actionlint, "-config-file", settings, *files], capture_output=True, text=True, check=False)
    assert len(files) == 2
    assert done.returncode == 0, done.stdout + done.stderr
