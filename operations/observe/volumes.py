"""How full volumes were, by the metrics of the kubelets in Prometheus."""

from datetime import datetime

from observation.model import Gap
from observation.usage import VolumeUsage, is_possible
from operations.clients.prometheus import Prometheus, Series
from operations.clients.refusals import NotAnswered

USED, CAPACITY = "kubelet_volume_stats_used_bytes", "kubelet_volume_stats_capacity_bytes"
_BY = "namespace, persistentvolumeclaim"
_DAY = 86_400
_Claim = tuple[str, str]
"""Namespace and name."""


def volumes_of_cluster(
    prometheus: Prometheus, end: datetime, days: int
) -> tuple[tuple[VolumeUsage, ...], tuple[Gap, ...]]:
    """The claims with a figure; a gap where nobody recorded any, or Prometheus does not answer."""
    window = f"{days}d"
    queries = (
        f"max by ({_BY}) (max_over_time({USED}[{window}]))",
        f"max by ({_BY}) (last_over_time({CAPACITY}[1d]))",
        f"min by ({_BY}) (min_over_time(timestamp({USED})[{window}:1h]))",
        f"max by ({_BY}) (deriv({USED}[{window}:1h]))",
    )
    try:
        used, capacity, since, slope = (
            {_claim(each): value for each in prometheus.now(query, end) for value in _values(each)} for query in queries
        )
    except NotAnswered as refused:
        return (), (Gap("usage of volumes", refused.why, refused.detail),)
    if not used:
        return (), (Gap("usage of volumes", "absent", f"{prometheus.url} has no {USED}"),)
    return (
        tuple(
            VolumeUsage(
                *claim,
                round((end.timestamp() - since.get(claim, end.timestamp())) / _DAY, 1),
                int(used[claim]),
                int(capacity.get(claim, 0)),
                int(slope.get(claim, 0) * _DAY),
            )
            for claim in sorted(used)
            if used[claim] >= 0
        ),
        (),
    )


def _claim(series: Series) -> _Claim:
    return series.labels.get("namespace", ""), series.labels.get("persistentvolumeclaim", "")


def _values(series: Series) -> tuple[float, ...]:
    """The last value; none where there is none, or where it is one that nothing can have."""
    return tuple(sample.value for sample in series.samples[-1:] if is_possible(abs(sample.value)))
