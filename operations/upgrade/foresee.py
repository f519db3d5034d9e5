"""An upgrade to the next minor release, predicted on the cluster that runs."""

from datetime import date
from typing import Literal, NamedTuple

from observation import Observation
from observation.distributions import Distribution, distribution_of
from observation.objects import labels_of, name_of
from operations.drain import UnknownNode
from operations.drain import foresee as foresee_drain
from operations.snapshot import Snapshot, snapshot
from operations.upgrade.add_ons import AddOn, add_ons
from operations.upgrade.changes import Judged, judged_changes
from operations.upgrade.runtimes import RuntimeAnswer, runtime_for
from operations.upgrade.steps import Step, steps
from plan.cluster.nodes import CONTROL_PLANE_LABEL
from plan.cluster.releases import KUBELET_SKEW, Release, minor_of, release
from plan.model.fields import text


class NotUpgradable(Exception):
    """The observation lacks what an upgrade needs; the message says what is missing."""


class NodeVersion(NamedTuple):
    """A node and its kubelet."""

    name: str
    is_control_plane: bool
    kubelet: str
    runtime: str
    skew: Literal["fine", "newer than the API server", "too old", "not known"]
    runtime_for_target: RuntimeAnswer


class Drained(NamedTuple):
    """The drain of a node on the way."""

    node: str
    blockers: int
    without_place: int


class Upgrade(NamedTuple):
    """The way to the next minor release."""

    version: str
    """Of the API server."""
    release: Release | None
    """None where this program does not know it."""
    days_left: int | None
    """Days until its end of life, negative afterwards."""
    target: Release | None
    """None where this program knows no newer release."""
    distribution: Distribution
    nodes: tuple[NodeVersion, ...]
    add_ons: tuple[AddOn, ...]
    """With their answers for the target."""
    changes: tuple[Judged, ...] | None
    """Documented changes of the target; None where this program knows none."""
    drains: tuple[Drained, ...]
    steps: tuple[Step, ...]
    """Empty where the distribution is not upgraded by kubeadm."""

    @property
    def is_held_up(self) -> bool:
        """Whether something has to be done before the first step."""
        return (
            any(each.skew != "fine" or each.runtime_for_target == "not recommended" for each in self.nodes)
            or any(each.answer == "not admitted" for each in self.add_ons)
            or any(each.holds_up for each in self.changes or ())
            or any(each.blockers for each in self.drains)
        )


def foresee(observation: Observation) -> Upgrade:
    """The upgrade to the next minor release. Raises NotUpgradable."""
    version = observation.version or _of_control_plane(observation)
    minor = minor_of(version) if version else None
    if version is None or minor is None:
        raise NotUpgradable("the observation has no version of the API server and no node of the control plane")
    target = release(minor + 1)
    nodes = tuple(_node(observation, name_of(node), minor) for node in observation.of("Node"))
    distribution = distribution_of(observation.of("Node"))
    control_plane = [node.name for node in nodes if node.is_control_plane]
    workers = [node.name for node in nodes if not node.is_control_plane]
    known, cluster = release(minor), snapshot(observation)
    by_kubeadm = distribution == "kubeadm" and target is not None and bool(control_plane)
    return Upgrade(
        version=version,
        release=known,
        days_left=_days(observation.now.date(), known.end_of_life) if known else None,
        target=target,
        distribution=distribution,
        nodes=nodes,
        add_ons=add_ons(observation, minor + 1),
        changes=judged_changes(observation, minor),
        drains=tuple(_drained(observation, cluster, node.name) for node in nodes),
        steps=tuple(steps(minor + 1, control_plane, workers)) if by_kubeadm else (),
    )


def _of_control_plane(observation: Observation) -> str | None:
    versions = (
        text(node, "status", "nodeInfo", "kubeletVersion")
        for node in observation.of("Node")
        if CONTROL_PLANE_LABEL in labels_of(node)
    )
    return next(versions, None)


def _node(observation: Observation, name: str, api_server: int) -> NodeVersion:
    manifest = observation.get("Node", name)
    if manifest is None:
        raise UnknownNode(name)
    kubelet = text(manifest, "status", "nodeInfo", "kubeletVersion")
    minor = minor_of(kubelet)
    if minor is None:
        skew = "not known"
    elif minor > api_server:
        skew = "newer than the API server"
    else:
        skew = "too old" if minor < api_server - KUBELET_SKEW else "fine"
    runtime = text(manifest, "status", "nodeInfo", "containerRuntimeVersion")
    is_control_plane = CONTROL_PLANE_LABEL in labels_of(manifest)
    return NodeVersion(name, is_control_plane, kubelet, runtime, skew, runtime_for(runtime, api_server + 1))


def _days(now: date, end: date) -> int:
    return (end - now).days


def _drained(observation: Observation, cluster: Snapshot, node: str) -> Drained:
    drain = foresee_drain(observation, node, cluster)
    return Drained(node, len(drain.blockers), sum(move.without_place for move in drain.moves))
