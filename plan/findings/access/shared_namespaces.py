"""Exceptions of one service that hold for the others in its namespace."""

from collections.abc import Collection, Iterator

from config.lab import Lab
from plan.model import Namespace
from plan.model.findings import Finding, Rule
from plan.wording import listed

EXCEPTION_SHARED = Rule(
    "EXCEPTION-SHARED",
    "info",
    title="An exception of one service holds for others too",
    meaning=(
        "A quota and a LimitRange belong to a namespace. Where one service of a group goes without, the others are not "
        "limited either, though none of their files says so."
    ),
    remedy="Move the service out of the group, or accept that the exception holds for the whole group.",
)

_EFFECTS = {"no-quota": "quota", "no-limit-range": "LimitRange"}
"""Exceptions that take something from the whole namespace, and what."""


def shared_exception_findings(lab: Lab, namespaces: Collection[Namespace]) -> Iterator[Finding]:
    """A finding for each exception that reaches services which do not state it."""
    for namespace in namespaces:
        for name in namespace.services:
            for exception in _EFFECTS.keys() & lab.services[name].exceptions.keys():
                others = [each for each in namespace.services if exception not in lab.services[each].exceptions]
                if others:
                    yield EXCEPTION_SHARED.finding(
                        ("services", name, "exceptions", exception),
                        f"because of {exception} of {name}, namespace {namespace.name} has no {_EFFECTS[exception]}: "
                        f"that holds for {listed(others)} too",
                        f"{_apart(lab, name, others)}, or leave it if that is meant",
                        facts={"namespace": namespace.name, "others": tuple(others)},
                    )


def _apart(lab: Lab, name: str, others: Collection[str]) -> str:
    """The key that brings services into one namespace: of the one with the exception, or of the others."""
    for key in ("namespace", "group"):
        if getattr(lab.services[name], key, None):
            return f"remove `{key}` from {name}, so that it has a namespace of its own"
    return f"remove `namespace` from {listed([*others])}, so that they have namespaces of their own"
