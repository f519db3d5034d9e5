"""Volumes grow before they are full, are never cut, and without data nothing is said of them."""

import pytest

from observation import Observation
from observation.model import Kubelet
from observation.usage import Usage, VolumeUsage
from operations.rightsize.volumes import SizedVolume, size_volumes, sized_volume
from tests.operations.clusters import NOW

GIB = 1 << 30
KEY = "shop", "data"


def used(gib: float, *, days: float = 30, growth: float = 0, capacity: float = 10) -> VolumeUsage:
    return VolumeUsage(*KEY, days, int(gib * GIB), int(capacity * GIB), int(growth * GIB))


def sized(usage: VolumeUsage | None) -> SizedVolume:
    return sized_volume(KEY, 10 * GIB, usage, "prometheus" if usage else "none")


@pytest.mark.parametrize(
    ("usage", "answer", "gib"),
    [
        (None, "cannot be said", None),
        (used(1), "enough", None),
        (used(7.9), "enough", None),
        (used(8.2), "grow", 12),
        (used(5, growth=0.2), "grow", 23),
        (used(5, growth=0.1), "enough", None),
        (used(5, growth=0.2, days=5), "enough", None),
        (used(9.5, days=0), "grow", 14),
        (used(300, capacity=4000), "cannot be said", None),
        (used(9, growth=-1), "grow", 13),
    ],
    ids=str,
)
def test_a_volume_is_judged_by_its_peak_and_its_growth(usage: VolumeUsage | None, answer: str, gib: int | None) -> None:
    found = sized(usage)
    assert (found.answer, found.proposed) == (answer, gib and gib * GIB)


def test_no_volume_is_ever_made_smaller() -> None:
    for tenth in range(101):
        found = sized(used(tenth / 10))
        assert found.proposed is None or found.proposed > found.size


def cluster(usage: Usage | None = None, **statistics: Kubelet) -> Observation:
    claims = tuple(
        {
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": "shop"},
            "spec": {"storageClassName": "block"},
            "status": {"phase": phase, "capacity": {"storage": "10Gi"}},
        }
        for name, phase in (("data", "Bound"), ("new", "Pending"))
    )
    classes = ({"kind": "StorageClass", "metadata": {"name": "block"}, "allowVolumeExpansion": True},)
    resources = {"persistentvolumeclaims": claims, "storageclasses.storage.k8s.io": classes}
    return Observation("test", NOW, "stated", resources, kubelets=statistics, usage=usage)


def test_without_a_prometheus_the_kubelets_tell_how_full_a_volume_is_now() -> None:
    volume = {"name": "x", "pvcRef": {"name": "data", "namespace": "shop"}, "usedBytes": 9 * GIB}
    pods = [{"volume": [{**volume, "capacityBytes": 10 * GIB}, {"name": "no-claim"}]}]
    (found,) = size_volumes(cluster(one=Kubelet(None, {"pods": pods})))
    assert (found.source, found.answer, found.days, found.can_grow) == ("kubelet", "grow", 0, True)


def test_what_prometheus_recorded_counts_more() -> None:
    usage = Usage("http://prometheus", 30, None, (), (used(3),))
    (found,) = size_volumes(cluster(usage))
    assert (found.source, found.answer) == ("prometheus", "enough")


def test_a_claim_that_nobody_measured_is_said_to_be_so() -> None:
    (found,) = size_volumes(cluster())
    assert (found.answer, found.why) == ("cannot be said", "nobody measured it")
