"""However a command ends, whoever typed it sees its own words or one sentence, and the shell gets the exit code."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EMPTY = "it is empty; write the name of a folder in config/labs/, or a path such as ./house"
AGAINST = "name what to compare with: a git revision, a rendered folder, or the folder of a lab"


def run(*arguments: str, cwd: Path = ROOT, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *arguments]
    settings = {"capture_output": True, "text": True, "check": False, "timeout": 120, **options}
    return subprocess.run(command, cwd=cwd, **settings)  # pyright: ignore[reportCallIssue, reportArgumentType]


def test_a_group_without_a_command_shows_its_commands_and_asks_for_one() -> None:
    done = run("new")
    assert (done.returncode, done.stderr) == (2, "homelab: name one of the commands; see homelab new --help\n")
    assert "service" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["plan", "small"], "got unexpected extra argument(s) (small); did you mean --lab small?"),
        (["plan", "-f", "yaml"], "--format: 'yaml' is not one of 'text', 'json', 'markdown'; see homelab plan --help"),
        (["plan", "--nosuch"], "no such option: --nosuch; see homelab plan --help"),
        (["nosuch"], "no such command 'nosuch'; see homelab --help"),
        (["render"], "missing argument 'folder'; see homelab render --help"),
        (["adopt", "cluster", "mine"], "got unexpected extra argument(s) (mine); see homelab adopt cluster --help"),
        (["plan", "--lab", ""], f"--lab: {EMPTY}; see homelab plan --help"),
        (["plan", "--lab", " "], f"--lab: {EMPTY}; see homelab plan --help"),
        (["plan", "--against", ""], AGAINST),
        (["up", "--lab", ""], f"--lab: {EMPTY}; see homelab up --help"),
        (["explan"], "no such command 'explan'. Did you mean 'explain', 'plan'?"),
        (
            ["adopt", "clustr"],
            (
                "no such command 'clustr'; did you mean 'cluster'? If it is a machine, write "
                "`homelab adopt machines clustr`; see homelab adopt --help"
            ),
        ),
    ],
)
def test_a_command_line_that_is_none_is_answered_in_a_sentence(arguments: list[str], sentence: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"homelab: {sentence}\n")


@pytest.mark.parametrize("arguments", [["plan", "small"], ["plan", "--service", "nosuch"], ["plan", "--nosuch"]])
def test_programs_get_the_sentence_as_json(arguments: list[str]) -> None:
    done = run(*arguments, "--format", "json")
    assert done.returncode == 2
    assert done.stdout.startswith('{\n  "valid": false,\n  "message": "')
    assert done.stderr == ""


@pytest.mark.parametrize(
    "command",
    [
        ["up"],
        ["up", "--yes"],
        ["preflight"],
        ["doctor"],
        ["drift"],
        ["drain", "worker1"],
        ["scale"],
        ["upgrade"],
        ["rightsize"],
        ["adopt", "machines"],
        ["adopt", "hand-over"],
        ["rehearse"],
    ],
)
def test_a_lab_that_is_not_there_is_told_before_anything_is_asked(command: list[str], tmp_path: Path) -> None:
    done = run(*command, "--lab", "smal", env=os.environ | {"KUBECONFIG": str(tmp_path / "none"), "PATH": ""})
    assert done.returncode == 2
    assert "there is no such folder; did you mean 'small'?" in done.stdout


def test_a_folder_without_a_lab_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    done = run("plan", "--lab", f"{tmp_path}")
    needed = "site.yaml, networks.yaml, machines.yaml, cluster.yaml, tiers.yaml"
    assert done.stdout.startswith(f"{tmp_path}:1:1: is no lab: none of {needed}")
    assert len(done.stdout.splitlines()) == 1


def test_the_folder_of_all_labs_is_none() -> None:
    done = run("plan", "--lab", "./config/labs")
    assert done.stdout.endswith("; labs in it: prod, small\n")
    assert len(done.stdout.splitlines()) == 1


def test_the_folder_here_is_a_lab(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "config" / "labs" / "small", tmp_path / "house")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert run("plan", "--lab", ".", cwd=tmp_path / "house", env=environment).returncode == 0
    done = run("plan", "--lab", "house", cwd=tmp_path, env=environment)
    assert done.stdout.splitlines()[0].endswith("there is no such folder; did you mean ./house, the folder here?")


@pytest.mark.parametrize("arguments", [["plan", "--lab", "small"], ["plan", "--lab", "small", "--format", "json"]])
def test_a_reader_that_has_enough_is_no_error(arguments: list[str]) -> None:
    command = f"set -o pipefail; {sys.executable} -m cli {' '.join(arguments)} | head -c 9"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    "arguments", [["plan", "--lab", "small"], ["plan", "--lab", "small", "-f", "json"], ["--help"]]
)
def test_an_output_that_takes_nothing_is_told_in_a_sentence(arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        done = run(*arguments, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    sentence = "homelab: the output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (2, sentence)


def test_bars_are_drawn_with_what_the_terminal_has() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run("plan", "--lab", "small", "--all", env=environment)
    assert done.returncode == 0
    assert "########.... 44.0 GiB of 64.0 GiB" in done.stdout


@pytest.mark.parametrize("command", ["schema", "render"])
def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(command: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(command, f"{tmp_path}/file/folder")
    assert done.returncode == 2
    assert done.stderr.startswith(f"homelab: {tmp_path}/file")
    assert len(done.stderr.splitlines()) == 1


def test_an_interruption_ends_as_the_shell_expects() -> None:
    waiting = "import cli.run, signal, os; cli.run._invoke = lambda *_: os.kill(os.getpid(), signal.SIGINT)"
    code = f"{waiting}; raise SystemExit(cli.run.run(None, []))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, "homelab: interrupted\n")


def test_an_interruption_while_modules_load_ends_alike() -> None:
    code = "import sys, cli.__main__, builtins\nreal = __import__\ndef stop(name, *rest, **more):\n"
    code += "    if name == 'cli.main': raise KeyboardInterrupt\n    return real(name, *rest, **more)\n"
    code += "builtins.__import__ = stop\ncli.__main__.main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (130, "")


def test_another_copy_of_the_program_is_not_planned_by_this_one(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for part in ("cli", "config"):
        shutil.copytree(ROOT / part, copy / part)
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cli.main import main; sys.argv[1:] = ['plan']; main()"
    )
    done = subprocess.run([sys.executable, "-P", "-c", program], cwd=copy, capture_output=True, text=True, check=False)
    sentence = f"this is the program of {ROOT}, and {copy} has its own: `make plan` there sets up its .venv"
    assert (done.returncode, done.stderr) == (2, f"homelab: {sentence}\n")


def test_a_copy_whose_environment_was_copied_along_is_not_planned_from_elsewhere(tmp_path: Path) -> None:
    copy, script = tmp_path / "copy", tmp_path / "copy" / ".venv" / "bin" / "homelab"
    for part in ("cli", "config"):
        shutil.copytree(ROOT / part, copy / part)
    script.parent.mkdir(parents=True)
    script.write_text(f"import sys; sys.path.insert(0, {str(ROOT)!r}); from cli.main import main; main()")
    command = [sys.executable, "-P", script, "plan", "--lab", "small"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{copy} has its own: `make plan` there sets up its .venv" in done.stderr


def test_a_copy_whose_python_runs_is_not_planned_from_elsewhere(tmp_path: Path) -> None:
    """`copy/.venv/bin/python -m cli` finds the program that the environment was made for."""
    copy = tmp_path / "copy"
    for part in ("cli", "config"):
        shutil.copytree(ROOT / part, copy / part)
    code = f"import sys; sys.prefix = {str(copy / '.venv')!r}; sys.argv = ['{ROOT}/cli/__main__.py', 'plan']; "
    code += "from cli.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{copy} has its own: `make plan` there sets up its .venv" in done.stderr


def test_the_module_runs_in_a_folder_of_the_program(tmp_path: Path) -> None:
    """In config/, platform.py would be taken for Python's own."""
    command = [sys.executable, "-m", "cli", "--version"]
    done = subprocess.run(command, cwd=ROOT / "config", env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_copy_plans_its_own_lab(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for part in ("cli", "config", "plan", "operations", "observation"):
        shutil.copytree(ROOT / part, copy / part)
    shapes = copy / "config" / "labs" / "small" / "shapes.yaml"
    shapes.write_text(shapes.read_text().replace("memory: 32Gi", "memory: 999Gi"))
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = run("plan", "--lab", "small", cwd=copy, env=environment)
    assert done.returncode == 1
    assert "999.0 GiB" in done.stdout or "1,0" in done.stdout


@pytest.mark.parametrize("command", [["plan"], ["plan", "--all"], ["plan", "--service", "vaultwarden"], ["findings"]])
def test_no_text_of_a_lab_steers_the_terminal(command: list[str], tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    shutil.copytree(ROOT / "config" / "labs" / "small", lab)
    file = lab / "services" / "vaultwarden.yaml"
    lines = file.read_text().splitlines()
    steering = 'description: "\\e[2J\\x07\\u202e \\x9b31m"'
    file.write_text("\n".join(steering if line.startswith("description:") else line for line in lines))
    done = run(*command, "--lab", str(lab))
    assert done.returncode == 0
    assert all(line.isprintable() for line in done.stdout.splitlines())
