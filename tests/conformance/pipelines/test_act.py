"""The review of a pull request, run as its workflow says by a runner of actions, against a forge on this machine.

The runner starts the steps on this machine, not in a container. A stand-in for actions/checkout gives the revisions of
a repository that was made here; everything else is the workflow's own, the set-up of the program among it.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from rehearsal.tools import ToolMissing, path_of
from tests.operations.review.forge import FakeForge, running
from tests.plan.labs import ROOT

TOKEN = "a-token-that-no-log-shows"
WORKFLOW = ".github/workflows/lab.yaml"
CHECKOUT = """
name: checkout
description: Gives a revision of the repository in $REPOSITORY
inputs: {ref: {}, path: {}, persist-credentials: {}, fetch-depth: {}}
runs:
  using: composite
  steps:
    - shell: bash
      run: mkdir -p "./$INTO" && git -C "$REPOSITORY" archive "$REVISION" | tar -x -C "./$INTO"
      env: {REVISION: "${{ inputs.ref }}", INTO: "${{ inputs.path }}"}
"""


class PullRequest(NamedTuple):
    """A repository with a revision that changes a lab."""

    repository: Path
    base: str
    head: str


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    return subprocess.run(["git", "-C", folder, *who, *arguments], check=True, capture_output=True, text=True).stdout


def committed(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All of it")
    return git(folder, "rev-parse", "HEAD").strip()


@pytest.fixture
def pull_request(tmp_path: Path) -> PullRequest:
    """This checkout with more CPU for a service, and a program that would tell the token."""
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet")
    files = [each for each in git(ROOT, "ls-files", "-z").split("\0") if each and not each.startswith("tests/")]
    for name in files:
        if (ROOT / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            (repository / name).write_bytes((ROOT / name).read_bytes())
            (repository / name).chmod((ROOT / name).stat().st_mode)
    git(repository, "remote", "add", "origin", "https://forge.example/me/lab.git")
    base = committed(repository)
    service = repository / "config" / "labs" / "prod" / "services" / "cyberchef.yaml"
    text = service.read_text(encoding="utf-8")
    service.write_text(text.replace("cpu: 10m", "cpu: 20m"), encoding="utf-8")
    for name in (".ci/review", "environment.py", "cli/main.py"):
        (repository / name).write_text("#!/bin/sh\necho the code of the pull request runs\nenv\n", encoding="utf-8")
    return PullRequest(repository, base, committed(repository))


def _elsewhere(home: Path) -> dict[str, str]:
    """The environment of somebody else, who does not import this checkout."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}


def test_a_review_runs_the_program_of_the_target_branch_and_comments(pull_request: PullRequest, tmp_path: Path) -> None:
    try:
        act = path_of("act")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    stand_in = tmp_path / "checkout"
    stand_in.mkdir()
    (stand_in / "action.yml").write_text(CHECKOUT, encoding="utf-8")
    git(stand_in, "init", "--quiet")
    committed(stand_in)
    event = {
        "repository": {"full_name": "me/lab"},
        "pull_request": {
            "number": 12,
            "base": {"sha": pull_request.base, "ref": "main"},
            "head": {"sha": pull_request.head, "ref": "change", "repo": {"full_name": "me/lab"}},
        },
    }
    (tmp_path / "event.json").write_text(json.dumps(event), encoding="utf-8")
    workflow = yaml.safe_load((ROOT / WORKFLOW).read_text(encoding="utf-8"))
    (used,) = {each["uses"] for each in workflow["jobs"]["review"]["steps"] if "uses" in each}
    git(pull_request.repository, "checkout", "--quiet", pull_request.base)
    with running(FakeForge("gitea", token=TOKEN)) as forge:
        variables = {
            "REPOSITORY": str(pull_request.repository),
            "GITHUB_API_URL": forge.address,
            "GITHUB_REPOSITORY": "me/lab",
        }
        given = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
        done = subprocess.run(
            [
                act, "pull_request", "--job", "review", "--workflows", WORKFLOW, "--eventpath", tmp_path / "event.json",
                "--platform", "ubuntu-24.04=-self-hosted", "--local-repository", f"{used}={stand_in}",
                "--secret", f"GITHUB_TOKEN={TOKEN}", *given,
            ],
            cwd=pull_request.repository,
            env=_elsewhere(tmp_path / "home"),
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    log = done.stdout + done.stderr
    assert done.returncode == 0, log
    assert "Comment on pull request 12: created." in log
    assert "the code of the pull request runs" not in log
    assert TOKEN not in log
    (comment,) = forge.comments
    assert comment["body"].startswith("<!-- homelab review prod -->\n### prod: nothing that runs is damaged\n")
    assert "**Changes**: 1 service changed." in comment["body"]
