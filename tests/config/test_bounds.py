"""Every number of the configuration has a least and a most: none makes the planner count without an end."""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest

import config
from config.model import Model

Schema = dict[str, Any]


def models() -> dict[str, type[Model]]:
    """Every model of the configuration that stands for itself."""
    for module in pkgutil.walk_packages(config.__path__, "config."):
        if not module.name.startswith("config.labs"):
            importlib.import_module(module.name)
    found: dict[str, type[Model]] = {}
    waiting: list[type[Model]] = [Model]
    while waiting:
        below = [each for each in waiting.pop().__subclasses__() if each.__module__.startswith("config")]
        waiting += below
        found |= {f"{each.__module__}.{each.__name__}": each for each in below}
    return dict(sorted(found.items()))


def numbers(schema: Any) -> Iterator[Schema]:
    """The parts of a schema that admit a number."""
    if isinstance(schema, dict):
        if schema.get("type") in ("integer", "number"):
            yield schema
        for value in schema.values():
            yield from numbers(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from numbers(value)


@pytest.mark.parametrize("model", models().values(), ids=models())
def test_every_number_has_a_least_and_a_most(model: type[Model]) -> None:
    for name, schema in model.model_json_schema().get("properties", {}).items():
        for number in numbers(schema):
            assert {"minimum", "exclusiveMinimum", "enum", "const"} & number.keys(), f"{name} has no least"
            assert {"maximum", "exclusiveMaximum", "enum", "const"} & number.keys(), f"{name} has no most"
