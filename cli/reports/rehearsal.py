"""A rehearsal as JSON: what programs read."""

from cli.text.rehearsal import written_key
from plan import Plan
from rehearsal.rehearse import Step, foretold


def rehearsal_report(plan: Plan, ready_seconds: float, applied_by: str, steps: list[Step]) -> dict[str, object]:
    """A rehearsal for programs."""
    return {
        "lab": plan.lab.name,
        "fine": all(step.is_fine for step in steps),
        "ready_seconds": round(ready_seconds, 1),
        "applied_by": applied_by,
        "steps": [_step_report(plan, step) for step in steps],
    }


def _step_report(plan: Plan, step: Step) -> dict[str, object]:
    outcome = step.outcome
    return {
        "event": step.event,
        "fine": step.is_fine,
        "settled": outcome.settled,
        "settle_seconds": round(outcome.seconds, 1),
        "objects_applied": step.objects,
        "apply_seconds": round(step.apply_seconds, 1),
        "placing_seconds": outcome.placing_seconds if step.objects else None,
        "running_pods": outcome.running,
        "waiting": [
            {"workload": written_key(each.key), "pods": pods, "reason": words}
            for each in outcome.waiting
            for words, pods in each.waiting.items()
        ],
        "missing": [
            {"workload": written_key(each.key), "pods": each.missing} for each in outcome.workloads if each.missing
        ],
        "refused": [
            {
                "object": written_key(each.what),
                "by": each.by,
                "message": each.message,
                "foretold": [finding.code for finding in foretold(plan, each)],
            }
            for each in outcome.refusals
        ],
        "kept": step.kept,
        "nodes": [{"name": each.name, "pods": each.pods, "volumes": each.volumes} for each in outcome.nodes],
        "foreseen": [
            {
                "workload": each.workload.name,
                "namespace": each.workload.namespace,
                "pods": each.pods,
                "reason": each.reason,
            }
            for each in step.foreseen
        ],
        "disagreements": [
            {"workload": written_key(each.key), "waiting": each.waiting, "foreseen": each.planned}
            for each in step.disagreements
        ],
    }
