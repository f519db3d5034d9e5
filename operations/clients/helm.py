"""Asks Helm for the objects of a chart, before and after a change. It writes nowhere."""

import shutil
import subprocess
from collections.abc import Mapping
from typing import Any, cast

import yaml

from config.scratch import scratch_folder
from operations.clients.helm_access import access
from operations.guard.objects.charts import TYPE
from operations.guard.objects.rendered import Charts, NotRendered, Rendering
from operations.guard.reading.preview import Preview
from operations.guard.reading.step import Step
from operations.guard.reading.values import is_known
from plan.model import Manifest
from plan.model.fields import mapping, text
from plan.yaml_text import read_documents

SECONDS = 60
"""That one chart may take, its download included."""
LONGEST = 200
"""Characters of what Helm says."""
MISSING = NotRendered("helm is not on PATH", "install helm")
HIDDEN = NotRendered("the preview does not show its values")


class HelmFailed(Exception):
    """Helm could not render a chart; the message has its words."""


def render_changed(preview: Preview, kubernetes_version: str | None) -> Charts:
    """The objects of each release that a preview changes, before and after."""
    changed = [step for step in preview.steps if step.type == TYPE and step.action == "update" and step.changes]
    return {step.urn: _rendering(step, kubernetes_version) for step in changed}


def render_release(inputs: Mapping[str, Any], kubernetes_version: str | None) -> tuple[Manifest, ...]:
    """The objects of a release, by its inputs as the engine has them. Raises HelmFailed."""
    helm = shutil.which("helm")
    if helm is None:
        raise HelmFailed(f"{MISSING.why}; {MISSING.way_out}")
    return _objects(helm, inputs, kubernetes_version, "--include-crds")


def _rendering(step: Step, version: str | None) -> Rendering | NotRendered:
    helm = shutil.which("helm")
    if helm is None:
        return MISSING
    if not all(map(_is_shown, (step.before, step.after))):
        return HIDDEN
    try:
        return Rendering(_objects(helm, step.before, version), _objects(helm, step.after, version))
    except HelmFailed as failed:
        return NotRendered(str(failed))


def _is_shown(value: object) -> bool:
    if isinstance(value, dict):
        fields = cast(dict[str, object], value)
        return is_known(fields) and all(map(_is_shown, fields.values()))
    if isinstance(value, list):
        return all(map(_is_shown, cast(list[object], value)))
    return is_known(value)


def _objects(helm: str, inputs: Mapping[str, Any], version: str | None, *more: str) -> tuple[Manifest, ...]:
    """Raises HelmFailed."""
    options = {
        "--version": text(inputs, "version"),
        "--namespace": text(inputs, "namespace"),
        "--kube-version": version or "",
    }
    with scratch_folder() as folder:
        values = folder / "values.yaml"
        values.touch(mode=0o600)
        values.write_text(yaml.safe_dump(mapping(inputs, "values")), encoding="utf-8")
        given = [argument for name, value in options.items() if value for argument in (name, value)]
        way = access(inputs, folder)
        if way.before:
            _printed([helm, *way.before], way.password)
        named = [helm, "template", text(inputs, "name"), *way.chart]
        printed = _printed([*named, *given, *more, "--values", str(values)])
    try:
        documents = read_documents(printed)
    except yaml.YAMLError:
        raise HelmFailed("what helm printed is no YAML") from None
    found = [cast(Manifest, each) for each in documents if isinstance(each, dict)]
    return tuple(each for each in found if "kind" in each and "metadata" in each)


def _printed(command: list[str], given: str = "") -> str:
    """Raises HelmFailed."""
    try:
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise HelmFailed(f"helm did not render it within {SECONDS} s") from None
    if done.returncode:
        raise HelmFailed(f"helm says {_words(done.stderr)!r}")
    return done.stdout


def _words(said: str) -> str:
    """The error among what Helm says: advice may follow it."""
    lines = [each for each in said.splitlines() if each.strip()] or ["nothing"]
    errors = [each.removeprefix("Error: ") for each in lines if each.startswith("Error: ")]
    return (errors or lines)[-1].strip()[:LONGEST]
