"""YAML of files of which nothing is known: pipes, devices, huge ones, lists within lists without end."""

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.nodes import MappingNode, ScalarNode

from config.files import UnreadableFile, read_file
from config.nesting import FOREIGN_DEPTH, refuse_bombs
from plan.wording import printable

LARGEST = 64 << 20
"""Bytes. The definitions of a large operator are about 10 MiB."""


_MERGE = "tag:yaml.org,2002:merge"
_BASE_60 = re.compile(r"[-+]?[0-9_]+(:[0-5]?[0-9])+(\.[0-9_]*)?$")


class _Loader(yaml.SafeLoader):
    """Takes `2222:22` and `2026-11-27` for texts, as Docker Compose and Kubernetes do: no number to the base of 60, and
    no date. Refuses a key that stands twice, as they do."""

    yaml_implicit_resolvers = {
        first: [
            *([("tag:yaml.org,2002:str", _BASE_60)] if first and first in "-+0123456789" else []),
            *(each for each in resolvers if each[0] != "tag:yaml.org,2002:timestamp"),
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_mapping_node(self, anchor: Any) -> MappingNode:
        """A mapping as it is written, before others are merged into it."""
        node: MappingNode = super().compose_mapping_node(anchor)
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value:
            if isinstance(key, ScalarNode) and key.tag != _MERGE:
                said = (key.tag, str(key.value))
                if said in seen:
                    line = key.start_mark.line + 1
                    raise UnreadableFile(f"states {printable(said[1])} twice, again in line {line}: leave one out")
                seen.add(said)
        return node


def read_yaml(file: Path) -> list[Any]:
    """The documents in a file. Raises UnreadableFile, YAMLError and UnicodeDecodeError."""
    text = read_file(file, LARGEST).decode("utf-8-sig")
    try:
        refuse_bombs(text, FOREIGN_DEPTH)
    except ComposerError as error:
        raise UnreadableFile(f"cannot be read: {error.problem}") from None
    return list(yaml.load_all(text, _Loader))
