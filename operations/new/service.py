"""The file of a new service."""

import io
import os
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from config.quantity import Cpu, Memory
from config.schema import schemas_for

CPU, MEMORY = Cpu.parse("25m"), Memory.parse("128Mi")
"""Requests of a service whose owner states none: a small one, to be raised when it is known to need more."""


class NewService(NamedTuple):
    """A service with one container."""

    tier: str
    image: str
    port: int | None = None
    """Where it speaks HTTP; None without."""
    host: str | None = None
    """The name under which it is reached, without the domain; None where it is not."""
    description: str = ""
    cpu: str = str(CPU)
    memory: str = str(MEMORY)


def service_text(name: str, service: NewService, folder: Path) -> str:
    """The text of `services/NAME.yaml` in the folder of services of a lab."""
    row: CommentedMap = CommentedMap(
        {
            "kind": "app",
            "tier": service.tier,
            "description": service.description or name,
            "image": service.image,
            "cpu": service.cpu,
            "memory": service.memory,
        }
    )
    if service.port is not None:
        row["ports"] = {"http": service.port}
    if service.host:
        row["expose"] = [{"host": service.host}]
    yaml: Any = YAML()
    yaml.width = 120
    text = io.StringIO()
    yaml.dump(row, text)
    schemas = schemas_for(folder)
    if schemas is None:
        return text.getvalue()
    schema = os.path.relpath(schemas / "service.json", folder.absolute())
    return f"# yaml-language-server: $schema={schema}\n{text.getvalue()}"
