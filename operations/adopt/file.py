"""`machines.yaml` with more machines: its present content stays as it is, to the byte."""

import io
import re
from collections.abc import Iterable
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from config.quantity import Memory
from config.source import is_mapping
from operations.adopt.entry import Entry

HEADER = "# yaml-language-server: $schema=../../schema/machines.json\n"
WIDTH = 120
NUMERIC = re.compile(r"[0-9:.]+")
"""A MAC address without letters is a number to base 60 for readers of YAML 1.1."""


class NotExtendable(Exception):
    """The file is written so that nothing can be added at its end; the message says how."""


def extended(text: str, entries: Iterable[Entry]) -> str:
    """The text of the file with more entries at its end. Raises NotExtendable."""
    try:
        root = _yaml().load(text)
    except YAMLError as error:
        raise NotExtendable(f"it is not readable YAML: {error}") from None
    indent = ""
    if root is not None and not is_mapping(root):
        raise NotExtendable("it is not a mapping of machines by their names")
    if root == {}:
        text = _without_braces(text, root)
    elif root:
        layout: Any = root
        if layout.fa.flow_style():
            raise NotExtendable("it is one {...}: write each machine as a block of lines")
        indent = " " * layout.lc.col
    newline = "\r\n" if "\r\n" in text else "\n"
    if not text.strip():
        text = HEADER
    elif not text.endswith("\n"):
        text += newline
    for entry in entries:
        blank = newline if root and not text.endswith(newline * 2) else ""
        root = True
        text += blank + "".join(f"{indent}{line}{newline}" for line in _rendered(entry).splitlines())
    return text


def _without_braces(text: str, empty: Any) -> str:
    """A file that says `{}` says nothing yet."""
    lines = text.splitlines(keepends=True)
    number = int(empty.lc.line)
    lines[number] = re.sub(r"\{\s*\}", "", lines[number], count=1)
    return "".join(lines)


def _rendered(entry: Entry) -> str:
    values: Any = CommentedMap({key: _by_hand(value) for key, value in entry.values.items()})
    if volumes := [disk for disk in entry.machine.disks if disk.is_csi]:
        said = [f"{disk.slot} {disk.volume} ({Memory(disk.size or 0)})" for disk in volumes]
        comment = "\n".join(["Attached by the CSI driver, and so not listed:", *(f"  {each}" for each in said)])
        values.yaml_set_comment_before_after_key("disks", before=comment, indent=2)
    stream = io.StringIO()
    _yaml().dump(CommentedMap({entry.name: values}), stream)
    return stream.getvalue()


def _by_hand(value: Any) -> Any:
    """As it is written by hand: mappings on one line, and a list with them unless it has several."""
    node: Any
    if is_mapping(value):
        node = CommentedMap({key: _by_hand(each) for key, each in value.items()})
    elif isinstance(value, list):
        elements = cast("list[Any]", value)
        node = CommentedSeq(_by_hand(each) for each in elements)
        if len(elements) > 1 and is_mapping(elements[0]):
            return node
    else:
        return DoubleQuotedScalarString(value) if isinstance(value, str) and NUMERIC.fullmatch(value) else value
    node.fa.set_flow_style()
    return node


def _yaml() -> Any:
    yaml: Any = YAML()
    yaml.width = WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    return yaml
