"""The committed JSON Schemas are those of the models, and accept every lab."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from config.schema import schemas, write_schemas
from config.source import Places, read_yaml

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "config" / "schema"
LABS = [ROOT / "config" / "labs" / "prod", ROOT / "config" / "labs" / "small", ROOT / "tests" / "labs" / "tiny"]
FILES = [file for lab in LABS for file in sorted(lab.rglob("*.yaml"))]


def test_the_committed_schemas_are_those_of_the_models(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    written = {file.name: file.read_text(encoding="utf-8") for file in tmp_path.iterdir()}
    committed = {file.name: file.read_text(encoding="utf-8") for file in COMMITTED.iterdir()}
    assert written == committed, "run `homelab schema`"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_is_valid(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_key_says_its_meaning(name: str) -> None:
    """The kind of a service is described by the model as a whole."""
    schema = schemas()[name]
    models = {**schema.get("$defs", {}), name: schema}
    undescribed = {
        f"{model}.{key}"
        for model, definition in models.items()
        for key, field in definition.get("properties", {}).items()
        if "description" not in field and "const" not in field
    }
    assert not undescribed


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_of_a_lab_follows_the_schema_that_it_names(file: Path) -> None:
    named = file.read_text(encoding="utf-8").splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    schema_file = (file.parent / named).resolve()
    assert schema_file == COMMITTED / f"{'service' if file.parent.name == 'services' else file.stem}.json"
    value, problems = read_yaml(str(file), file.read_bytes(), (), Places())
    assert problems == []
    schema = json.loads(schema_file.read_text(encoding="utf-8"))
    assert [error.message for error in Draft202012Validator(schema).iter_errors(lists(value))] == []


def lists(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, dict):
        return {key: lists(entry) for key, entry in value.items()}
    return [lists(entry) for entry in value] if isinstance(value, tuple) else value


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("machines", ("worker", "vmid"), 99),
        ("machines", ("worker", "cpus"), 4),
        ("machines", ("Not A Name",), {}),
        ("machines", ("node7",), {"adopt": True}),
        ("machines", ("node7",), {"shape": "node", "vmid": 99}),
        ("machines", ("node7",), {"shape": "node", "cpus": 4}),
        ("shapes", ("node", "adopt"), True),
        ("tiers", ("core", "container", "max_memory"), "a lot"),
        ("cluster", ("pod_cidr",), "everything"),
        ("storage", ("block", "backend"), "tape"),
    ],
)
def test_a_schema_refuses_what_the_loader_refuses(name: str, path: tuple[str, ...], value: object) -> None:
    file = ROOT / "tests" / "labs" / "tiny" / f"{name}.yaml"
    document = lists(read_yaml(str(file), file.read_bytes(), (), Places())[0])
    holder = document
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    assert not Draft202012Validator(schemas()[name]).is_valid(document)


@pytest.mark.parametrize("entry", [{"shape": "node"}, {"shape": "node", "adopt": True, "memory": "16Gi"}])
def test_a_machine_with_a_shape_may_leave_out_the_rest(entry: dict[str, Any]) -> None:
    assert Draft202012Validator(schemas()["machines"]).is_valid({"node7": entry})


def test_descriptions_come_from_the_docstrings_of_attributes() -> None:
    service = schemas()["service"]["$defs"]["AppService"]["properties"]
    assert service["group"]["description"] == "The shared namespace it lives in; left out, it has one of its own."
    assert service["replicas"]["description"] == "0 declares a service that is switched off."
