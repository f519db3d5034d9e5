"""Secrets in a state file: the engine's mark of them, and where they are in a Secret."""

import json
from typing import Any

from operations.adopt.cluster.objects import LAST_APPLIED
from plan.model import Manifest
from plan.model.fields import mapping

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


def marked(value: Any) -> dict[str, Any]:
    """A value that the engine encrypts as it writes the state."""
    return {SIGNATURE: SECRET, "plaintext": json.dumps(value)}


def is_marked(value: Any) -> bool:
    """Whether a value is marked already; a preview shows no more of a secret than its mark."""
    return isinstance(value, dict) and SIGNATURE in value


def stated_secret(stated: Manifest, live: Manifest) -> Manifest:
    """A Secret's inputs with the content that runs, all of it marked; of the keys that are stated, where they show.

    `stringData` becomes a part of `data`, as the API server does it.
    """
    inputs = {key: value for key, value in stated.items() if key not in ("data", "stringData")}
    content = dict(mapping(live, "data"))
    if not any(is_hidden(stated.get(field)) for field in ("data", "stringData")):
        shown = {*mapping(stated, "data"), *mapping(stated, "stringData")}
        content = {key: value for key, value in content.items() if key in shown}
    if content:
        inputs["data"] = marked(content)
    return inputs


def without_content(live: Manifest) -> Manifest:
    """A live Secret as the state holds it: its content marked, and no copy of it in an annotation."""
    metadata = {key: value for key, value in live["metadata"].items() if key != "annotations"}
    if kept := {key: value for key, value in mapping(live, "metadata", "annotations").items() if key != LAST_APPLIED}:
        metadata["annotations"] = kept
    outputs = {**live, "metadata": metadata}
    if data := mapping(live, "data"):
        outputs["data"] = marked(dict(data))
    return outputs


def is_hidden(value: Any) -> bool:
    """Whether a preview shows no value, but that there is a secret one."""
    return is_marked(value) or value == "[secret]"
