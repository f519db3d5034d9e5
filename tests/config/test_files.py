"""A file of which nothing is known is read to its end, or refused."""

import os
import time
from pathlib import Path
from threading import Thread

import pytest

from config import files


def test_a_pipe_is_read_to_the_end_of_its_writer(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=(b"x" * 200_000,))
    writer.start()
    assert files.read_stream(pipe, 1_000_000) == b"x" * 200_000
    writer.join()


def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LONGEST_WAIT", 0.1)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="nobody opened it to write"):
        files.read_stream(tmp_path / "pipe", 10)


def test_no_more_is_read_than_asked_for() -> None:
    assert files.read_stream(Path("/dev/zero"), 10) == bytes(10)


def test_a_stream_without_end_is_read_up_to_its_bound_soon() -> None:
    """Pieces that were put together one by one took minutes for 400 MB."""
    begin = time.process_time()
    assert len(files.read_stream(Path("/dev/zero"), 256 << 20)) == 256 << 20
    assert time.process_time() - begin < 5
