"""A rehearsal: the lab as planned, and then whatever happens to it, one thing after the other."""

import time
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from plan.model import Finding, Pending, Plan
from rehearsal.contents import Up, fill
from rehearsal.control_plane import Api
from rehearsal.disturbances import Kept, add_worker, drain, lose, predicted_pending, with_another_worker
from rehearsal.outcome import Disagreement, Outcome, Refusal, disagreements, settle


class Event(NamedTuple):
    """Something to happen to the lab."""

    what: Literal["add worker", "drain", "lose"]
    node: str = ""


class Step(NamedTuple):
    """Outcome of the lab, or of an event."""

    event: str
    outcome: Outcome
    predicted: tuple[Pending, ...]
    """Pods that the planner expects to wait."""
    objects: int
    """Applied in this step."""
    apply_seconds: float
    kept: str | None = None
    """Why a drain did not end: pods that a budget keeps."""

    @property
    def disagreements(self) -> list[Disagreement]:
        """Where the planner foresaw something else."""
        return disagreements(self.outcome, self.predicted)

    @property
    def is_fine(self) -> bool:
        """Whether everything runs, as the planner said."""
        return self.outcome.is_complete and not self.disagreements and self.kept is None


def foretold(plan: Plan, refusal: Refusal) -> tuple[Finding, ...]:
    """Errors of the plan about services in the namespace of what was refused: why it was."""
    inside = {service.name for service in plan.services if service.namespace == refusal.what[0]}
    return tuple(each for each in plan.errors if each.path[0] == "services" and each.path[1] in inside)


def is_foreseen(plan: Plan, step: Step) -> bool:
    """Whether the plan has told of everything that waits and of everything that was refused."""
    refused = {each.what for each in step.outcome.refusals}
    explained = all(each.key in refused for each in step.outcome.workloads if each.missing)
    told = all(foretold(plan, each) for each in step.outcome.refusals)
    return explained and told and not step.disagreements and step.kept is None


def rehearse(api: Api, plan: Plan, events: Iterable[Event], up: Up | None = None) -> Iterator[Step]:
    """Fill a cluster with the lab, let things happen to it, and say after each what came of it.

    The lab is applied by `up`; without it, by server-side apply.

    Raises:
        NotGoverned: the policies do not do what they should.
        EngineFailed: `pulumi up` fails of itself.
        NoWorker: there is no worker to add another one of.
    """
    start = time.monotonic()
    applied = fill(api, plan, up)
    seconds = time.monotonic() - start
    outcome = settle(api, applied)
    yield Step("as planned", outcome, plan.capacity.pending, len(applied), seconds)
    lab, gone = plan.lab, set[str]()
    for event in events:
        kept, before = None, outcome
        if event.what == "add worker":
            add_worker(api, lab)
            lab, name = with_another_worker(lab)
        else:
            name = event.node
            gone.add(name)
            try:
                drain(api, name) if event.what == "drain" else lose(api, name)
            except Kept as refused:
                kept = str(refused)
        outcome = settle(api, (each for each in applied if each.refused))
        yield Step(f"{event.what} {name}", outcome, predicted_pending(plan, lab, gone, before), 0, 0, kept)
