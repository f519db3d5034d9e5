"""`homelab schema`."""

import json
from pathlib import Path

from cli.exits import FINE
from config.schema import SCHEMAS, write_schemas


def run_schema(folder: Path | None, output: str) -> int:
    """Write the JSON Schemas of a lab's files."""
    target = folder or SCHEMAS
    write_schemas(target)
    files = sorted(target.glob("*.json"))
    print(
        json.dumps({"files": [str(file) for file in files]})
        if output == "json"
        else f"{len(files)} schemas in {target}"
    )
    return FINE
