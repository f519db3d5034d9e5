"""The pipelines: a pull request's own code runs without a secret, and what comes from elsewhere is pinned by digest."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.plan.labs import ROOT

WORKFLOWS = sorted((*ROOT.glob(".github/workflows/*.yaml"), *ROOT.glob(".forgejo/workflows/*.yaml")))
PIPELINES = sorted(ROOT.glob(".woodpecker/*.yaml"))
SCRIPTS = sorted(each for each in (ROOT / ".ci").iterdir() if each.is_file())


def read(file: Path) -> dict[str, Any]:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for file in WORKFLOWS:
        for name, job in read(file)["jobs"].items():
            yield f"{file.parent.parent.name}/{file.name}/{name}", job


JOBS = dict(jobs())


def test_there_are_pipelines_for_three_forges() -> None:
    assert {each.rpartition("/")[2] for each in JOBS} == {"check", "oldest", "review", "preview", "apply", "drift"}
    assert [each.stem for each in PIPELINES] == ["apply", "check", "drift", "review"]


@pytest.mark.parametrize("file", [*WORKFLOWS, *PIPELINES], ids=str)
def test_actions_and_images_are_pinned_by_digest(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for used in re.findall(r"uses: (\S+.*)", text):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v[\d.]+", used), used
    for image in re.findall(r"image: (?:&\w+ )?([^*\s]\S*)", text):
        assert re.search(r"@sha256:[0-9a-f]{64}$", image), image


@pytest.mark.parametrize("name", JOBS)
def test_secrets_and_a_pull_requests_own_code_never_meet(name: str) -> None:
    job = JOBS[name]
    text = yaml.safe_dump(job)
    if "secrets." not in text and "github.token" not in text:
        return
    condition = job.get("if", "")
    for_pull_requests = "event_name == 'pull_request'" in condition
    assert for_pull_requests or "ref == 'refs/heads/main'" in condition
    if not for_pull_requests:
        return
    assert "github.event.pull_request.head.repo.full_name == github.repository" in condition
    assert "github.base_ref == 'main'" in condition, "another branch may hold anybody's program"
    checkouts = [each["with"] for each in job["steps"] if "checkout" in each.get("uses", "")]
    own = [each for each in checkouts if "path" not in each]
    assert [each["ref"] for each in own] == ["${{ github.event.pull_request.base.sha }}"]
    assert [each["path"] for each in checkouts if each not in own] == ["proposed"]
    assert [each["run"] for each in job["steps"] if "run" in each][-1] == ".ci/review"
    if "secrets." in text:
        assert job["environment"] == "preview"


@pytest.mark.parametrize("name", JOBS)
def test_a_secret_is_given_to_one_step_and_not_to_a_job(name: str) -> None:
    assert "secrets." not in str(JOBS[name].get("env", {}))


@pytest.mark.parametrize("file", PIPELINES, ids=str)
def test_a_woodpecker_pipeline_of_pull_requests_has_no_secret(file: Path) -> None:
    content = read(file)
    whens = content["when"]
    events = [
        event for each in whens for event in ([each["event"]] if isinstance(each["event"], str) else each["event"])
    ]
    assert not ("pull_request" in events and "from_secret" in yaml.safe_dump(content))


def test_a_woodpecker_run_on_a_pull_request_is_started_by_hand_and_applies_nothing() -> None:
    review, apply = (read(ROOT / ".woodpecker" / f"{name}.yaml") for name in ("review", "apply"))
    assert review["when"] == [{"event": "manual", "branch": "main", "evaluate": 'PULL_REQUEST matches "^[0-9]+$"'}]
    assert all('PULL_REQUEST == ""' in each["evaluate"] for each in apply["when"] if "manual" in each["event"])
    (step,) = review["steps"]
    assert ".ci/apply" not in str(step["commands"])
    assert step["commands"][-1].endswith(".ci/review")


def test_a_variable_that_is_not_set_is_an_empty_text_to_woodpecker() -> None:
    """A condition has an environment of texts: one that is missing is never nil."""
    for file in (ROOT / ".woodpecker").glob("*.yaml"):
        for each in yaml.safe_load(file.read_text(encoding="utf-8"))["when"]:
            assert "nil" not in each.get("evaluate", ""), file.name


@pytest.mark.parametrize("name", [each for each in JOBS if each.rpartition("/")[2] in ("apply", "drift")])
def test_two_runs_never_apply_at_once(name: str) -> None:
    concurrency = JOBS[name]["concurrency"]
    assert concurrency["cancel-in-progress"] is False
    assert concurrency["group"].endswith("-prod")


def test_zizmor_finds_nothing() -> None:
    zizmor = Path(sys.executable).parent / "zizmor"
    done = subprocess.run([zizmor, "--offline", *WORKFLOWS], capture_output=True, text=True, check=False)
    assert (done.returncode, "No findings to report" in done.stdout) == (0, True), done.stdout + done.stderr


def test_scripts_pass_shellcheck() -> None:
    subprocess.run([Path(sys.executable).parent / "shellcheck", *SCRIPTS], check=True)


class Runner:
    """A clone in which `homelab` writes down its arguments, and `make` does nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in (".ci", ".venv/bin", "bin"):
            (folder / name).mkdir(parents=True)
        for script in SCRIPTS:
            (folder / ".ci" / script.name).write_bytes(script.read_bytes())
            (folder / ".ci" / script.name).chmod(0o755)
        says = 'case "$*" in *--against*) echo "${CHANGE:-}";; esac'
        self._program(".venv/bin/homelab", f'printf "%s\\n" "$@" >> "$LOG"; {says}; exit "${{CODE:-0}}"')
        self._program("bin/make", "exit 0")
        self._program("bin/pulumi", 'echo "$@" >> "$LOG"; echo "a kubeconfig with a key"')
        self._git("init", "--quiet")

    def commit(self, message: str) -> None:
        self._git("commit", "--quiet", "--allow-empty", "--message", message)

    def run(self, script: str, **variables: str) -> tuple[int, list[str], str]:
        """Exit code, what `homelab` and `pulumi` were told, and what a log of the run shows."""
        log = self.folder / "log"
        log.write_text("", encoding="utf-8")
        environment = {**os.environ, "LOG": str(log), "PATH": f"{self.folder}/bin:{os.environ['PATH']}", **variables}
        done = subprocess.run(
            [self.folder / ".ci" / script], env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, log.read_text(encoding="utf-8").splitlines(), done.stdout + done.stderr

    def _program(self, name: str, body: str) -> None:
        (self.folder / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (self.folder / name).chmod(0o755)

    def _git(self, *arguments: str) -> None:
        who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
        subprocess.run(["git", "-C", self.folder, *who, *arguments], check=True)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path / "clone with a space")


def test_main_is_applied_without_an_allowance_by_default(runner: Runner) -> None:
    runner.commit("photos: double the memory\n\nIt says --allow REPLACE:k8s-node3 in the middle of a sentence.")
    assert runner.run("apply")[:2] == (0, ["up", "--stack", "prod", "--yes"])


def test_lines_of_the_merged_commit_allow_what_they_name(runner: Runner) -> None:
    runner.commit("nodes: replace one\n\nIt is empty.\n\nHomelab-Allow: REPLACE:k8s-node3\nHomelab-Allow: DELETE:a b")
    allowed = ["--allow", "REPLACE:k8s-node3", "--allow", "DELETE:a b"]
    assert runner.run("apply")[:2] == (0, ["up", "--stack", "prod", "--yes", *allowed])
    runner.commit("photos: double the memory")
    assert "--allow" not in runner.run("apply")[1]


def test_a_line_of_the_merged_commit_names_the_steps_that_were_judged(runner: Runner) -> None:
    runner.commit("photos: double the memory\n\nHomelab-Judged: 0123456789abcdef")
    assert runner.run("apply")[:2] == (0, ["up", "--stack", "prod", "--yes", "--judged", "0123456789abcdef"])
    assert runner.run("apply", ONLY_JUDGED="true")[0] == 0


def test_nothing_that_nobody_judged_is_applied_where_that_is_asked_for(runner: Runner) -> None:
    runner.commit("photos: double the memory")
    code, told, log = runner.run("apply", ONLY_JUDGED="true")
    assert (code, told) == (1, [])
    assert "no line Homelab-Judged" in log


def test_a_run_by_hand_allows_what_it_names(runner: Runner) -> None:
    runner.commit("photos: double the memory")
    code, told, _ = runner.run("apply", ALLOW="REPLACE:k8s-node3\n$(touch hacked)", LAB="small")
    assert (code, told) == (
        0,
        ["up", "--stack", "small", "--yes", "--allow", "REPLACE:k8s-node3", "--allow", "$(touch hacked)"],
    )
    assert not list(runner.folder.glob("hacked"))


def test_a_run_stops_where_the_guard_does(runner: Runner) -> None:
    runner.commit("photos: double the memory")
    assert runner.run("apply", CODE="1")[0] == 1


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (2, 2)])
def test_drift_is_no_failure_of_the_run_and_no_answer_is(code: int, ends: int, runner: Runner) -> None:
    runner.commit("one")
    done, told, log = runner.run("drift", CODE=str(code))
    assert done == ends
    assert told[0] == "stack output kubeconfig --stack prod --show-secrets"
    assert told[1:4] == ["drift", "--lab", "prod"]
    assert "a kubeconfig with a key" not in log


