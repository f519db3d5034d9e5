"""YAML files as plain values, with the place of every key and value.

The YAML read here is the JSON-like part of YAML 1.2: `yes`, `on` and `0400` are strings, as they look.
Aliases, merge keys and duplicate keys are refused. Sequences become tuples, since the models are immutable.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, TypeGuard

import yaml
from yaml.reader import ReaderError

from config.nesting import MAX_DEPTH, refuse_bombs
from config.refusals import FORMAT
from config.syntax import FOREIGN_BREAK, FOREIGN_SPACE, explain_slip, foreign_break, foreign_space
from config.yaml_versions import by_yaml_1_1

Path = tuple[str | int, ...]
"""Where a value is in the lab: `("services", "immich", "memory")`."""

_SAFE_LENGTH = 4096
"""Longest text in characters; it cannot nest so deep that libyaml runs out of stack."""


class Place(NamedTuple):
    """A position in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{_one_line(self.file)}:{self.line}:{self.column}"


def dotted(path: Path) -> str:
    """A path in words, for example `services.immich.memory`."""
    return ".".join(_one_line(str(part), longest=64) for part in path)


class Problem(NamedTuple):
    """Something that is wrong with the input, and where."""

    place: Place
    path: Path
    message: str
    related: tuple[Path, ...] = ()
    """Other places that it is about, for example that of the machine that has the address already."""
    code: str = FORMAT.code
    """Of the page that explains it, one of `config/refusals.py`."""

    @property
    def dotted(self) -> str:
        """The path in words."""
        return dotted(self.path)

    def __str__(self) -> str:
        said = ": ".join(part for part in (str(self.place), self.dotted, _one_line(self.message)) if part)
        return said.replace("##[", r"#\x23[")  # a command for the runner of a pipeline, wherever it stands in a line


def _one_line(text: str, longest: int = 4096) -> str:
    shown = text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
    return shown if len(shown) <= longest else f"{shown[: longest - 3]}..."


def is_mapping(value: Any) -> TypeGuard[dict[str, Any]]:
    """Whether a value that was read is a mapping."""
    return isinstance(value, dict)


def is_sequence(value: Any) -> TypeGuard[tuple[Any, ...]]:
    """Whether a value that was read is a sequence."""
    return isinstance(value, tuple)


@dataclass
class Places:
    """The place of every key of every file, by path."""

    by_path: dict[Path, Place] = field(default_factory=dict[Path, Place])
    shared: dict[Path, Path] = field(default_factory=dict[Path, Path])
    """Parts of the lab that stand elsewhere, and where: the memory of a machine at its shape's."""
    counted: dict[Path, Path] = field(default_factory=dict[Path, Path])
    """Numbers that stand nowhere, and what they are counted from: the VMID of a machine from its shape's."""
    written: dict[Path, str] = field(default_factory=dict[Path, str])
    """The digits of numbers that would be shown otherwise: `1.10`, which is 1.1."""
    read_otherwise: dict[Path, str] = field(default_factory=dict[Path, str])
    """Texts without quotes that kubectl and Helm do not take for texts, with what they read: `0644` is 420 to them."""

    def origin(self, path: Path) -> Path:
        """Where `path` stands, if it is shared; else `path` itself."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.counted:
                return path
            if shared := self.shared.get(path[:length]):
                return shared + path[length:]
        return path

    def pointer(self, path: Path) -> str:
        """`path` and its place, for a message about something else; with what it is counted from."""
        place = self.find(path)
        assert place is not None, f"{path} is in no file"
        counted = self.counted.get(path)
        origin = f", counted from {self.pointer(counted)}" if counted else ""
        return f"{Problem(place, path, '').dotted} ({place}{origin})"

    def find(self, path: Path) -> Place | None:
        """The place of `path`, or of the nearest part of the lab that contains it."""
        path = self.origin(path)
        for length in range(len(path), 0, -1):
            if place := self.by_path.get(path[:length]):
                return place
        return None


class _Loader(yaml.CSafeLoader):
    """Resolves only what YAML 1.2's core schema calls null, boolean and number."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}


for _tag, _pattern, _first in (
    ("null", r"(?:~|null)?", ["~", "n", ""]),
    ("bool", r"(?:true|false)", ["t", "f"]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+)", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
):
    _Loader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType]
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^{_pattern}$"), _first
    )


def _whole(text: str) -> int:
    if len(text) > 18:
        raise ValueError
    return int(text)


def _float(text: str) -> float:
    """A number that a float holds exactly enough to be written back as it was read."""
    value = float(text)
    if len(text) > 40 or Decimal(repr(value)) != Decimal(text):
        raise ValueError
    return value


_SCALARS: Mapping[str, Callable[[str], object]] = {
    "tag:yaml.org,2002:null": lambda _: None,
    "tag:yaml.org,2002:bool": {"true": True, "false": False}.__getitem__,
    "tag:yaml.org,2002:int": _whole,
    "tag:yaml.org,2002:float": _float,
    "tag:yaml.org,2002:str": str,
}
_COLLECTIONS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}
_MERGE = "tag:yaml.org,2002:merge"


