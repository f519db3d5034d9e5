"""YAML the way it is read by people."""

import json
from typing import Any

import yaml

from config.nesting import FOREIGN_DEPTH, refuse_bombs
from config.syntax import FOREIGN_BREAK


class _Dumper(yaml.CSafeDumper):
    """Writes texts of several lines as blocks, and every mapping in its own order."""


def _text(dumper: yaml.CSafeDumper, text: str) -> yaml.ScalarNode:
    """A placeholder is quoted, since the token that takes its place may look like a number; a foreign break escaped."""
    style = '"' if FOREIGN_BREAK.search(text) else "|" if "\n" in text else "'" if "<<" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)  # pyright: ignore[reportUnknownMemberType]


_Dumper.add_representer(str, _text)


def plain(content: Any) -> Any:
    """A document in the types that it has when it is read again."""
    return json.loads(json.dumps(content))


def read_plain(text: str) -> Any:
    """A document that was written by a program. Raises YAMLError, also where it nests deeper than any manifest."""
    refuse_bombs(text, FOREIGN_DEPTH)
    return yaml.load(text, Loader=yaml.CSafeLoader)


def read_documents(text: str) -> list[Any]:
    """All documents of a text that was written by a program. Raises YAMLError."""
    refuse_bombs(text, FOREIGN_DEPTH)
    return list(yaml.load_all(text, Loader=yaml.CSafeLoader))


def to_yaml(content: Any) -> str:
    """A document as YAML: keys in their order, long lines unbroken."""
    return yaml.dump(plain(content), Dumper=_Dumper, sort_keys=False, width=160, allow_unicode=True)
