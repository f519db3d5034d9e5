"""JSON Schemas of a lab's files, for completion and checks in an editor."""

import ast
import inspect
import json
from collections.abc import Iterator
from pathlib import Path as FilePath
from textwrap import dedent
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from config.load import FILES
from config.service import Service
from config.writing import alone_in, write_inside

SCHEMAS = FilePath(__file__).parent / "schema"
"""The schemas that the repository keeps, for editors."""
COPIES = ("schema", ".schema")
"""Folders of a project, and of a lab that stands alone, in which their own copies are."""


def schemas_for(folder: FilePath) -> FilePath | None:
    """The schemas that files in a folder name: copies above it, or the program's own for what lies in its folder. None
    where there are neither: a path into an installed program is that of one machine."""
    above = (folder.absolute(), *folder.absolute().parents)
    copies = (each / name for each in above for name in COPIES)
    own = SCHEMAS if SCHEMAS.parent.parent in above else None
    return next((each for each in copies if (each / "service.json").is_file()), own)


def write_schemas(folder: FilePath) -> None:
    """Write the schema of each file, `site.json` and so on, and `service.json` for the files of services.

    Raises NotAlone and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone_in(folder):
        for name, schema in schemas().items():
            text = json.dumps(schema, indent=2, ensure_ascii=False)
            write_inside(folder, f"{name}.json", f"{text}\n")


def schemas() -> dict[str, dict[str, Any]]:
    """The schemas by name."""
    return {name: _schema(model) for name, model in {**FILES, "service": Service}.items()}


def _schema(model: Any) -> dict[str, Any]:
    schema = TypeAdapter(model).json_schema(schema_generator=_DocumentedSchema)
    return {"$schema": _DocumentedSchema.schema_dialect, **schema}


class _DocumentedSchema(GenerateJsonSchema):
    """Adds the docstrings of attributes, which the models themselves do not read: that would cost start-up time."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:
        result = super().model_schema(schema)
        result.pop("title", None)
        for cls in reversed(schema["cls"].__mro__):
            if cls.__module__.startswith("config."):
                for name, text in _attribute_docstrings(cls):
                    if name in result["properties"]:
                        result["properties"][name]["description"] = text
        return result

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        """Keys that are not names are refused by the schema too."""
        result = super().dict_schema(schema)
        if "patternProperties" in result:
            result["additionalProperties"] = False
        return result


def _attribute_docstrings(cls: type) -> Iterator[tuple[str, str]]:
    body = ast.parse(dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)
    for attribute, after in zip(body.body, body.body[1:], strict=False):
        match attribute, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
            case _:
                pass
