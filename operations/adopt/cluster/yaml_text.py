"""Text of YAML files as they are written by hand: short mappings on one line, long texts as blocks."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from config.syntax import FOREIGN_BREAK

WIDTH = 120
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Plain(_Dumper):
    """Writes the same value twice instead of referring to it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, value: str) -> Any:
    is_block = "\n" in value and not any(line.endswith(" ") for line in value.split("\n"))
    style = '"' if FOREIGN_BREAK.search(value) else "|" if is_block else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


class Flow(dict[str, Any]):
    """A mapping on one line."""


class FlowList(list[Any]):
    """A list on one line."""


def _mapping(dumper: Any, value: Flow) -> Any:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)


def _list(dumper: Any, value: FlowList) -> Any:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


_Plain.add_representer(str, _text)
_Plain.add_representer(Flow, _mapping)
_Plain.add_representer(FlowList, _list)


def document(value: Mapping[str, Any], comments: Iterable[str] = ()) -> str:
    """A document, with lines of comment above it."""
    return "".join(f"# {line}\n" for line in comments) + dumped(dict(value))


def documents(values: Iterable[Mapping[str, Any]]) -> str:
    """Several documents in one file."""
    return "---\n".join(dumped(dict(each)) for each in values)


def dumped(value: Any) -> str:
    """A value, in the order in which it is."""
    return str(
        yaml.dump(value, Dumper=_Plain, sort_keys=False, default_flow_style=False, allow_unicode=True, width=WIDTH)
    )
