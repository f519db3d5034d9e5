"""A look at what an `up` would do, and the judgement of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from config.lab import Lab
from config.load import load_lab
from observation import Observation
from operations.clients.helm import render_changed
from operations.clients.pulumi import Pulumi
from operations.guard import Judgement, judge
from operations.guard.belonging import Belonging, belonging
from operations.guard.reading.document import InvalidPreview
from operations.guard.reading.preview import Preview, read_preview
from operations.guard.reading.stack import Stack, read_stack, refuse_another
from operations.guard.reading.step import Step
from operations.up.second_look import name_of_steps
from operations.up.subject import is_made


class Looked(NamedTuple):
    """Steps of an `up`, as they were judged."""

    preview: Preview
    of: Belonging
    lab: Lab | None
    """None where it is not here."""
    judgement: Judgement
    is_saved: bool
    """Whether the engine can be held to it."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Steps that create, update, replace or delete: each resource once."""
        steps = {each.urn: each for each in self.preview.steps if each.action != "nothing" and is_made(each.urn)}
        return tuple(steps.values())

    @property
    def name(self) -> str | None:
        """The name of these steps; None where there is nothing to do."""
        return name_of_steps(self.preview) if self.steps else None


def look(
    pulumi: Pulumi, saved_plan: Path, lab: str | None, allow: Sequence[str], observation: Observation | None
) -> Looked:
    """Preview the stack and judge it, with charts that change rendered before and after where Helm is at hand.

    Raises:
        PulumiFailed: the engine did not come to a preview.
        InvalidPreview: it is not whole, or the stack has pending operations.
        InvalidLab: the lab has mistakes.
        UnknownAllowance: something is allowed that it does not do.
    """
    state = _state(pulumi)
    preview, is_saved = _preview(pulumi, saved_plan, state)
    of = belonging(preview.lab, lab)
    found = load_lab(of.folder) if of.folder else None
    charts = render_changed(preview, found.cluster.kubernetes_version if found else None)
    return Looked(preview, of, found, judge(preview, found, state, allow, observation, charts), is_saved)


def look_again(pulumi: Pulumi, saved_plan: Path) -> Preview:
    """Preview the stack once more, to compare. Raises PulumiFailed and InvalidPreview."""
    return _preview(pulumi, saved_plan, _state(pulumi))[0]


def _preview(pulumi: Pulumi, saved_plan: Path, state: Stack) -> tuple[Preview, bool]:
    printed = pulumi.look(saved_plan)
    preview = read_preview(printed.text)
    refuse_another(state, preview)
    return preview, printed.saved


def _state(pulumi: Pulumi) -> Stack:
    """Before the preview, which says less than the state of what is pending. Raises InvalidPreview."""
    try:
        return read_stack(pulumi.export_text())
    except InvalidPreview as pending:
        raise InvalidPreview(f"{pending}. If another `up` is still running, wait for its end instead") from None
