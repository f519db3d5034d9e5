"""YAML of files of which nothing is known."""

from pathlib import Path

from operations.adopt.files.reading import read_yaml


def test_ports_and_dates_are_texts(tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("ports: [2222:22, 8022:22, 22, 1.5, -3]\nat: 2024-01-01\n", encoding="utf-8")
    (found,) = read_yaml(file)
    assert found["at"] == "2024-01-01"
    assert found["ports"] == ["2222:22", "8022:22", 22, 1.5, -3]
