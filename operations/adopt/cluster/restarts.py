"""Pods that run, judged by the policies and limits of the tiers: which would be refused at their next restart."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from config.lab import Lab
from operations.adopt.cluster.objects import Key, custom_group
from operations.adopt.cluster.world import World
from plan.kubernetes.admission import admit
from plan.kubernetes.admission.reasons import LimitBroken, PolicyBroken
from plan.model import Manifest, Plan
from plan.model.fields import entries, mapping, text
from plan.tiers.namespaces import plan_namespaces
from plan.workloads.lowering import lowering_of

_NOT_YET = "not-installed-yet"
"""The policy engine of a lab that names none: its rules are judged as if one were there."""


class RefusedAtRestart(NamedTuple):
    """A workload whose pods run, and that would not come back."""

    workload: Key
    reasons: tuple[str, ...]
    """In the words of the API server and of the policies."""


class Restarts(NamedTuple):
    """Effects of restarts, once the tiers are enforced."""

    judged: int
    """Pods that run in namespaces of the lab."""
    refused: tuple[RefusedAtRestart, ...]


def judge_restarts(plan: Plan, world: World) -> Restarts:
    """Each pod that runs, judged by what its tier would have: policies and limit ranges; quotas are the plan's."""
    lab = _governed(plan.lab)
    namespaces = {each.name: each for each in plan_namespaces(lab, plan.tiers, lowering_of)}
    refused: dict[Key, tuple[str, ...]] = {}
    judged = 0
    for key, pod in world.manifests.items():
        namespace = namespaces.get(key.namespace)
        runs = key.kind == "Pod" and text(pod, "status", "phase") == "Running"
        if namespace is None or not runs or not mapping(pod, "spec"):
            continue
        judged += 1
        try:
            admission = admit(lab, namespace, pod, quotas={}, classes_of_others=True)
        except ValueError:
            continue
        reasons = tuple(
            str(cause)
            for refusal in admission.refusals
            for cause in refusal.causes
            if isinstance(cause, PolicyBroken | LimitBroken)
        )
        if reasons:
            refused.setdefault(_workload_of(key, pod, world), reasons)
    return Restarts(judged, tuple(RefusedAtRestart(key, reasons) for key, reasons in sorted(refused.items())))


def _governed(lab: Lab) -> Lab:
    """The lab as it is once a policy engine enforces its tiers."""
    platform = lab.cluster.platform
    engine = platform.policy_engine or _NOT_YET
    cluster = lab.cluster.model_copy(update={"platform": platform.model_copy(update={"policy_engine": engine})})
    return replace(lab, cluster=cluster)


def _workload_of(key: Key, pod: Manifest, world: World) -> Key:
    """The controller of a pod, or the pod itself; a Deployment instead of its ReplicaSet."""
    for owner in _controllers(pod):
        group = custom_group(text(owner, "apiVersion"))
        above = Key(text(owner, "kind"), key.namespace, text(owner, "name"), group)
        further = world.manifests.get(above)
        return _workload_of(above, further, world) if further and above.kind in ("ReplicaSet", "Job") else above
    return key


def _controllers(manifest: Manifest) -> Iterator[Manifest]:
    yield from (dict(each) for each in entries(manifest, "metadata", "ownerReferences") if each.get("controller"))
