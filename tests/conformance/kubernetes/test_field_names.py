"""No field that the real API server knows is taken for a slip: objects with every field of its schemas."""

from typing import Any

from config.api_rules import GROUPS
from config.field_names import misnamed
from config.objects import as_read
from operations.clients.cluster import Cluster
from plan.model.fields import mapping
from rehearsal.control_plane import ControlPlane
from tests.conformance.kubernetes.test_accepted import GROUP_OF, sample


def test_every_field_of_the_api_server_is_known(running: ControlPlane) -> None:
    definitions: dict[str, Any] = dict(mapping(Cluster(running.kubeconfig).get("/openapi/v2"), "definitions"))
    wrong: list[str] = []
    kinds: list[str] = []
    for schema in definitions.values():
        for group in schema.get(GROUP_OF, ()):
            version = "/".join(filter(None, (group["group"], group["version"])))
            if version in GROUPS and "metadata" in schema.get("properties", {}) and not group["kind"].endswith("List"):
                kinds.append(group["kind"])
                whole = as_read(sample(definitions, schema) | {"kind": group["kind"], "apiVersion": version})
                wrong += [f"{group['kind']}: {path}: {message}" for path, message in misnamed(whole)]
    assert {"Deployment", "Pod", "Service", "CronJob", "Ingress"} <= {*kinds}
    assert wrong == []
