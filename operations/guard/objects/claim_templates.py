"""Claims of a StatefulSet whose templates change: they stay as they are, whatever the new templates say."""

from collections.abc import Iterable

from operations.guard.objects.moving_data import HOW_TEMPLATES_CHANGE, HOW_TEMPLATES_GROW
from plan.changes.object_rules import touches

CLAIM_TEMPLATES = ("spec.volumeClaimTemplates",)
_SIZE = ".spec.resources.requests.storage"
_NAME = ".metadata.name"


def of_claims(paths: Iterable[str]) -> str:
    """The sentence for claims, by the fields that change."""
    changed = _of_templates(paths)
    if any(path.endswith(_NAME) for path in changed):
        return "Its pods start on new, empty claims; the old ones stay, with the data."
    return f"Its claims stay as they are{': nothing grows' if _only_grow(changed) else ''}."


def how_claims_follow(paths: Iterable[str]) -> str:
    """How to have them as the templates say, with their data."""
    if _only_grow(_of_templates(paths)):
        return f"to grow them: {HOW_TEMPLATES_GROW}"
    return f"to keep the data: {HOW_TEMPLATES_CHANGE}"


def _of_templates(paths: Iterable[str]) -> list[str]:
    return [path for path in paths if touches(path, CLAIM_TEMPLATES)]


def _only_grow(changed: list[str]) -> bool:
    return bool(changed) and all(path.endswith(_SIZE) for path in changed)
