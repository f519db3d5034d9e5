"""Asking a cluster for all that the answers about it need; what it does not say is stated."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from observation.accepted import accepted
from observation.kinds import RESOURCES, file_stem
from observation.model import Gap, Kubelet, Observation
from observation.objects import name_of
from observation.redaction import redacted
from operations.clients.cluster import Cluster, Resource
from operations.clients.refusals import NoCluster, NotAnswered
from operations.observe.clocks import clock_gap
from plan.model import Manifest

Tell = Callable[[int, int], None]
"""Told how many of how many resources have been read."""
_AT_A_TIME = 8
_LEFT_OUT = frozenset(("events.events.k8s.io", "componentstatuses", "selfsubjectreviews.authentication.k8s.io"))
"""Resources that repeat another one, or hold nothing."""
_LEFT_OUT_GROUPS = frozenset(("metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"))
_NODE_LEASES = "kube-node-lease"


def observe(cluster: Cluster, tell: Tell = lambda done, of: None) -> Observation:
    """All listable objects of a cluster, and answers of its kubelets. Raises NoCluster where it does not answer."""
    now = datetime.now(UTC)
    try:
        version = cluster.version()
        found = list(cluster.resources())
    except NotAnswered as refused:
        raise NoCluster(f"the cluster cannot be asked: {refused.detail}") from None
    resources = [each for each in found if isinstance(each, Resource) and _is_read(each)]
    gaps = [Gap(each[0], each[1].why, each[1].detail) for each in found if not isinstance(each, Resource)]
    if cluster.clock is not None and (apart := clock_gap(cluster.server, cluster.clock, now)) is not None:
        gaps.append(apart)
    read: dict[str, tuple[Manifest, ...]] = {}
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        for done, (resource, answer) in enumerate(threads.map(partial(_read, cluster), resources), 1):
            stem = file_stem(resource.plural, resource.group)
            if isinstance(answer, NotAnswered):
                gaps.append(Gap(stem, answer.why, answer.detail))
            else:
                objects, lacking = accepted(stem, answer, resource.api_version, resource.kind)
                read[stem] = tuple(map(redacted, objects))
                gaps += lacking
            tell(done, len(resources))
        nodes = [name_of(each) for each in read.get("nodes", ())]
        kubelets = dict(zip(nodes, threads.map(partial(_kubelet, cluster), nodes), strict=True))
    served = {file_stem(each.plural, each.group) for each in resources}
    gaps += [Gap(each, "not-served", "the API server does not serve it") for each in RESOURCES if each not in served]
    for each in kubelets.values():
        gaps += each[1]
    return Observation(
        cluster.server,
        now,
        "clock",
        read,
        tuple(gaps),
        version,
        {node: each[0] for node, each in kubelets.items()},
    )


def _is_read(resource: Resource) -> bool:
    return resource.group not in _LEFT_OUT_GROUPS and file_stem(resource.plural, resource.group) not in _LEFT_OUT


def _read(cluster: Cluster, resource: Resource) -> tuple[Resource, tuple[Manifest, ...] | NotAnswered]:
    namespace = _NODE_LEASES if resource.plural == "leases" else None
    try:
        return resource, tuple(cluster.list(resource, namespace))
    except NotAnswered as refused:
        return resource, refused


def _kubelet(cluster: Cluster, node: str) -> tuple[Kubelet, list[Gap]]:
    answers: list[dict[str, object] | None] = []
    gaps: list[Gap] = []
    for what in ("configz", "stats/summary"):
        try:
            answers.append(dict(cluster.kubelet(node, what)))
        except NotAnswered as refused:
            answers.append(None)
            gaps.append(Gap(f"{what} of kubelet {node}", refused.why, refused.detail))
    return Kubelet(*answers), gaps
