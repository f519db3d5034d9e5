"""Applications that run a schedule of their own, in several pods: each of them runs all of it."""

from collections.abc import Iterable, Iterator

from config.image import repository_of
from plan.findings.program import Program
from plan.model.findings import Finding, Rule

SCHEDULE_RUN_TWICE = Rule(
    "SCHEDULE-RUN-TWICE",
    "warning",
    title="Several pods run one schedule",
    meaning=(
        "A scheduler inside of an application does what is due at its time. Several pods of it know nothing of each "
        "other: mails are sent twice, and jobs that must not meet run at once. Nothing fails."
    ),
    remedy="Write replicas: 1 for the scheduler, and more for its workers alone.",
)
_REPLACES = "write replicas: 1; it is there again after seconds"


def scheduler_findings(found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each scheduler of which several pods run."""
    for each in found:
        if each.replicas > 1 and not each.ends and (scheduler := _scheduler(each)):
            yield SCHEDULE_RUN_TWICE.finding(
                each.at("replicas") if each.is_main else each.path,
                f"{each.replicas} pods of {each.name} run {scheduler}: what is due is done {each.replicas} times",
                _REPLACES,
                about=each.name,
                facts={"replicas": each.replicas},
            )


def _scheduler(program: Program) -> str | None:
    """The scheduler that each pod runs for all of them; None where there is none, or where it is told of the others."""
    if repository_of(program.image) == "n8nio/n8n":
        is_worker = any(word in program.words for word in ("worker", "webhook"))
        is_told = program.variables is None or "N8N_MULTI_MAIN_SETUP_ENABLED" in program.variables
        return None if is_worker or is_told else "the schedules and triggers of n8n"
    words = " ".join(program.words).split()
    if "celery" in words and ("beat" in words or {"-B", "--beat"} & {*words}):
        is_locked = any("redbeat" in each.lower() for each in words)
        return None if is_locked else "the schedule of Celery (beat)"
    return None
