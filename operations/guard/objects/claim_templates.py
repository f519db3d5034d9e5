"""Claims of a StatefulSet whose templates change: they stay as they are, whatever the new templates say."""

from collections.abc import Iterable
from contextlib import suppress

from config.quantity import Memory
from operations.guard.objects.moving_data import HOW_TEMPLATES_CHANGE, HOW_TEMPLATES_GO, HOW_TEMPLATES_GROW
from plan.changes.object_rules import touches
from plan.model.fields import Fields, entries, text

CLAIM_TEMPLATES = ("spec.volumeClaimTemplates",)
_SIZE = ".spec.resources.requests.storage"
_NAME = ".metadata.name"


def of_claims(paths: Iterable[str], before: Fields, after: Fields) -> str:
    """The sentence for claims, by the fields that change; it follows one that says that they stay."""
    changed = _of_templates(paths)
    if any(path.endswith(_NAME) for path in changed):
        return "Its pods start on new, empty claims; the old ones stay, with the data."
    if _shrinks(before, after):
        return "They stay as they are: none ever becomes smaller."
    return f"They stay as they are{': nothing grows' if _only_sizes(changed) else ''}."


def how_claims_follow(paths: Iterable[str], before: Fields, after: Fields) -> str:
    """How to have them as the templates say, with their data."""
    if after and not entries(after, "spec", "volumeClaimTemplates"):
        return f"to keep the data: {HOW_TEMPLATES_GO}"
    if _shrinks(before, after):
        return f"to have smaller ones, which the data must fit into: {HOW_TEMPLATES_CHANGE}"
    if _only_sizes(_of_templates(paths)):
        return f"to grow them: {HOW_TEMPLATES_GROW}"
    return f"to keep the data: {HOW_TEMPLATES_CHANGE}"


def _shrinks(before: Fields, after: Fields) -> bool:
    """Whether a template asks for less than it did."""
    old, new = _sizes(before), _sizes(after)
    return any(new[name] < old[name] for name in old.keys() & new.keys())


def _sizes(document: Fields) -> dict[str, int]:
    """The bytes that templates ask for, by name, where they can be read."""
    found: dict[str, int] = {}
    for each in entries(document, "spec", "volumeClaimTemplates"):
        with suppress(ValueError):
            found[text(each, "metadata", "name")] = Memory.parse(text(each, "spec", "resources", "requests", "storage"))
    return found


def _of_templates(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if touches(path, CLAIM_TEMPLATES)]


def _only_sizes(changed: list[str]) -> bool:
    return bool(changed) and all(path.endswith(_SIZE) for path in changed)