WITH_SECRETS = {"PROPOSED": "proposed", "PULL_REQUEST": "12", "PULUMI_BACKEND_URL": "s3://state"}
NOTHING_DONE = '{"consequences": []}'


def proposed(runner: Runner) -> Path:
    lab = runner.folder / "proposed" / "config" / "labs" / "prod"
    lab.mkdir(parents=True)
    return lab


def test_a_review_reads_the_files_of_the_pull_request_and_nothing_else_of_it(runner: Runner) -> None:
    proposed(runner)
    (runner.folder / "proposed" / ".venv" / "bin").mkdir(parents=True)
    code, told, _ = runner.run("review", PROPOSED="proposed", PULL_REQUEST="12", PULUMI_BACKEND_URL="")
    assert code == 0
    assert told[:5] == ["plan", "--lab", "proposed/config/labs/prod/", "--format", "json"]
    assert told[-2:] == ["--pull-request", "12"]
    assert "--guard" not in told


def test_a_review_names_what_the_last_commit_of_the_pull_request_allows(runner: Runner) -> None:
    proposed(runner)
    runner.commit("x\n\nHomelab-Allow: DELETE:a b\nHomelab-Allow: --lab")
    _, told, _ = runner.run("review", PROPOSED="proposed", PULL_REQUEST="12", PULUMI_BACKEND_URL="")
    assert [each for each in told if each.startswith("--proposes")] == ["--proposes=DELETE:a b", "--proposes=--lab"]


