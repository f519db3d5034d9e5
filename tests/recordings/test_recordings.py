"""Recordings are what the engine wrote, and nothing else."""

import json
import re

from tests.recordings import FOLDER, MANIFEST, digests

MANIFESTED = json.loads(MANIFEST.read_text(encoding="utf-8"))


def test_no_recording_was_edited_added_or_removed_by_hand() -> None:
    assert digests() == MANIFESTED["sha256"], "write them anew with `make recordings`"


def test_it_is_said_which_engine_and_plugins_they_are_of() -> None:
    assert set(MANIFESTED["versions"]) == {"pulumi", "kubernetes", "proxmoxve", "random", "tls"}
    assert re.fullmatch(r"v3\.\d+\.\d+", MANIFESTED["versions"]["pulumi"])


def test_no_key_or_path_of_the_machine_that_they_were_made_on_is_in_them() -> None:
    for file in FOLDER.iterdir():
        text = file.read_text(encoding="utf-8")
        assert "PRIVATE KEY" not in text, file.name
        assert not re.search(r"(?<!\w)/(tmp|root)/", text), file.name
