"""A full folder for temporary files is told as such, and never as a fault of the lab."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.load import load_lab
from config.scratch import NoScratch, copy_lab, scratch_folder
from tests.plan.labs import FOLDERS, ROOT


def test_a_folder_is_there_for_its_owner_alone_and_gone_afterwards() -> None:
    with scratch_folder() as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_folder_goes_when_the_process_is_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
    program = (
        f"import os, signal; signal.signal({int(number)}, signal.SIG_DFL)\n"  # under nohup it would be ignored
        "from config.scratch import scratch_folder\n"
        "with scratch_folder() as outer, scratch_folder() as inner:\n"
        "    (inner / 'secret').write_text('x')\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    print('went on')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (-number, "")
    assert not [*tmp_path.iterdir()]


def test_a_handler_that_was_there_is_there_again() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with scratch_folder():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_copy_is_the_lab_and_nothing_that_lies_beside_it(tmp_path: Path) -> None:
    lab = Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))
    (lab / ".git").mkdir()
    (lab / ".git" / "pack").write_bytes(b"large")
    (lab / "recordings").mkdir()
    (lab / "recordings" / "film").write_bytes(b"larger")
    os.mkfifo(lab / "pipe")
    (lab / "gone.yaml").symlink_to("nowhere")
    with scratch_folder() as folder:
        copy = copy_lab(lab, folder)
        assert load_lab(copy).services == load_lab(FOLDERS["every_kind"]).services
        assert {".git", "recordings", "pipe"}.isdisjoint(each.name for each in copy.iterdir())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_write_that_finds_no_room_is_about_the_folder(number: int) -> None:
    said = r"takes no files, .*: make room, or name another folder with TMPDIR=FOLDER"
    with pytest.raises(NoScratch, match=said), scratch_folder():
        raise OSError(number, os.strerror(number))


def test_an_error_elsewhere_stays_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), scratch_folder():
        (tmp_path / "nowhere").read_bytes()


@pytest.mark.parametrize("command", [["migrate"], ["adopt", "manifests", "tests/golden/small"]])
def test_commands_name_the_folder(tmp_path: Path, command: list[str]) -> None:
    """It lets a probe be written and nothing else, as one that has just filled up."""
    lab = shutil.copytree(FOLDERS["every_kind"], tmp_path / "lab")
    site = lab / "site.yaml"
    site.write_text("\n".join(each for each in site.read_text().splitlines() if not each.startswith("format:")) + "\n")
    program = (
        "import os, sys\n"
        "place = sys.argv.pop(1)\n"
        "def full(event, args):\n"
        "    if event == 'open' and str(args[0]).startswith(place) and args[2] & os.O_WRONLY and "
        "args[0].endswith('.yaml'):\n"
        "        raise OSError(28, 'No space left on device')\n"
        "sys.addaudithook(full)\n"
        "from cli.main import main\n"
        "sys.exit(main())\n"
    )
    (tmp_path / "temporary").mkdir()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "temporary")}
    arguments = [sys.executable, "-c", program, str(tmp_path / "temporary"), *command, "--lab", str(lab)]
    done = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert f"homelab: {tmp_path / 'temporary'} takes no files" in done.stderr
