"""A pod as the API server judges it, and as the planner does."""

import re
from typing import Any, NamedTuple

from config.quantity import Memory
from plan.kubernetes.admission import Admission
from plan.model import Manifest, Namespace, ResourceList
from plan.model.resources import notation, read_amounts
from rehearsal.control_plane import Api, Refused


class Case(NamedTuple):
    """A pod, and what became of it."""

    pod: Manifest
    namespace: Namespace
    told: Manifest | Refused
    """By the API server: as it is stored, or why not."""
    planned: Admission


def ask(api: Api, pod: Manifest, place: Namespace) -> Manifest | Refused:
    """The API server's verdict on a pod. It is a dry run: everything judges the pod and nothing keeps it."""
    try:
        return api.create({**pod, "metadata": {**pod["metadata"], "namespace": place.name}}, dry_run=True)
    except Refused as refused:
        return refused


def agrees(case: Case) -> bool:
    """Whether both refuse a pod and say the same, or store it as the same."""
    if isinstance(case.told, Refused):
        return case.planned.refusal is not None and says_the_same(case)
    return case.planned.refusal is None and stored(case.told) == foretold(case.planned)


def stored(pod: Manifest) -> dict[str, Any]:
    """Fields of a stored pod that are compared."""
    spec = pod["spec"]
    containers = [*spec["containers"], *spec.get("initContainers", ())]
    return {
        "resources": {each["name"]: _amounts(each.get("resources") or {}) for each in containers},
        "priority": (spec.get("priorityClassName", ""), spec["priority"]),
        "quality": pod["status"]["qosClass"],
        "tolerations": [dict(each) for each in spec["tolerations"]],
        "overhead": read_amounts(spec.get("overhead") or {}),
    }


def _amounts(resources: Manifest) -> tuple[ResourceList, ResourceList]:
    return read_amounts(resources.get("requests") or {}), read_amounts(resources.get("limits") or {})


def foretold(planned: Admission) -> dict[str, Any]:
    """The same of the planner."""
    containers = (*planned.pod.containers, *planned.pod.init_containers)
    return {
        "resources": {each.name: (each.requests, each.limits) for each in containers},
        "priority": (planned.priority_class, planned.pod.priority),
        "quality": planned.qos,
        "tolerations": list(planned.tolerations),
        "overhead": planned.pod.overhead,
    }


def says_the_same(case: Case) -> bool:
    """Whether the API server says what was planned, and nothing else. It tells fields of one container in any order,
    and of several policies what one of them says."""
    assert isinstance(case.told, Refused)
    assert case.planned.refusal is not None
    refused, refusal = case.told, case.planned.refusal
    name = case.pod["metadata"]["name"]
    if refusal.by == "policy":
        return any(refused.message == f"{_webhook(reason)} denied the request: {reason}" for reason in refusal.reasons)
    who = f'Pod "{name}" is invalid: ' if refusal.by == "validation" else f'pods "{name}" is forbidden: '
    if not refused.message.startswith(who):
        return False
    rest = in_planned_units(refused.message.removeprefix(who))
    for said in sorted(set(refusal.reasons), key=len, reverse=True):
        if said not in rest:
            return False
        rest = rest.replace(said, "", 1)
    return rest.strip("[]").split(", ") == [""] * len(set(refusal.reasons))


def _webhook(reason: str) -> str:
    return f'admission webhook "vpol.validate.kyverno.svc-ignore-finegrained-{reason.split()[1]}"'


def in_planned_units(message: str) -> str:
    """The planner writes bytes in the largest unit that fits, the API server in the kind of unit in which they came."""
    return re.sub(
        r"""(?:(?<=["=])|(?<=of )|(?<=is ))\d+(e\d+|\d{3})\b""",
        lambda found: notation("memory", Memory.parse(found[0])),
        message,
    )
