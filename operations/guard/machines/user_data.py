"""Machines that would be made from user data that were emptied when an earlier one was set up."""

from collections.abc import Iterator, Sequence

from operations.guard.consequence import Consequence
from operations.guard.machines.consequences import MACHINE
from operations.guard.reading.stack import Stack
from operations.guard.reading.step import Step
from plan.model.fields import text
from plan.model.machines import EMPTIED

FROM_NOTHING = (
    "Its user data, {file}, were emptied when the earlier machine was set up, and are not written again: the new one "
    "would boot, and never become a node."
)
WRITTEN_ANEW = (
    "recreate it as docs/creating.md says: out of the lab and back, its files are written anew. Where the machine is "
    "gone already: `pulumi state delete --force URN` of both files, which `pulumi stack --show-urns` lists"
)


def from_emptied_user_data(steps: Sequence[Step], stack: Stack | None) -> Iterator[Consequence]:
    """A consequence for each machine that is made from a file that the state has as emptied."""
    if stack is None:
        return
    written = {step.urn for step in steps if step.action in ("create", "replace")}
    known = stack.resources.values()
    emptied = {each.id for each in known if each.urn.endswith(EMPTIED)}
    standing = emptied & {each.id for each in known if not each.urn.endswith(EMPTIED) and each.urn not in written}
    for step in steps:
        file = text(step.after, "initialization", "userDataFileId")
        if step.type == MACHINE and step.action in ("create", "replace") and file in standing:
            cause = ("initialization.user_data_file_id",)
            yield Consequence("FAIL", "error", step.name, cause, FROM_NOTHING.format(file=file), WRITTEN_ANEW)
