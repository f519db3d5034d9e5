"""A dump leaves out nothing that the API server may say of its own kinds: objects with every field of its schemas."""

from typing import Any

import pytest

from observation.amounts import has_only_quantities
from observation.names import has_usual_names
from observation.shapes import has_usual_shape
from operations.clients.cluster import Cluster
from plan.model.fields import mapping
from rehearsal.control_plane import ControlPlane

Json = dict[str, Any]
_DEEPEST = 14
GROUP_OF = "x-kubernetes-group-version-kind"
"""Key of a schema for the kinds that it is of."""


def sample(definitions: Json, schema: Json, depth: int = 0) -> Any:
    """A value of a schema, with every field that it has."""
    if reference := schema.get("$ref"):
        name = str(reference).rpartition("/")[2]
        return "1" if name.endswith(".Quantity") else sample(definitions, definitions[name], depth)
    match schema.get("type"):
        case "array":
            return [sample(definitions, schema["items"], depth + 1)]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case "object" | None if depth > _DEEPEST:
            return None
        case "object" | None if "properties" in schema:
            fields = {key: each for key, each in schema["properties"].items() if key != "managedFields"}
            return {key: sample(definitions, each, depth + 1) for key, each in fields.items()}
        case "object" if "additionalProperties" in schema:
            return {"service": sample(definitions, schema["additionalProperties"], depth + 1)}
        case "object" | None:
            return {}
        case _:
            return "1"


@pytest.mark.parametrize("judge", [has_usual_shape, has_usual_names, has_only_quantities])
def test_every_field_of_every_kind_is_read(running: ControlPlane, judge: Any) -> None:
    definitions: Json = dict(mapping(Cluster(running.kubeconfig).get("/openapi/v2"), "definitions"))
    wrong: list[str] = []
    kinds = 0
    for name, schema in definitions.items():
        for group in schema.get(GROUP_OF, ()) if name.startswith("io.k8s.api.") else ():
            if "metadata" in schema.get("properties", {}) and not group["kind"].endswith("List"):
                kinds += 1
                whole = sample(definitions, schema) | {"kind": group["kind"], "apiVersion": "v1"}
                wrong += [group["kind"]] if not judge(whole) else []
    assert kinds > 50
    assert wrong == []
