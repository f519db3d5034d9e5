"""Charts that change, rendered before and after by the real Helm, from a repository on loopback."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from operations.clients.helm import HelmFailed, render_changed, render_release
from operations.guard.objects.rendered import NotRendered, Rendering
from operations.guard.reading.preview import Preview, read_preview
from rehearsal.charts import chart_repository
from rehearsal.tools import ToolMissing, path_of
from tests.recordings import recording

VERSIONS = {"traefik": {"40.2.0", "99.0.0"}}


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the repository; `helm` is on PATH, and trusts it."""
    try:
        helm = path_of("helm")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    with chart_repository(VERSIONS) as running:
        monkeypatch.setenv("PATH", str(helm.parent))
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca_file))
        yield running.url


def changed(name: str, repository: str, **values: bool) -> Preview:
    """A recorded preview, with the chart from here, and with more values afterwards."""
    preview = json.loads(recording(f"preview-{name}.json"))
    for step in preview["steps"]:
        if step["urn"].endswith("Release::platform-traefik/traefik"):
            for state in (step["oldState"], step["newState"]):
                state["inputs"]["repositoryOpts"] = {"repo": repository}
            step["newState"]["inputs"]["values"] |= values
    return read_preview(json.dumps(preview))


def rendered(preview: Preview) -> Rendering | NotRendered:
    (found,) = render_changed(preview, "v1.34.2").values()
    return found


def test_another_version_is_rendered_before_and_after(repository: str) -> None:
    found = rendered(changed("chart-version-changed", repository))
    assert isinstance(found, Rendering)
    versions = [each["data"]["version"] for side in found for each in side]
    assert versions == ["40.2.0", "99.0.0"]


def test_values_decide_about_its_objects(repository: str) -> None:
    found = rendered(changed("chart-values-changed", repository, pods=True))
    assert isinstance(found, Rendering)
    assert [[each["kind"] for each in side] for side in found] == [["ConfigMap"], ["ConfigMap", "Deployment"]]


def test_a_chart_that_cannot_be_had_is_said_to_be_so_with_the_words_of_helm(repository: str) -> None:
    found = rendered(changed("chart-version-changed", f"{repository}/nowhere"))
    assert isinstance(found, NotRendered)
    assert "helm says" in found.why


def test_a_password_is_never_on_a_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    try:
        helm = path_of("helm")
    except ToolMissing as missing:
        pytest.skip(f"not run: {missing}")
    spy = tmp_path / "helm"
    spy.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\nexec {helm} "$@"\n', encoding="utf-8")
    spy.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with chart_repository(VERSIONS, ("reader", "s3same")) as running:
        monkeypatch.setenv("SSL_CERT_FILE", str(running.ca_file))
        login = {"repo": running.url, "username": "reader", "password": "s3same"}
        release = {"name": "edge", "chart": "traefik", "version": "40.2.0", "repositoryOpts": login}
        assert [each["kind"] for each in render_release(release, None)] == ["ConfigMap"]
        with pytest.raises(HelmFailed, match="401"):
            render_release(release | {"repositoryOpts": login | {"password": "another"}}, None)
    assert "s3same" not in (tmp_path / "asked").read_text(encoding="utf-8")


def test_without_helm_nothing_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = rendered(read_preview(recording("preview-chart-version-changed.json")))
    assert isinstance(found, NotRendered)
    assert (found.why, "install helm" in found.way_out) == ("helm is not on PATH", True)
