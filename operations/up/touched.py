"""Objects that an `up` touched, and the doctor's findings about them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from observation import Reference
from operations.doctor.finding import Finding
from operations.up.outcome import Outcome
from operations.up.subject import reference_of


class Aftermath(NamedTuple):
    """The doctor's findings about the touched objects."""

    findings: tuple[Finding, ...] | None
    """None where the cluster was not asked."""
    before: frozenset[tuple[str, Reference]] | None = None
    """Codes and subjects of the findings before anything was applied; None where the cluster was not asked then."""
    not_asked: str = ""
    """Why not."""

    def is_new(self, finding: Finding) -> bool:
        """Whether it is known not to have been found before."""
        return self.before is not None and not self.was_there(finding)

    def was_there(self, finding: Finding) -> bool:
        """Whether it was found before."""
        return self.before is not None and identity(finding) in self.before

    @property
    def is_worse(self) -> bool:
        """Whether something that was touched is broken, and was not before."""
        return any(each.severity == "error" and self.is_new(each) for each in self.findings or ())


def touched_namespaces(outcome: Outcome) -> frozenset[str]:
    """The namespaces of everything that was done, tried or given up."""
    urns = [*(each.urn for each in (*outcome.done, *outcome.failed)), *outcome.given_up]
    return frozenset(filter(None, map(_namespace, map(reference_of, urns))))


def _namespace(of: Reference) -> str | None:
    return of.name if of.kind == "Namespace" else of.namespace


def ailments_of(findings: Sequence[Finding], namespaces: frozenset[str]) -> tuple[Finding, ...]:
    """Findings that are about something in these namespaces, or follow in one of them."""
    return tuple(each for each in findings if namespaces & _namespaces(each))


def identity(finding: Finding) -> tuple[str, Reference]:
    """Identity of a finding from one diagnosis to the next."""
    return finding.code, finding.subject


def _namespaces(finding: Finding) -> set[str]:
    about: Iterable[Reference] = (finding.subject, *(each.object for each in finding.consequences))
    return set(filter(None, map(_namespace, about)))
