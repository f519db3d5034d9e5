"""A lab's contents, applied in the order in which the program declares them (`components/contents.py`): by the program
itself and `pulumi up`, or else by server-side apply of what it would declare.

Where the program does not wait and the order is left to chance, this waits: until the policies hold, and until each
namespace has what they give it. So a rehearsal finds the same every time.
"""

import time
from collections.abc import Callable, Iterator

from plan.model import Manifest, Namespace, Plan, Service
from plan.tiers.policies.kyverno import API_VERSION as POLICIES
from rehearsal.control_plane import Api, Applied
from rehearsal.stand_ins import stand_ins, system_stand_ins

Up = Callable[[Plan], list[Applied]]
"""One `pulumi up` of the contents of a plan; says what came of each object."""

SECONDS = 180
"""That policies have to become ready, and namespaces to get what they are given."""
ASK_AGAIN_SECONDS = 40
"""After which Kyverno is asked again for what a namespace lacks."""


class NotGoverned(Exception):
    """Policies did not become ready, or did not give a namespace what is planned."""


def fill(api: Api, plan: Plan, up: Up | None = None) -> list[Applied]:
    """Apply everything in the lab, with `up` by the engine; returns what came of each object.

    Raises:
        NotGoverned: the policies do not do what they should, so that nothing after it would tell anything.
        EngineFailed: `pulumi up` fails of itself.
    """
    return _by_server_side_apply(api, plan) if up is None else _by_engine(api, plan, up)


def _by_engine(api: Api, plan: Plan, up: Up) -> list[Applied]:
    """Three times the program, each time with more of the plan."""
    system = api.apply_all(system_stand_ins(plan))
    free = [namespace for namespace in plan.namespaces if not namespace.after_policies]
    first = plan._replace(namespaces=tuple(free), services=tuple(_services_in(plan, free)))
    applied = up(first)
    _wait(lambda: unready_policies(api, plan), applied)
    applied = up(first._replace(namespaces=plan.namespaces))
    _wait_until_governed(api, plan, applied)
    return [*system, *up(plan)]


def _by_server_side_apply(api: Api, plan: Plan) -> list[Applied]:
    free = [namespace for namespace in plan.namespaces if not namespace.after_policies]
    governed = [namespace for namespace in plan.namespaces if namespace.after_policies]
    applied: list[Applied] = []

    def apply(manifests: Iterator[Manifest]) -> None:
        applied.extend(api.apply_all(list(manifests)))

    apply(iter(plan.defaults))
    apply(system_stand_ins(plan))
    apply(namespace.manifest for namespace in free)
    _apply_releases(plan, free, apply)
    apply(iter(plan.policies))
    _wait(lambda: unready_policies(api, plan), applied)
    apply(namespace.manifest for namespace in governed)
    _wait_until_governed(api, plan, applied)
    _apply_releases(plan, governed, apply)
    apply(manifest for service in plan.services for manifest in service.manifests)
    return applied


def _apply_releases(plan: Plan, namespaces: list[Namespace], apply: Callable[[Iterator[Manifest]], None]) -> None:
    services = list(_services_in(plan, namespaces))
    apply(manifest for service in services for manifest in service.before_release)
    apply(stand_ins(plan, *(service.name for service in services)))


def _services_in(plan: Plan, namespaces: list[Namespace]) -> Iterator[Service]:
    names = {namespace.name for namespace in namespaces}
    return (service for service in plan.services if service.namespace in names)


def unready_policies(api: Api, plan: Plan) -> list[str]:
    """Policies that Kyverno does not follow yet."""
    found = {
        (kind, each["metadata"]["name"]): each
        for kind in {str(policy["kind"]) for policy in plan.policies}
        for each in api.list(POLICIES, kind)
    }
    return [
        f"{policy['kind']} {policy['metadata']['name']}"
        for policy in plan.policies
        if not _is_ready(found.get((policy["kind"], policy["metadata"]["name"]), {}))
    ]


def ungoverned_namespaces(api: Api, plan: Plan) -> list[str]:
    """Objects that the policies have not made yet, as `namespace/kind`."""
    made = {
        (each["metadata"]["namespace"], each["metadata"]["name"])
        for kind in ("LimitRange", "ResourceQuota")
        for each in api.list("v1", kind)
    }
    planned = (each for namespace in plan.namespaces for each in (namespace.limit_range, namespace.quota) if each)
    return [
        f"{each['metadata']['namespace']}/{each['kind']}"
        for each in planned
        if (each["metadata"]["namespace"], each["metadata"]["name"]) not in made
    ]


def _is_ready(policy: Manifest) -> bool:
    return bool(policy.get("status", {}).get("conditionStatus", {}).get("ready"))


def _wait_until_governed(api: Api, plan: Plan, applied: list[Applied]) -> None:
    """Kyverno gives up on a namespace after some failures, and takes it up again with the next change of it."""
    asked = time.monotonic()

    def missing() -> list[str]:
        nonlocal asked
        lacking = ungoverned_namespaces(api, plan)
        if lacking and time.monotonic() - asked > ASK_AGAIN_SECONDS:
            asked = time.monotonic()
            for name in sorted({each.partition("/")[0] for each in lacking}):
                api.patch(_namespace(name), {"metadata": {"annotations": {"rehearsal/asked": f"{asked:.0f}"}}})
        return lacking

    _wait(missing, applied)


def _namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def _wait(missing: Callable[[], list[str]], applied: list[Applied]) -> None:
    deadline = time.monotonic() + SECONDS
    while lacking := missing():
        if time.monotonic() > deadline:
            refused = "; ".join(str(each.refused) for each in applied if each.refused) or "nothing was refused"
            some = ", ".join(lacking[:3])
            raise NotGoverned(f"not ready after {SECONDS} s: {len(lacking)} objects of Kyverno, as {some}; {refused}")
        time.sleep(0.2)
