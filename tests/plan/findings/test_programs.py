"""The containers of a lab, as findings read them."""

from pathlib import Path

from config.load import load_lab
from plan.findings.programs import programs


def test_a_file_on_a_share_stays() -> None:
    pods = [each for each in programs(load_lab(Path("tests/labs/every_key"))) if each.service == "pods"]
    assert any(each.mounts_volume_at("/media/film.mkv") for each in pods)
    assert not any(each.is_on_volume("/fast/film.mkv") for each in pods)
