"""Servers whose data another release makes unreadable for the one before: databases in pods, and those of charts."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple, cast

from config.image import tag_of
from operations.guard.consequence import Consequence
from operations.guard.objects.charts import TYPE as CHART
from operations.guard.objects.consequences import kind_of, target_of
from operations.guard.reading.step import Step
from operations.guard.reading.values import block, is_known
from plan.changes.data_formats import SERVERS, Server, goes_back, series_of, server_of
from plan.changes.object_rules import Kind
from plan.model.fields import entries, text, value

RUNNING: tuple[Kind, ...] = (
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("apps", "DaemonSet"),
    ("apps", "ReplicaSet"),
)
"""Kinds whose pods run all the time: a job only calls a database."""
POD = ("spec", "template", "spec")
KEPT = ("persistentVolumeClaim", "hostPath", "nfs", "csi", "ephemeral")
"""Volumes that outlive a container."""
OLDER = "Container {name} goes back from {before} to {after}: data that the newer release has changed may not be read."
OLDER_MEETS = "an older release does not start on data that a newer one has written, or damages it."
OLDER_FIX = "read its release notes, and take a backup first"
FIX = "take the change back; or make a backup, stop what writes, {way}, and allow it by name"
BACK = "restore a backup that the older release made"


class Version(NamedTuple):
    """A server and its version at one place of an object or of values."""

    server: Server
    version: str


def data_formats(step: Step) -> Iterator[Consequence]:
    """Effects of another image, or of another version in a chart's values, on the data of a server."""
    if step.action not in ("update", "replace"):
        return
    before, after = _versions(step, step.before), _versions(step, step.after)
    for path, old in before.items():
        new = after.get(path)
        if new is None or new.server != old.server or new.version == old.version:
            continue
        was, becomes = series_of(old.server, old.version), series_of(old.server, new.version)
        if was is None or becomes is None or was != becomes:
            told = was is not None and becomes is not None
            back = was is not None and becomes is not None and becomes < was
            yield _said(step, path, old, new, told=told, back=back)
    if step.is_object and kind_of(step.type) in RUNNING and _keeps_data(step.after):
        yield from _older(step, {*before} & {*after})


def _older(step: Step, said: Collection[str]) -> Iterator[Consequence]:
    """Releases of any other program with data that go back. `said` are the places of servers."""
    before, after = (
        {text(each, "name"): text(each, "image") for each in entries(inputs, *POD, "containers")}
        for inputs in (step.before, step.after)
    )
    for name, old in before.items():
        new, path = after.get(name, ""), f"spec.template.spec.containers[{name}].image"
        if path not in said and _program(new) == _program(old) and goes_back(tag_of(old), tag_of(new)):
            message = OLDER.format(name=name, before=tag_of(old), after=tag_of(new))
            yield Consequence("NO-WAY-BACK", "warning", target_of(step), (path,), message, OLDER_FIX)


def _program(image: str) -> str:
    return image.partition("@")[0].removesuffix(f":{tag_of(image)}")


def _said(step: Step, path: str, old: Version, new: Version, *, told: bool, back: bool) -> Consequence:
    server = old.server
    turns = "goes back to" if back else "becomes"
    which = f"{server.name} {old.version or '(no version)'} {turns} {new.version or '(no version)'}"
    doubt = "" if told else ", and whether that is another major version cannot be told"
    meeting = OLDER_MEETS if back else f"{server.meeting}. There is no way back but a backup."
    fix = FIX.format(way=BACK if back else server.way)
    return Consequence("NO-WAY-BACK", "error", target_of(step), (path,), f"{which}{doubt}: {meeting}", fix)


def _versions(step: Step, inputs: Mapping[str, Any]) -> dict[str, Version]:
    if step.type == CHART:
        return dict(_in_values(block(inputs, "values"), str(inputs.get("chart", "")).rpartition("/")[2]))
    if not step.is_object or kind_of(step.type) not in RUNNING or not _keeps_data(inputs):
        return {}
    found: dict[str, Version] = {}
    for each in entries(inputs, *POD, "containers"):
        image = text(each, "image")
        if server := server_of(image):
            found[f"spec.template.spec.containers[{text(each, 'name')}].image"] = Version(server, tag_of(image))
    return found


def _keeps_data(inputs: Mapping[str, Any]) -> bool:
    volumes = entries(inputs, *POD, "volumes")
    claims = entries(inputs, "spec", "volumeClaimTemplates")
    return bool(claims) or any(value(volume, each) is not None for volume in volumes for each in KEPT)


def _in_values(values: Mapping[str, Any], chart: str, path: str = "values") -> Iterator[tuple[str, Version]]:
    """Images and their tags, as most charts name them: `image: postgres:16`, or `image: {repository: ..., tag: ...}`.
    A tag without a repository is of the server that the chart is called after."""
    for key, each in values.items():
        below = f"{path}.{key}"
        if isinstance(each, str) and is_known(each) and key in ("image", "imageName") and (server := server_of(each)):
            yield below, Version(server, tag_of(each))
        elif isinstance(each, dict):
            fields = cast(Mapping[str, Any], each)
            tag = fields.get("tag")
            named = str(fields.get("repository") or fields.get("name") or (chart if key == "image" else key))
            server = SERVERS.get(named.rpartition("/")[2]) if tag is not None else None
            if server is not None and is_known(tag):
                yield f"{below}.tag", Version(server, str(tag))
            yield from _in_values(fields, chart, below)
        elif path.endswith(".version") and isinstance(each, str | int) and key in SERVERS:
            yield below, Version(SERVERS[key], str(each))
