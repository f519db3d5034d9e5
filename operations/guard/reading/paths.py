"""Paths of fields, as the engine writes them and as people do."""

import re


def without_indices(path: str) -> str:
    """`containers[0].resources` as `containers.resources`, `metadata["labels"]` as `metadata.labels`."""
    return re.sub(r"\[[^\]\"]*\]", "", re.sub(r'\["([^"]*)"\]', r".\1", path)).lstrip(".")


def python_path(path: str) -> str:
    """`disks[0].importFrom` as `disks.import_from`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", without_indices(path)).lower()
