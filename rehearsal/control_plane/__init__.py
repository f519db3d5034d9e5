"""A real control plane on this machine, with Kyverno, nodes that KWOK plays, and storage without volumes.

    with cluster(plan) as running:
        running.api.apply(manifest)

Everything is on loopback, in one temporary folder, and gone when the block is left, whatever happens.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.namespaces import namespace_of
from operations.clients.kubernetes import Api, Applied, Refused
from plan.cluster.nodes import plan_nodes
from plan.model import Plan
from rehearsal.control_plane.kinds import stand_in_for_kinds
from rehearsal.control_plane.kyverno import Kyverno
from rehearsal.control_plane.nodes import add_nodes
from rehearsal.control_plane.parts import Parts
from rehearsal.control_plane.processes import PartFailed, processes
from rehearsal.control_plane.volumes import storage
from rehearsal.tools import Tell, ToolMissing, path_of

__all__ = ["Api", "Applied", "ControlPlane", "PartFailed", "Refused", "ToolMissing", "cluster", "control_plane"]

PROGRAMS = (
    "etcd",
    "kube-apiserver",
    "kube-scheduler",
    "kube-controller-manager",
    "kwok",
    "kyverno",
    "kyverno-background-controller",
)


@dataclass(frozen=True)
class ControlPlane:
    """A control plane that runs."""

    api: Api
    kubeconfig: Path
    """Of its administrator."""
    folder: Path
    """Where its programs run and log; it goes with them."""


@contextmanager
def control_plane(plan: Plan, tell: Tell = lambda line: None) -> Iterator[ControlPlane]:
    """A control plane with Kyverno, where the lab has it, and with all kinds that the plan uses. It has no nodes.

    `tell` gets messages about slow steps: building a part for the first time.

    Raises:
        ToolMissing: a part is not here and cannot be built.
        PartFailed: a part does not run.
    """
    for program in PROGRAMS:
        path_of(program, tell)
    with processes() as running:
        parts = Parts(running, plan.lab.cluster.service_ranges, tell)
        kubeconfig = parts.start()
        api = Api(kubeconfig)
        engine = plan.lab.cluster.platform.policy_engine
        if engine is not None:
            namespace = namespace_of(plan.lab, engine)
            Kyverno(parts, running, namespace, tell).start(api, _rights(plan, engine))
        stand_in_for_kinds(api, plan.manifests)
        yield ControlPlane(api, kubeconfig, running.folder)


@contextmanager
def cluster(plan: Plan, tell: Tell = lambda line: None) -> Iterator[ControlPlane]:
    """A control plane with the lab's nodes and storage, and nothing of the lab in it yet. Raises as above."""
    with ExitStack() as stack:
        running = stack.enter_context(control_plane(plan, tell))
        stack.enter_context(storage(running.api, plan.lab))
        add_nodes(running.api, plan.lab, plan_nodes(plan.lab))
        yield running


def _rights(plan: Plan, engine: str) -> list[dict[str, Any]]:
    """Rules that the lab adds to those of Kyverno's background controller."""
    release = next(service.release for service in plan.services if service.name == engine)
    value: Any = release.values if release else {}
    for key in ("backgroundController", "rbac", "clusterRole", "extraResources"):
        value = value.get(key, {})
    return list(value)
