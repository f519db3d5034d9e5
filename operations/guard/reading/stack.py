"""Reads what `pulumi stack export` printed."""

from pydantic import AliasChoices, Field

from operations.guard.reading.document import Document, InvalidPreview, read_document
from operations.guard.reading.preview import Preview
from operations.guard.reading.step import State
from operations.guard.ways_out import Interrupted, interrupted
from plan.wording import printable


class _Operation(Document):
    resource: State
    type: str = "changing"


class _Deployment(Document):
    resources: tuple[State, ...] = ()
    pending: tuple[_Operation, ...] = Field((), validation_alias=AliasChoices("pending_operations"))
    pending_in_camel_case: tuple[_Operation, ...] = Field((), validation_alias="pendingOperations")
    """No version of the engine spells it so; where it stands nevertheless, it is not overlooked."""


class Stack(Document):
    """The state as it is."""

    deployment: _Deployment

    @property
    def resources(self) -> dict[str, State]:
        """The resources by URN."""
        return {resource.urn: resource for resource in self.deployment.resources}


def read_stack(text: str) -> Stack:
    """The state that `pulumi stack export` printed. Raises InvalidPreview, also where an `up` was cut off."""
    stack = read_document(text, Stack, "a stack's state; write one with `pulumi stack export`")
    pending = (*stack.deployment.pending, *stack.deployment.pending_in_camel_case)
    if pending:
        operations = [
            Interrupted(each.resource.urn, each.type, each.resource.id, each.resource.parent, each.resource.provider)
            for each in pending
        ]
        raise InvalidPreview(interrupted(operations))
    return stack


def refuse_another(stack: Stack, preview: Preview) -> None:
    """Raises InvalidPreview where a preview was made from another state."""
    known = stack.resources
    imported = {step.urn for step in preview.steps if step.op == "import"}
    for step in preview.steps:
        old = step.old_state
        if old is None or step.urn in imported:
            continue
        if old.urn not in known or known[old.urn].id != old.id:
            raise InvalidPreview(
                f"the preview was not made from this state: it changes {printable(step.name)}, which differs there"
            )
