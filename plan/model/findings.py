"""Findings: a rule says its code, severity and page once; a finding is a rule, its subject and its facts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, get_args

from config.source import Path
from plan.wording import printable

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
Fact = str | int | float | bool | None | tuple[str, ...]


class HasSeverity(Protocol):
    """A finding, or what an `up` would do."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        ...


def worst_first(found: HasSeverity) -> int:
    """Sort key that puts errors before warnings."""
    return SEVERITIES.index(found.severity)


def severity_counts(found: Iterable[HasSeverity]) -> dict[Severity, int]:
    """How many there are of each severity, the worst first."""
    counts = Counter(each.severity for each in found)
    return {severity: counts[severity] for severity in SEVERITIES}


class Edit(NamedTuple):
    """A change of one value in the lab's files."""

    path: Path
    value: object = None
    """As it is written in the file; None takes the key out."""


class Remedy(NamedTuple):
    """A step that was tried: with it alone the finding is gone."""

    words: str
    edits: tuple[Edit, ...] = ()
    """Its changes of the files; empty where it is not made in files that the program can name."""
    further_machine: str = ""
    """The machine of which one more is added."""


@dataclass(frozen=True)
class Finding:
    """Something that is so in the lab and that its owner should know.

    Two findings are the same if rule, path and `about` are: numbers and words may differ.
    """

    code: str
    """Stable name of its rule, for example `QUOTA-EXCEEDED`."""
    path: Path
    """Its subject, as a path in the lab."""
    about: str = ""
    """The resource or other thing that it is about, where a rule may say several things of one subject."""
    severity: Severity = field(default="error", compare=False)
    message: str = field(default="", compare=False)
    """The case, with the numbers."""
    fix: str = field(default="", compare=False)
    """The cheapest thing to do about it."""
    facts: Mapping[str, Fact] = field(default_factory=dict[str, Fact], compare=False)
    """The values behind the message, by name; sizes in bytes, CPU in millicores."""
    remedies: tuple[Remedy, ...] = field(default=(), compare=False)
    """Remedies that `fix` names, each of which alone would do, as far as it was tried."""

    @property
    def services(self) -> tuple[str, ...]:
        """The services that it concerns: that of its subject, which may be an object of it, and all that it names."""
        also = self.facts.get("services")
        subject = (str(self.path[1]),) if len(self.path) > 1 and self.path[0] in ("services", "objects") else ()
        return (*subject, *(map(str, also) if isinstance(also, tuple) else ()))

    def concerns(self, service: str) -> bool:
        """Whether a service is one of those that it concerns."""
        return service in self.services


@dataclass(frozen=True)
class Rule:
    """A rule of the planner: everything about it that is the same for all of its findings."""

    code: str
    severity: Severity | tuple[Severity, ...]
    """Several, where it depends on how far things went."""
    title: str
    meaning: str
    """The page: why it matters."""
    remedy: str
    """The page: what to do."""

    @property
    def severities(self) -> tuple[Severity, ...]:
        """The severities that its findings may have."""
        return self.severity if isinstance(self.severity, tuple) else (self.severity,)

    def finding(
        self,
        path: Path,
        message: str,
        fix: str,
        *,
        about: str = "",
        severity: Severity | None = None,
        facts: Mapping[str, Fact] | None = None,
        remedies: tuple[Remedy, ...] = (),
    ) -> Finding:
        """A finding by this rule; `severity` where the rule leaves it open. Each of its texts is one line."""
        worst = self.severities[0] if severity is None else severity
        assert worst in self.severities, f"{self.code} may not be of severity {worst}"
        return Finding(self.code, path, about, worst, printable(message), printable(fix), facts or {}, remedies)


_NOT_LOOKED_AT = ("-UNCHECKED", "-NOT-CHECKED", "-UNCOUNTED", "FOOTPRINT-INCOMPLETE")
"""How codes end of findings which say that something was not looked at."""


def sorted_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first, and in a stable order: what was found wrong comes before what was not looked at."""
    return tuple(sorted(findings, key=_rank))


def _rank(finding: Finding) -> tuple[object, ...]:
    not_looked_at = finding.code.endswith(_NOT_LOOKED_AT)
    return worst_first(finding), not_looked_at, finding.code, finding.path, finding.about


def one_of_each(findings: Sequence[Finding], most: int) -> tuple[Finding, ...]:
    """The first findings, of so many codes as there are: one code ten times says less than two codes."""
    firsts = {each.code: each for each in reversed(findings)}
    chosen = [each for each in findings if firsts[each.code] is each]
    return tuple((*chosen, *(each for each in findings if firsts[each.code] is not each))[:most])
