"""Files are whole or as they were, one run writes after the other, and nobody's edit is written over."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from config import writing
from config.writing import (
    NotAlone,
    OutsidePath,
    alone_in,
    clear_unused,
    is_unused,
    state_of,
    write_file,
    write_inside,
    write_lab,
)

TEXTS = {"services/wiki.yaml": "kind: app\n", "services/wiki/objects.yaml": "{}\n", "cluster.yaml": "name: new\n"}


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A lab with one file."""
    (tmp_path / "lab" / "services").mkdir(parents=True)
    (tmp_path / "lab" / "cluster.yaml").write_text("name: lab\n", encoding="utf-8")
    return tmp_path / "lab"


def contents(folder: Path) -> dict[str, str]:
    return {str(each.relative_to(folder)): each.read_text() for each in folder.rglob("*") if each.is_file()}


def test_files_are_written_over_what_was_read(lab: Path) -> None:
    write_lab(lab, TEXTS, state_of(lab))
    assert contents(lab) == TEXTS


def test_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    write_lab(tmp_path / "new", TEXTS, state_of(tmp_path / "new"))
    assert contents(tmp_path / "new") == TEXTS


@pytest.mark.parametrize("edit", ["another text", "a service more", "a file less", "a folder that was not there"])
def test_an_edit_made_meanwhile_stops_it(lab: Path, edit: str) -> None:
    read = state_of(lab)
    match edit:
        case "another text":
            (lab / "cluster.yaml").write_text("name: other\n", encoding="utf-8")
        case "a service more":
            (lab / "services" / "mail.yaml").write_text("kind: app\n", encoding="utf-8")
        case "a file less":
            (lab / "cluster.yaml").unlink()
        case _:
            read = state_of(lab / "nowhere")
    before = contents(lab)
    with pytest.raises(NotAlone, match="was edited meanwhile; nothing was written"):
        write_lab(lab, TEXTS, read)
    assert contents(lab) == before


def test_a_file_keeps_its_mode_its_line_ends_and_the_link_that_leads_to_it(lab: Path) -> None:
    file, link = lab / "cluster.yaml", lab / "site.yaml"
    file.chmod(0o640)
    link.symlink_to(file)
    write_lab(lab, {"site.yaml": "new\r\n"})
    assert file.read_bytes() == b"new\r\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(contents(lab)) == ["cluster.yaml", "site.yaml"]


@pytest.mark.parametrize("name", ["../mine", "/mine", "services/../../mine", "", "a\0b"])
def test_nothing_is_written_outside(lab: Path, name: str) -> None:
    with pytest.raises(OutsidePath, match="leads out of"):
        write_lab(lab, {name: ""})
    with pytest.raises(OutsidePath, match="leads out of"):
        write_inside(lab, name, "")
    assert [each.name for each in lab.parent.iterdir()] == ["lab"]


