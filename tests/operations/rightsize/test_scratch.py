"""Limits of ephemeral storage: raised where they are nearly met or pods were evicted, never cut, else not known."""

from typing import Any

import pytest

from observation import Observation
from observation.model import Kubelet
from operations.rightsize.scratch import size_scratch
from tests.operations.clusters import NOW

MIB = 1 << 20


def cluster(written: int | None = None, status: dict[str, Any] | None = None, limit: str | None = "1Gi") -> Observation:
    limits = {"ephemeral-storage": limit} if limit else {}
    pod = {
        "kind": "Pod",
        "metadata": {"name": "web-0", "namespace": "shop"},
        "spec": {"containers": [{"name": "web", "resources": {"limits": limits}}]},
        "status": status or {},
    }
    parts = {"rootfs": {"usedBytes": (written or 0) * MIB - MIB}, "logs": {"usedBytes": MIB}}
    pods = [{"podRef": {"namespace": "shop", "name": "web-0"}, "containers": [{"name": "web", **parts}]}]
    kubelets = {} if written is None else {"one": Kubelet(None, {"pods": pods})}
    return Observation("test", NOW, "stated", {"pods": (pod,)}, kubelets=kubelets)


@pytest.mark.parametrize(
    ("written", "answer", "proposed"),
    [
        (None, "cannot be said", None),
        (10, "enough", None),
        (800, "enough", None),
        (900, "grow", 1536),
        (1100, "grow", 1650),
    ],
)
def test_a_limit_is_raised_before_it_is_met_and_never_cut(
    written: int | None, answer: str, proposed: int | None
) -> None:
    (found,) = size_scratch(cluster(written))
    assert (found.answer, found.proposed) == (answer, proposed and proposed * MIB)
    assert found.used == (None if written is None else written * MIB)


def test_an_eviction_that_is_still_there_raises_it_without_a_measure() -> None:
    said = "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. "
    (found,) = size_scratch(cluster(status={"phase": "Failed", "reason": "Evicted", "message": said}))
    assert (found.evicted, found.answer, found.proposed) == (1, "grow", 1536 * MIB)


def test_a_container_without_a_limit_is_left_out() -> None:
    assert not size_scratch(cluster(900, limit=None))
