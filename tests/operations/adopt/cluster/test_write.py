"""Files of a lab are written all at once, and over nothing that somebody edited meanwhile."""

from pathlib import Path

import pytest

from operations.adopt import Edited
from operations.adopt.cluster.write import state_of, write_files

TEXTS = {"services/wiki.yaml": "kind: app\n", "services/wiki/objects.yaml": "{}\n"}


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A lab with one file."""
    (tmp_path / "lab" / "services").mkdir(parents=True)
    (tmp_path / "lab" / "cluster.yaml").write_text("name: lab\n", encoding="utf-8")
    return tmp_path / "lab"


def test_files_are_written_over_what_was_read(lab: Path) -> None:
    write_files(lab, TEXTS, state_of(lab))
    assert (lab / "services" / "wiki.yaml").read_text(encoding="utf-8") == "kind: app\n"


def test_a_folder_that_is_not_there_yet_is_made(tmp_path: Path) -> None:
    write_files(tmp_path / "new", TEXTS, state_of(tmp_path / "new"))
    assert (tmp_path / "new" / "services" / "wiki" / "objects.yaml").is_file()


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
    before = {file: file.read_bytes() for file in lab.rglob("*") if file.is_file()}
    with pytest.raises(Edited, match="was edited meanwhile; nothing was written"):
        write_files(lab, TEXTS, read)
    assert {file: file.read_bytes() for file in lab.rglob("*") if file.is_file()} == before
