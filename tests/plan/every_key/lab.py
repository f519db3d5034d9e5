"""The lab with every key; tests/golden/every_key shows all that becomes of it."""

from typing import Any

from plan.model import Manifest, Plan
from tests.plan.labs import objects, plan_of


def one(plan: Plan, kind: str, name: str) -> Manifest:
    """The object of a kind and name."""
    (found,) = (each for each in objects(plan, kind) if each["metadata"]["name"] == name)
    return found


def pod() -> dict[str, Any]:
    """The pod with containers of each sort."""
    return one(plan_of("every_key"), "Deployment", "pods")["spec"]["template"]["spec"]
