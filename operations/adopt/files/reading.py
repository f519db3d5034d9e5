"""YAML of files of which nothing is known: pipes, devices, huge ones, lists within lists without end."""

from pathlib import Path
from typing import Any

import yaml
from yaml.composer import ComposerError

from config.files import UnreadableFile, read_file
from config.source import refuse_deep_nesting

LARGEST = 64 << 20
"""Bytes. The definitions of a large operator are about 10 MiB."""


def read_yaml(file: Path) -> list[Any]:
    """The documents in a file. Raises UnreadableFile, YAMLError and UnicodeDecodeError."""
    text = read_file(file, LARGEST).decode("utf-8-sig")
    try:
        refuse_deep_nesting(text)
    except ComposerError:
        raise UnreadableFile("cannot be read: it is nested too deeply") from None
    return list(yaml.safe_load_all(text))