class _Reader:
    """Turns the nodes of one document into values, noting where each stands and what is wrong with it."""

    def __init__(self, file: str, places: Places) -> None:
        self.file = file
        self.places = places
        self.problems: list[Problem] = []
        self.seen: set[int] = set()

    def place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def refuse(self, node: yaml.Node, path: Path, message: str) -> None:
        self.problems.append(Problem(self.place(node), path, message))

    def value(self, node: yaml.Node, path: Path, depth: int = 0) -> Any:
        if id(node) in self.seen:
            place = self.places.by_path[path]
            return self.problems.append(Problem(place, path, "an alias; write the value out where it is used"))
        if depth > MAX_DEPTH:
            return self.refuse(node, path, "nested too deeply")
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag in _COLLECTIONS:
            return dict(self.items(node, path, depth))
        if isinstance(node, yaml.SequenceNode) and node.tag in _COLLECTIONS:
            return tuple(self.elements(node, path, depth))
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
            try:
                value = _SCALARS[node.tag](node.value)
                if isinstance(value, int | float) and not isinstance(value, bool) and str(value) != node.value:
                    self.places.written[path] = node.value
                elif isinstance(value, str) and not node.style and (other := by_yaml_1_1(value)):
                    self.places.read_otherwise[path] = other
                elif isinstance(value, str) and "\0" in value:
                    return self.refuse(node, path, "has the sign NUL (\\0), which no program can be given")
                return value
            except (ArithmeticError, KeyError, ValueError):
                kind = "true or false" if node.tag.endswith("bool") else "a number that can be read exactly"
                return self.refuse(node, path, f"{node.value[:40]!r} is not {kind}")
        return self.refuse(node, path, f"the YAML tag {node.tag[:40]!r} is not supported")

    def items(self, node: yaml.MappingNode, path: Path, depth: int) -> Iterator[tuple[str, Any]]:
        lines: dict[str, int] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.refuse(key_node, path, "a key must be plain text; put a text with { or [ in quotes")
                continue
            key = str(key_node.value)
            if key_node.tag == _MERGE:
                self.refuse(key_node, path, "a merge key (<<); write the values out where they are used")
            elif foreign := FOREIGN_SPACE.search(key):
                self.refuse(key_node, (*path, key), foreign_space(foreign[0]))
            elif key in lines:
                self.refuse(key_node, (*path, key), f"duplicate key; it is in line {lines[key]} already")
            else:
                lines[key] = key_node.start_mark.line + 1
                self.places.by_path[(*path, key)] = self.place(key_node)
                yield key, self.value(value_node, (*path, key), depth + 1)

    def elements(self, node: yaml.SequenceNode, path: Path, depth: int) -> Iterator[Any]:
        for index, element in enumerate(node.value):
            self.places.by_path[(*path, index)] = self.place(element)
            yield self.value(element, (*path, index), depth + 1)


def read_yaml(file: str, content: bytes, path: Path, places: Places) -> tuple[Any, list[Problem]]:
    """The value of a YAML document, which stands at `path` in the lab, and what is wrong with it.

    Adds the place of every key and element to `places`. An empty document is an empty mapping.
    """
    places.by_path[path] = Place(file, 1, 1)
    nodes, problems = _composed(file, content, path, _single)
    if problems:
        return None, problems
    if not nodes:
        return {}, []
    reader = _Reader(file, places)
    return reader.value(nodes[0], path), reader.problems


def read_documents(file: str, content: bytes, path: Path, places: Places) -> tuple[list[Any], list[Problem]]:
    """The values of the YAML documents of a file, the first at `(*path, 0)` in the lab, and what is wrong with them.

    Adds the place of every key and element to `places`. Empty documents are left out.
    """
    places.by_path[path] = Place(file, 1, 1)
    nodes, problems = _composed(file, content, path, _all)
    values: list[Any] = []
    for index, node in enumerate(nodes):
        reader = _Reader(file, places)
        places.by_path[(*path, index)] = reader.place(node)
        values.append(reader.value(node, (*path, index)))
        problems += reader.problems
    return values, problems


def _composed(
    file: str, content: bytes, path: Path, compose: Callable[[str], list[yaml.Node]]
) -> tuple[list[yaml.Node], list[Problem]]:
    """The nodes of a file's documents, or why they cannot be read."""
    try:
        text = content.decode("utf-8-sig")
        if found := FOREIGN_BREAK.search(text):
            place = Place(file, text.count("\n", 0, found.start()) + 1, 1)
            return [], [Problem(place, path, foreign_break(found[0]))]
        if len(text) > _SAFE_LENGTH:
            refuse_bombs(text)
        return compose(text), []
    except UnicodeDecodeError as error:
        line, column, message = content.count(b"\n", 0, error.start) + 1, 1, "not UTF-8 text"
    except ReaderError as error:
        line, column = content.count(b"\n", 0, error.position) + 1, 1
        message = f"not readable YAML: the control character U+{int(error.character):04X}"
    except yaml.MarkedYAMLError as error:
        line, column, message = explain_slip(content.decode("utf-8-sig"), error)
    return [], [Problem(Place(file, line, column), path, message)]


def _single(text: str) -> list[yaml.Node]:
    node = _Loader(text).get_single_node()
    return [] if node is None else [node]


def _all(text: str) -> list[yaml.Node]:
    loader, nodes = _Loader(text), list[yaml.Node]()
    while loader.check_node():
        node = loader.get_node()
        is_empty = isinstance(node, yaml.ScalarNode) and not node.value and not node.style
        nodes += [node] if node and not is_empty else []
    return nodes
