"""The reference, from the program itself: every command with its options, every key of a lab's files."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from typer.main import get_command

from cli.help import HELP
from cli.main import app

SCHEMAS = Path(__file__).parent.parent / "config" / "schema"
FILES = ("site", "networks", "machines", "shapes", "cluster", "nodes", "storage", "tiers", "groups", "service")


def commands() -> Iterator[str]:
    """One section for each command: its purpose, options, examples and exit codes."""
    yield "# Commands\n"
    yield "`homelab COMMAND --help` prints the same; `homelab --install-completion` completes names in a shell.\n"
    for name, command in _leaves(get_command(app), ""):
        yield f"## homelab {name}\n"
        yield f"{_line(command.help)}\n"
        yield "| option | meaning | default |"
        yield "|---|---|---|"
        for each in command.params:
            yield f"| {_cell(_names(each))} | {_cell(getattr(each, 'help', '') or '')} | {_default(each.default)} |"
        yield ""
        yield "```sh"
        yield from HELP[name].examples
        yield "```\n"
        yield f"Exit codes: {HELP[name].exits}.\n"


def keys() -> Iterator[str]:
    """One section for each file of a lab, and for each kind of thing in it."""
    yield "# Keys of a lab's files\n"
    yield "An editor with YAML support completes and checks them: the first line of a file names its schema.\n"
    for name in FILES:
        schema: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
        yield f"## {'services/NAME' if name == 'service' else name}.yaml\n"
        for title, definition in [("", schema), *sorted(schema.get("$defs", {}).items())]:
            if definition.get("properties"):
                yield from _definition(f"{name}: {title}" if title else "", definition)


def _definition(title: str, definition: Mapping[str, Any]) -> Iterator[str]:
    if title:
        yield f"### {title}\n"
    if definition.get("description"):
        yield f"{_line(definition['description'])}\n"
    yield "| key | type | default | meaning |"
    yield "|---|---|---|---|"
    required = definition.get("required", ())
    for key, field in definition["properties"].items():
        default = "required" if key in required else _default(field.get("default"))
        examples = f" For example {_code(field['examples'][0])}." if field.get("examples") else ""
        yield f"| {_code(key)} | {_cell(_type(field))} | {default} | {_cell(field.get('description', ''))}{examples} |"
    yield ""


def _type(field: Mapping[str, Any]) -> str:
    if "$ref" in field:
        return str(field["$ref"]).rpartition("/")[2]
    if "enum" in field:
        return " or ".join(str(each) for each in field["enum"])
    if "const" in field:
        return str(field["const"])
    either = [each for each in (*field.get("anyOf", ()), *field.get("oneOf", ())) if each.get("type") != "null"]
    if either:
        return " or ".join(dict.fromkeys(map(_type, either)))
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    return str(field.get("type", "anything")).replace("object", "mapping").replace("string", "text")


def _leaves(command: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, each in command.commands.items():
        if hasattr(each, "commands"):
            yield from _leaves(each, f"{before}{name} ")
        elif not each.hidden:
            yield f"{before}{name}", each


def _names(parameter: Any) -> str:
    is_option = any(each.startswith("-") for each in parameter.opts)
    return ", ".join((*parameter.opts, *parameter.secondary_opts)) if is_option else str(parameter.name).upper()


def _default(value: Any) -> str:
    if value is None or value in (False, {}, [], ""):
        return "-"
    return _code(value if isinstance(value, str) else getattr(value, "value", None) or json.dumps(value, default=str))


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


def _code(text: Any) -> str:
    return f"`{str(text).replace('|', chr(92) + '|')}`"


def _cell(text: str) -> str:
    return _line(text).replace("|", "\\|").replace("<", "&lt;")
