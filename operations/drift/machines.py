"""How the machines on their hosts differ from the lab."""

from collections.abc import Collection

from operations.preflight.check import Check, unchecked
from operations.preflight.left_over import check_left_over
from operations.preflight.machines import check_existing
from operations.preflight.standing import to_create
from operations.preflight.state import State, Unread
from plan.model import Plan
from plan.model.findings import Rule

MACHINE_UNMADE = Rule(
    "MACHINE-UNMADE",
    "warning",
    title="A machine of the lab is not on its host",
    meaning="No machine with its VMID has the name, the host and the tags that the program gives.",
    remedy="The next `up` makes it. If it was there before, see who deleted or moved it first.",
)


def machine_drift(plan: Plan, state: State, claimed: Collection[str] | None) -> tuple[Check, ...]:
    """Machines that are missing, different or left over; `claimed` has the handles of the cluster's volumes."""
    return (_unmade(plan, state), check_existing(plan, state), check_left_over(plan, state, claimed))


def _unmade(plan: Plan, state: State) -> Check:
    question = "machines of the lab"
    if isinstance(state.guests, Unread):
        return Check(question, (unchecked(("machines",), question, state.guests),), "")
    missing = to_create(plan, state.guests)
    return Check(
        question,
        tuple(
            MACHINE_UNMADE.finding(
                ("machines", each.name),
                f"{each.name} (VMID {each.vmid}) is not on {each.host}",
                "run `homelab up`, or see who deleted or moved it",
            )
            for each in missing
        ),
        f"all {len(plan.machines)} are there",
    )
