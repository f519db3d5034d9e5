"""Output of the real engine, as `make recordings` writes it."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).parent / "engine"
MANIFEST = FOLDER / "manifest.json"
"""Which engine and plugins the recordings are of, and their digests."""


def recording(file: str) -> str:
    """A recorded output of the engine, for example `recording("preview-image-changed.json")`."""
    return (FOLDER / file).read_text(encoding="utf-8")


def digests() -> dict[str, str]:
    """The SHA-256 of each recording, by file."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(FOLDER.iterdir())
        if file != MANIFEST
    }


def write_manifest(versions: Mapping[str, str]) -> None:
    """Write down what the recordings are of."""
    MANIFEST.write_text(json.dumps({"versions": versions, "sha256": digests()}, indent=1) + "\n", encoding="utf-8")
