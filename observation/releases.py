"""Releases of Helm, as their Secrets hold them: packed twice, and written by whoever may write Secrets."""

import base64
import binascii
import zlib
from typing import Any

import yaml

from observation import json_file
from plan.model.fields import Fields, mapping
from plan.yaml_text import read_documents

LARGEST = 64 << 20
"""Bytes, unpacked. What Kubernetes keeps in a Secret is at most 1 MiB packed; large charts become 10 MiB."""
_GZIP = 16 + zlib.MAX_WBITS


def unpacked(data: str) -> Fields:
    """The release in a Secret's key `release`; empty where it is something else. Raises ValueError."""
    try:
        packed = base64.b64decode(base64.b64decode(data))
        content = _inflated(packed) if packed[:2] == b"\x1f\x8b" else packed
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"it is not packed as Helm does: {error}") from None
    return mapping({"release": json_file.parse(content)}, "release")


def documents(manifest: str) -> list[Any]:
    """The objects in the manifest of a release. Raises ValueError."""
    try:
        return read_documents(manifest)
    except yaml.YAMLError as error:
        raise ValueError(f"its manifest is no YAML: {type(error).__name__}") from None


def _inflated(packed: bytes) -> bytes:
    stream = zlib.decompressobj(_GZIP)
    content = stream.decompress(packed, LARGEST)
    if stream.unconsumed_tail:
        raise ValueError(f"it is larger than {LARGEST >> 20} MiB when it is unpacked")
    return content
