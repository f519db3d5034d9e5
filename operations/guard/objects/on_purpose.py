"""Instances that are to run beside another one, as their services say."""

from collections.abc import Iterator

from config.lab import Lab
from config.namespaces import namespace_of, namespace_of_object
from config.service import HelmService
from operations.guard.consequence import Consequence


def intended(copy: Consequence, lab: Lab | None) -> Consequence:
    """A second copy; where its service says why it is one, it is told, and stops nothing."""
    place = copy.target.partition("/")[2]
    reason = next((reason for where, reason in _reasons(lab) if where == place), None) if lab else None
    if reason is None:
        return copy
    return copy._replace(severity="warning", message=f"{copy.message} It is meant to: {reason}", fix="")


def _reasons(lab: Lab) -> Iterator[tuple[str, str]]:
    """The reasons that services give, by the namespace and name of each object that they may be about."""
    for service, row in lab.services.items():
        if row.second_copy is None:
            continue
        names = {each.name for each in row.named(service)}
        if isinstance(row, HelmService):
            names.add(row.release or service)
        yield from ((f"{namespace_of(lab, service)}/{name}", row.second_copy) for name in names)
        for each in lab.objects.get(service, ()):
            yield f"{namespace_of_object(lab, each)}/{each.name}", row.second_copy
