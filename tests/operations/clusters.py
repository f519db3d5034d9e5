"""Small clusters in YAML, as observations."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from observation import Observation
from observation.kinds import RESOURCE_OF

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def read_cluster(file: Path) -> Observation:
    """A file with manifests by kind."""
    kinds: dict[str, list[dict[str, Any]]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    resources = {
        RESOURCE_OF[kind]: tuple({"kind": kind, **manifest} for manifest in manifests)
        for kind, manifests in kinds.items()
    }
    return Observation(source=file.name, now=NOW, now_from="stated", resources=resources)
