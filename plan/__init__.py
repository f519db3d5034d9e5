"""The planner: pure functions from a lab to a plan, without Pulumi, files or network."""

from plan.model import Finding, Manifest, Plan
from plan.planner import make_plan

__all__ = ["Finding", "Manifest", "Plan", "make_plan"]
