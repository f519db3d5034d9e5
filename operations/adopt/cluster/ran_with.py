"""Errors of the plan about what runs as it is declared: services say them, so that the take-over does not stop."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from operations.adopt.cluster.comparison import Difference
from operations.adopt.cluster.objects import Key, key_of
from operations.adopt.cluster.service_file import ServiceFile
from operations.adopt.cluster.yaml_text import Flow, dumped
from operations.adopt.trial import try_files
from plan import Finding, Plan, make_plan
from plan.findings.ran_with import can_be_accepted, key_of_error

RAN_SO = "It ran so when it was adopted"


class Accepted(NamedTuple):
    """Services that say the errors that they run with."""

    added: list[ServiceFile]
    plan: Plan
    errors: tuple[Finding, ...]
    """The errors that they say."""


def with_errors_said(
    folder: Path,
    files: Mapping[str, str],
    added: Sequence[ServiceFile],
    plan: Plan,
    differences: Iterable[Difference],
) -> Accepted:
    """The services with each error that is about what runs and what no `up` changes; the others stop it as before."""
    kept = _unchanged(added, plan, differences)
    errors = tuple(each for each in plan.errors if can_be_accepted(each) and set(each.services) <= kept)
    if not errors:
        return Accepted(list(added), plan, ())
    said = [_saying(each, [one for one in errors if one.path[1] == each.name]) for each in added]
    texts = {f"services/{path}": text for each in said for path, text in each.files.items()}
    return Accepted(said, make_plan(try_files(folder, {**files, **texts})), errors)


def _unchanged(added: Sequence[ServiceFile], plan: Plan, differences: Iterable[Difference]) -> set[str]:
    """The services of which an `up` makes no object, and changes none but in place."""
    changed = {each.key for each in differences if each.effect != "in place"}
    names = {each.name for each in added}
    return {each.name for each in plan.services if each.name in names and not changed & _keys(each.objects)}


def _keys(objects: Iterable[Mapping[str, object]]) -> set[Key]:
    return {key_of(dict(each)) for each in objects}


def _saying(service: ServiceFile, errors: Sequence[Finding]) -> ServiceFile:
    if not errors:
        return service
    entries = [
        Flow(error=code, at=place, **({"about": about} if about else {}), reason=RAN_SO)
        for code, place, about in map(key_of_error, errors)
    ]
    file = f"{service.name}.yaml"
    text = service.files[file] + dumped({"ran_with": entries})
    return service._replace(files={**service.files, file: text})
