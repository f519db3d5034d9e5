"""Secrets from a store that are fetched once and never again."""

from collections.abc import Iterator

from config.lab import Lab
from plan.model.fields import text
from plan.model.findings import Finding, Rule

SECRET_NEVER_RENEWED = Rule(
    "SECRET-NEVER-RENEWED",
    "info",
    title="A secret is fetched once, and not when it changes",
    meaning=(
        "With refreshInterval 0 or refreshPolicy CreatedOnce, External Secrets never looks again: a password that was "
        "changed in the store reaches no pod, and since its release 0.11 a change of the ExternalSecret does not "
        "either."
    ),
    remedy="Write refreshInterval: 1h, or leave it where the secret must not change.",
)

_NEVER = ("0", "0s", "0m", "0h")


def secret_refresh_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each ExternalSecret in a file that is not fetched again."""
    for stated in lab.objects_by_kind.get("ExternalSecret", ()):
        interval = text(stated.content, "spec", "refreshInterval")
        once = text(stated.content, "spec", "refreshPolicy") == "CreatedOnce"
        if interval in _NEVER or once:
            said = "refreshPolicy: CreatedOnce" if once else f"refreshInterval: {interval}"
            yield SECRET_NEVER_RENEWED.finding(
                stated.path,
                f"{stated.name} is fetched once ({said}): a password that is changed in the store reaches no pod",
                "write refreshPolicy: Periodic and refreshInterval: 1h" if once else "write refreshInterval: 1h",
                about=stated.name,
            )
