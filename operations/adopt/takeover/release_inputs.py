"""A release of Helm as the program's provider keeps it in the state."""

from typing import Any, cast

from operations.adopt.cluster.comparison import Difference
from operations.adopt.cluster.objects import Key
from operations.adopt.cluster.releases import HelmRelease
from operations.adopt.cluster.withheld import Mark, with_secret_values, without_secret_values
from operations.adopt.takeover.secret_marks import marked
from plan.model.fields import Fields, mapping, text, value

_EMPTY: tuple[Any, ...] = (None, [], {})
"""Values that the engine's provider leaves out of what a program states."""
_STATUS = ("status", "name", "namespace", "revision", "chart", "version", "appVersion")


def release_as_live(stated: Fields, running: HelmRelease) -> tuple[dict[str, Any], tuple[Difference, ...]]:
    """The inputs of a release with the values, version and chart that run, and how those that are stated differ.

    A difference is an upgrade of the release, with all that the chart makes of it. A value that looks like a secret is
    left to `release_secrets`.
    """
    key = Key("Release", running.namespace, running.name)
    inputs = dict(stated)
    found: list[Difference] = []
    chart = text(stated, "chart").rpartition("/")[2]
    if chart != running.chart:
        inputs["chart"] = running.chart
        found.append(Difference(key, ("chart",), running.chart, chart, "restarts"))
    if text(stated, "version") != running.version:
        inputs["version"] = running.version
        found.append(Difference(key, ("version",), running.version, text(stated, "version"), "restarts"))
    values = mapping(stated, "values")
    live, _ = without_secret_values(running.values)
    if names := sorted(_differing(values, live)):
        inputs["values"] = live
        found += [
            Difference(key, ("values", *name), value(live, *name), value(values, *name), "restarts") for name in names
        ]
    return inputs, tuple(found)


def with_release_secrets(inputs: Fields, running: HelmRelease, mark: Mark = marked) -> dict[str, Any]:
    """The inputs of a release with the values that look like secrets as they run, which no file states: the program
    ignores them, so each upgrade takes them from the state."""
    values = with_secret_values(mapping(inputs, "values"), running.values, mark)
    return {**inputs, **({"values": values} if values else {})}


def release_outputs(inputs: dict[str, Any], running: HelmRelease) -> dict[str, Any]:
    """The outputs of a release. The provider fails where the copy of its inputs is not marked as a secret."""
    status = dict(
        zip(
            _STATUS,
            (
                running.status,
                running.name,
                running.namespace,
                running.revision,
                running.chart,
                running.version,
                running.app_version,
            ),
            strict=True,
        )
    )
    whole = with_release_secrets(inputs, running, lambda value: value)
    return {
        **with_release_secrets(inputs, running),
        "__inputs": marked(whole),
        "resourceNames": {},
        "status": status,
    }


def _differing(one: Fields, other: Fields, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """The paths of values that only one has, or that the two have otherwise."""
    found: set[tuple[str, ...]] = set()
    for name in one.keys() | other.keys():
        mine, theirs = one.get(name), other.get(name)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            found |= _differing(cast(Fields, mine), cast(Fields, theirs), (*path, name))
        elif mine != theirs and not (mine in _EMPTY and theirs in _EMPTY):
            found.add((*path, name))
    return found
