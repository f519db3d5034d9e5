"""The judgement of a preview as JSON."""

from operations.guard import Judgement
from operations.guard.consequence import Consequence


def guard_report(judgement: Judgement) -> dict[str, object]:
    """What an `up` would do, for programs."""
    return {
        "valid": True,
        "refused": [each.name for each in judgement.refused],
        "consequences": [
            {**consequence_report(each), "allowed": each.name in judgement.allowed} for each in judgement.consequences
        ],
    }


def consequence_report(consequence: Consequence) -> dict[str, object]:
    """What a step does, for programs."""
    return {**consequence._asdict(), "causes": list(consequence.causes)}
