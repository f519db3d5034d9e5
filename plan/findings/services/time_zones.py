"""Time zones in variables that no machine knows."""

from collections.abc import Iterable, Iterator

from config.schedule import timezone_refusal
from plan.findings.program import Program
from plan.model.findings import Finding, Rule

TIME_ZONE_UNKNOWN = Rule(
    "TIME-ZONE-UNKNOWN",
    "warning",
    title="A variable names a time zone that does not exist",
    meaning=(
        "The C library takes a TZ that it does not know for UTC, and says nothing: schedules, logs and calendars of "
        "that container are hours off. Some programs end instead."
    ),
    remedy="Write a name of the IANA database, for example Europe/Berlin.",
)
_VARIABLES = ("TZ", "TIMEZONE", "PHP_TZ", "GENERIC_TIMEZONE", "PAPERLESS_TIME_ZONE", "AUTHENTIK_TIME_ZONE")


def time_zone_findings(found: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each variable with a time zone of nobody. POSIX rules as CET-1CEST are not read."""
    for each in found:
        for variable in _VARIABLES:
            zone = each.env.get(variable, "")
            if "/" in zone and "$" not in zone and not zone.startswith(":") and (refusal := timezone_refusal(zone)):
                yield TIME_ZONE_UNKNOWN.finding(
                    each.path,
                    f"{variable} of {each.name}: {refusal}; its container has UTC",
                    f"write {variable} with a name of the IANA database, for example Europe/Berlin",
                    about=f"{each.name} {variable}",
                    facts={"zone": zone},
                )
