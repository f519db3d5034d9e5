"""Writing a dump and reading it again."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from observation import Gap, InvalidDump, Observation, Usage, read_dump, writing
from observation.writing import write_dump

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)


def observed() -> Observation:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "a"}, "data": {"k": "dg=="}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "a"}}
    gap = Gap("events", "forbidden", "events is forbidden")
    resources = {"pods": (pod,), "secrets": (secret,), "nodes": ()}
    return Observation("https://192.0.2.1:6443", NOW, "clock", resources, (gap,), "v1.36.1")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_dump(observed(), tmp_path / "dump")
    again = read_dump(tmp_path / "dump")
    assert (again.now, again.source, again.version) == (NOW, "https://192.0.2.1:6443", "v1.36.1")
    assert again.gaps == observed().gaps
    assert again.of("Pod") == observed().of("Pod")
    assert again.knows("Node")
    assert again.knows("Deployment")
    assert not again.knows("Event")


def test_no_value_of_a_secret_is_written(tmp_path: Path) -> None:
    write_dump(observed(), tmp_path)
    assert all("dg==" not in file.read_text(encoding="utf-8") for file in tmp_path.iterdir())


def test_an_older_dump_is_replaced_whole(tmp_path: Path) -> None:
    write_dump(observed(), tmp_path)
    (tmp_path / "services.json").write_text('{"items": []}', encoding="utf-8")
    write_dump(observed(), tmp_path)
    assert not (tmp_path / "services.json").exists()


def test_a_folder_with_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InvalidDump, match="neither empty nor a dump"):
        write_dump(observed(), tmp_path)
    assert (tmp_path / "letters.json").exists()


def full(*_: object) -> str:
    raise OSError(28, "No space left on device")


def test_a_dump_that_finds_no_room_leaves_the_one_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_dump(observed(), tmp_path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    monkeypatch.setattr(writing, "usage_text", full)
    usage = Usage("prometheus", 30, None, ())
    with pytest.raises(OSError, match="No space left"):
        write_dump(replace(observed(), usage=usage), tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_dump_that_was_broken_off_is_refused_and_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dump(observed(), tmp_path)
    monkeypatch.setattr(writing, "put", full)
    with pytest.raises(OSError, match="No space left"):
        write_dump(observed(), tmp_path)
    with pytest.raises(InvalidDump, match="was broken off while it was written: run `homelab dump` into it again"):
        read_dump(tmp_path)
    monkeypatch.undo()
    write_dump(observed(), tmp_path)
    assert read_dump(tmp_path).of("Pod") == observed().of("Pod")


def test_a_dump_that_was_killed_at_its_first_file_is_taken_again(tmp_path: Path) -> None:
    (tmp_path / ".dump.json.new").write_text("{")
    write_dump(observed(), tmp_path)
    assert read_dump(tmp_path).of("Pod") == observed().of("Pod")
