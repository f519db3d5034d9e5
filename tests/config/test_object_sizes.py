"""Objects in files that are larger than the API server takes."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from config.api_rules import MAX_ANNOTATIONS, object_refusals
from config.kubernetes import MAX_FILES


def refusals(kind: str, content: Mapping[str, Any]) -> list[str]:
    """The words of all of them."""
    metadata = {"name": "large", **content.get("metadata", {})}
    return [
        message for _, message in object_refusals({"apiVersion": "v1", "kind": kind, **content, "metadata": metadata})
    ]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("ConfigMap", lambda size: {"data": {"a": "x" * (size - 2), "b": "é"}}),
        (
            "ConfigMap",
            lambda size: {"data": {"a": "x"}, "binaryData": {"b": base64.b64encode(b"x" * (size - 1)).decode()}},
        ),
        ("Secret", lambda size: {"data": {"a": base64.b64encode(b"x" * size).decode()}}),
        ("Secret", lambda size: {"data": {"a": "eA=="}, "stringData": {"b": "x" * (size - 1)}}),
    ],
    ids=["texts", "texts and binary data", "encoded", "encoded and plain"],
)
def test_data_is_refused_from_the_byte_on_at_which_the_api_server_refuses_it(kind: str, content: Any) -> None:
    assert not refusals(kind, content(MAX_FILES))
    (message,) = refusals(kind, content(MAX_FILES + 1))
    assert message.startswith(f"1,048,577 bytes in all; a {kind} holds 1,048,576.")


def test_annotations_are_refused_from_the_byte_on_at_which_the_api_server_refuses_them() -> None:
    def with_annotation(size: int) -> list[str]:
        return refusals("ServiceAccount", {"metadata": {"annotations": {"note": "x" * (size - 4)}}})

    assert not with_annotation(MAX_ANNOTATIONS)
    assert with_annotation(MAX_ANNOTATIONS + 1) == ["262,145 bytes in all; an object holds 262,144"]
