"""The record of an `up`: when, on which stack, what was judged and allowed, and what came of it. No value of any
resource is in it, and so no secret."""

from datetime import datetime
from typing import Any

from operations.up.look import Looked
from operations.up.outcome import Outcome

VERSION = 1


def record_of(stack: str, began: datetime, looked: Looked, outcome: Outcome | None = None) -> dict[str, Any]:
    """As JSON's own types. Without an outcome it has begun and not ended, or was cut off."""
    judgement = looked.judgement
    return {
        "format_version": VERSION,
        "stack": stack,
        "lab": looked.of.lab,
        "began": began.isoformat(timespec="seconds"),
        "judged": {
            "counts": dict(judgement.counts),
            "allowed": sorted(judgement.allowed),
            "steps": [{"action": each.action, "urn": each.urn} for each in looked.steps],
        },
        "outcome": _outcome(outcome) if outcome else None,
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "end": outcome.end,
        "seconds": outcome.seconds,
        "done": [{"action": each.action, "urn": each.urn} for each in outcome.done],
        "failed": [{"action": each.action, "urn": each.urn, "reason": each.reason} for each in outcome.failed],
        "given_up": list(outcome.given_up),
        "not_begun": list(outcome.not_begun),
    }