def test_of_two_runs_at_once_one_is_told_of_the_other(lab: Path) -> None:
    read = state_of(lab)
    told: list[str] = []

    def run(number: int) -> None:
        try:
            write_lab(lab, {f"services/{number}.yaml": ""}, read)
        except NotAlone as error:
            told.append(str(error))

    runs = [Thread(target=run, args=(number,)) for number in range(8)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert len(told) == 7
    assert len(contents(lab)) == 2


def test_two_runs_at_once_that_write_one_file_leave_it_whole(tmp_path: Path) -> None:
    """One name stands for the unfinished file of both."""
    told: list[str] = []

    def run(letter: str) -> None:
        try:
            for _ in range(50):
                write_file(tmp_path / "lab.html", letter * 100_000)
        except OSError as error:
            told.append(str(error))

    runs = [Thread(target=run, args=(letter,)) for letter in "abc"]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    assert told == []
    assert contents(tmp_path)["lab.html"] in {letter * 100_000 for letter in "abc"}


def test_a_pipe_is_written_to_its_reader_and_not_waited_for_without_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    write_file(pipe, "x" * 200_000)
    reader.join()
    assert read == ["x" * 200_000]
    monkeypatch.setattr(writing, "LONGEST_WAIT_FOR_READER", 0.1)
    with pytest.raises(OSError, match="nobody reads this pipe"):
        write_file(pipe, "x")


def test_a_folder_in_the_place_of_a_file_is_told_by_the_name_of_the_file(lab: Path) -> None:
    (lab / "services" / "wiki.yaml").mkdir()
    with pytest.raises(IsADirectoryError) as raised:
        write_lab(lab, TEXTS)
    assert raised.value.filename == str(lab / "services" / "wiki.yaml")


def test_who_waits_for_another_run_is_told_in_the_end(lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "LONGEST_WAIT", 0.1)
    with alone_in(lab), pytest.raises(NotAlone, match="another run has been writing into"):
        write_lab(lab, TEXTS)
    assert contents(lab) == {"cluster.yaml": "name: lab\n"}


WRITE = "import sys; from pathlib import Path; from config.writing import {0}; {1}"
LAB = WRITE.format("write_lab", "write_lab(Path(sys.argv[1]), {'cluster.yaml': 'x' * 9000, 'more.yaml': 'x' * 90000})")
ONE = WRITE.format("write_file", "write_file(Path(sys.argv[1]) / 'cluster.yaml', 'x' * 90000)")


@pytest.mark.parametrize("program", [LAB, ONE])
def test_a_full_disk_leaves_everything_as_it_was(lab: Path, program: str) -> None:
    """A limit on the size of files stands for the disk."""

    def full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    done = subprocess.run([sys.executable, "-c", program, lab], preexec_fn=full, capture_output=True, text=True)
    assert "OSError: [Errno 27] File too large" in done.stderr
    assert contents(lab) == {"cluster.yaml": "name: lab\n"}


def test_what_went_wrong_is_told_of_the_file_and_not_of_what_is_written_first(
    lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system that is mounted read-only refuses to remove a file that is not there, too."""

    def refused(self: Path, *_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system", str(self))

    monkeypatch.setattr(Path, "unlink", refused)
    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(OSError, match="Read-only") as raised:
        write_lab(lab, TEXTS)
    assert raised.value.filename == str(lab / "services" / "wiki.yaml")


@pytest.mark.parametrize("kill_at", range(5))
def test_a_run_that_is_killed_before_its_end_leaves_every_file_whole(lab: Path, kill_at: int) -> None:
    """It dies at one of its calls of fsync and rename; the next run writes all the same."""
    program = (
        "import os, signal, sys; from pathlib import Path; from config.writing import write_lab\n"
        "left = [int(sys.argv[2])]\n"
        "def count(event, _):\n"
        "    if event == 'os.rename' or event == 'open' and str(_[0]).endswith('.new'):\n"
        "        left[0] -= 1\n"
        "        if left[0] < 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.addaudithook(count)\n"
        f"write_lab(Path(sys.argv[1]), {TEXTS!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", program, lab, str(kill_at)], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    seen = {name: text for name, text in contents(lab).items() if not Path(name).name.startswith(".")}
    if kill_at <= 3:
        assert seen == {"cluster.yaml": "name: lab\n"}
    assert set(seen.items()) <= {("cluster.yaml", "name: lab\n"), *TEXTS.items()}
    write_lab(lab, TEXTS, state_of(lab))
    assert contents(lab) == TEXTS


def killed_before_the_last_rename(folder: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from config.writing import write_lab\n"
        "def kill(event, args):\n"
        "    if event == 'os.rename' and str(args[1]).endswith('cluster.yaml'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "sys.addaudithook(kill)\n"
        f"write_lab(Path(sys.argv[1]), {TEXTS!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_a_new_folder_that_is_half_there_is_taken_by_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    killed_before_the_last_rename(folder)
    assert (folder / "services" / "wiki.yaml").is_file()
    assert is_unused(folder)
    assert clear_unused(folder)
    write_lab(folder, {"site.yaml": "another lab\n"}, state_of(folder))
    assert contents(folder) == {"site.yaml": "another lab\n"}
    assert not is_unused(folder)


def test_an_edit_in_a_new_folder_that_is_half_there_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    killed_before_the_last_rename(folder)
    (folder / "services" / "wiki.yaml").write_text("kind: helm\n")
    assert not clear_unused(folder)
    write_lab(folder, {"site.yaml": "x\n"}, state_of(folder))
    assert contents(folder)["services/wiki.yaml"] == "kind: helm\n"


@pytest.mark.parametrize("list_of_files", ["", "{", "[]", '{"../mine": ""}', '{"a": 1}'])
def test_a_list_that_no_run_wrote_makes_nothing_of_ours(tmp_path: Path, list_of_files: str) -> None:
    (tmp_path / ".unfinished.new").write_text(list_of_files)
    (tmp_path / "a").write_text("mine")
    assert not is_unused(tmp_path)
    write_lab(tmp_path, {"site.yaml": "x\n"})
    assert (tmp_path / "a").read_text() == "mine"


def test_a_list_that_is_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".unfinished.new")
    (tmp_path / "a").write_text("mine")
    assert not is_unused(tmp_path)


def test_a_file_that_its_owner_named_may_be_a_device(tmp_path: Path) -> None:
    write_file(Path(os.devnull), "nothing")
    (tmp_path / "page.html").write_text("old")
    write_file(tmp_path / "page.html", "new")
    assert contents(tmp_path) == {"page.html": "new"}
