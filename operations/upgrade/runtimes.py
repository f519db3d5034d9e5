"""Releases of containerd that its makers recommend for a minor release of Kubernetes."""

import re
from typing import Literal

SOURCE = "github.com/containerd/containerd, RELEASES.md (Kubernetes support)"
RECOMMENDED: dict[int, tuple[tuple[int, int, int], ...]] = {
    32: ((2, 1, 0), (2, 0, 1), (1, 7, 24), (1, 6, 36)),
    33: ((2, 1, 0), (2, 0, 4), (1, 7, 24), (1, 6, 36)),
    34: ((2, 1, 3), (2, 0, 6), (1, 7, 28), (1, 6, 39)),
    35: ((2, 2, 0), (2, 1, 5), (1, 7, 28)),
    36: ((2, 3, 0), (2, 2, 0)),
}
"""By minor of Kubernetes: of each minor of containerd the first release that is good enough."""

RuntimeAnswer = Literal["recommended", "not recommended", "not known"]
_CONTAINERD = re.compile(r"containerd://v?(\d+)\.(\d+)\.(\d+)")


def runtime_for(runtime: str, minor: int) -> RuntimeAnswer:
    """Whether a node's runtime, as `containerd://2.1.5`, is one for a minor release of Kubernetes."""
    found, releases = _CONTAINERD.match(runtime), RECOMMENDED.get(minor)
    if found is None or releases is None:
        return "not known"
    major, middle, patch = (int(each) for each in found.groups())
    newest = max(releases)
    if (major, middle) > newest[:2]:
        return "not known"
    good = any((major, middle) == each[:2] and patch >= each[2] for each in releases)
    return "recommended" if good else "not recommended"