def test_a_review_with_a_backend_previews_and_never_applies(runner: Runner) -> None:
    proposed(runner)
    _, told, _ = runner.run("review", **WITH_SECRETS, CHANGE=NOTHING_DONE)
    assert "config set --stack prod homelab:lab proposed/config/labs/prod/" in told
    assert told.count("up") == told.count("--dry-run") == 1
    assert "--yes" not in told
    assert "--guard" in told


@pytest.mark.parametrize(
    "change",
    [
        "",
        "{",
        '{"valid": false, "message": "\\"consequences\\": no lab"}',
        '{"consequences": [{"effect": "REDIRECT"}]}',
    ],
)
def test_a_lab_that_leads_to_other_hosts_is_not_previewed(change: str, runner: Runner) -> None:
    """The engine signs in to them with the tokens of the stack, whoever they are."""
    proposed(runner)
    code, told, log = runner.run("review", **WITH_SECRETS, CHANGE=change)
    assert code == 0
    assert "up" not in told
    assert not any(each.startswith("config set") for each in told)
    assert "--guard" not in told
    assert "not previewed" in log


@pytest.mark.parametrize("linked", ["config", "config/labs", "config/labs/prod"])
def test_a_review_follows_no_link_to_the_lab(linked: str, runner: Runner) -> None:
    proposed(runner)
    folder = runner.folder / "proposed" / linked
    folder.rename(runner.folder / "elsewhere")
    folder.symlink_to(runner.folder / "elsewhere")
    code, told, log = runner.run("review", **WITH_SECRETS, CHANGE=NOTHING_DONE)
    assert (code, told) == (2, [])
    assert "link" in log


def test_hosts_are_known_to_a_runner_that_knew_none(runner: Runner) -> None:
    runner.commit("nodes: add one")
    known = runner.folder / "home" / ".ssh" / "known_hosts"
    for given, stands in (
        ("", None),
        ("192.0.2.1 first", "192.0.2.1 first\n"),
        ("192.0.2.1 later", "192.0.2.1 first\n"),
    ):
        assert runner.run("apply", HOME=str(runner.folder / "home"), KNOWN_HOSTS=given)[0] == 0
        assert (known.read_text(encoding="utf-8") if known.exists() else None) == stands


def test_a_links_name_gives_the_runner_no_command(runner: Runner) -> None:
    (proposed(runner) / "a\n::error::b.yaml").symlink_to("/proc/self/environ")
    code, _, log = runner.run("review", PROPOSED="proposed", PULL_REQUEST="12")
    assert (code, "is a link" in log) == (2, True)
    assert not any(line.startswith("::") for line in log.splitlines())


def test_a_review_follows_no_link_out_of_the_lab(runner: Runner) -> None:
    (proposed(runner) / "site.yaml").symlink_to("/proc/self/environ")
    code, told, log = runner.run("review", PROPOSED="proposed", PULL_REQUEST="12")
    assert (code, told) == (2, [])
    assert "site.yaml is a link" in log
