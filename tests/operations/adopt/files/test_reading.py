"""YAML of files of which nothing is known."""

from pathlib import Path

import pytest

from config.files import UnreadableFile
from operations.adopt.files.reading import read_yaml


def test_ports_and_dates_are_texts(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("ports: [2222:22, 8022:22, 22, 1.5, -3]\nat: 2024-01-01\n", encoding="utf-8")
    (found,) = read_yaml(file)
    assert found["at"] == "2024-01-01"
    assert found["ports"] == ["2222:22", "8022:22", 22, 1.5, -3]


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("a: 1\nb: 2\na: 3\n", True),
        ("c: {metadata: 1, metadata: 2}\n", True),
        ("x: &x {a: 1}\ny: &y {<<: *x, a: 2}\nz: {<<: *y, a: 3, b: 4}\n", False),
        ("a: 1\n---\na: 1\n", False),
        ("[{a: 1}, {a: 1}]\n", False),
    ],
)
def test_a_key_that_stands_twice_is_refused(tmp_path: Path, text: str, is_refused: bool) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(text, encoding="utf-8")
    if is_refused:
        with pytest.raises(UnreadableFile, match="twice, again in line"):
            read_yaml(file)
    else:
        assert read_yaml(file)
