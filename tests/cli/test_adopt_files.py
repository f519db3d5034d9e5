"""`homelab adopt manifests`, `adopt chart` and `adopt compose`."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.commands import adopt_files
from config.load import load_lab
from tests.cli.conftest import Homelab
from tests.operations.adopt.files.test_chart import RENDERED
from tests.plan.labs import FOLDERS

GITEA = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: gitea}
spec:
  selector: {matchLabels: {app: gitea}}
  template:
    metadata: {labels: {app: gitea}}
    spec: {containers: [{name: gitea, image: "gitea/gitea:1.22.0", ports: [{containerPort: 3000}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: gitea}
spec: {selector: {app: gitea}, ports: [{port: 80, targetPort: 3000}]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    made = tmp_path / "apps"
    made.mkdir()
    (made / "gitea.yaml").write_text(GITEA, encoding="utf-8")
    return made


def test_manifests_become_a_service_and_a_second_run_finds_it(homelab: Homelab, folder: Path, manifests: Path) -> None:
    arguments = ("adopt", "manifests", manifests, "--lab", folder, "--namespace", "code")
    found = homelab(*arguments)
    assert found.exit_code == 0, found.stdout
    assert "1 service written to every_kind" in found.stdout
    assert load_lab(folder).services["code"].namespace == "code"
    again = homelab(*arguments, "--format", "json")
    assert again.exit_code == 0, again.stdout
    assert json.loads(again.stdout)["files"] == []


def test_a_dry_run_writes_nothing(homelab: Homelab, folder: Path, manifests: Path) -> None:
    found = homelab("adopt", "manifests", manifests, "--lab", folder, "--dry-run")
    assert "1 service would be written to every_kind" in found.stdout
    assert not (folder / "services" / "gitea.yaml").exists()


def test_a_folder_without_manifests_is_refused_in_one_sentence(homelab: Homelab, folder: Path, tmp_path: Path) -> None:
    found = homelab("adopt", "manifests", tmp_path / "none", "--lab", folder)
    assert found.exit_code == 2
    assert "has no manifests; name a folder or a file of Kubernetes objects" in found.stderr


def test_a_file_that_was_named_is_read_by_any_name_and_a_pipe_is_told(
    homelab: Homelab, folder: Path, manifests: Path, tmp_path: Path
) -> None:
    file = next(manifests.rglob("*.yaml")) if manifests.is_dir() else manifests
    named = file.rename(tmp_path / "printed.txt")
    found = homelab("adopt", "manifests", named, "--lab", folder, "--dry-run")
    assert "1 service would be written to every_kind" in found.stdout
    os.mkfifo(tmp_path / "pipe")
    found = homelab("adopt", "manifests", tmp_path / "pipe", "--lab", folder)
    assert found.exit_code == 1
    assert "pipe: cannot be read: it is a pipe" in found.stdout


def test_compose_becomes_services_and_what_has_no_place_is_not_written(
    homelab: Homelab, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(
        "services: {web: {image: 'nginx:1.27.0', ports: ['8080:80'], volumes: ['data:/data']}, "
        "dri: {image: 'a:1', devices: [/dev/dri]}}\n"
    )
    found = homelab("adopt", "compose", file, "--lab", folder, "--storage-class", "block")
    assert found.exit_code == 1, found.stdout
    assert "1 service written to every_kind, 1 not." in found.stdout
    assert "it opens /dev/dri of the Docker host" in found.stdout
    lab = load_lab(folder)
    assert "web" in lab.services
    assert "dri" not in lab.services


def test_a_class_that_the_lab_does_not_have_is_refused(homelab: Homelab, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("services: {web: {image: 'nginx:1.27.0'}}\n")
    found = homelab("adopt", "compose", file, "--lab", folder, "--storage-class", "gold")
    assert found.exit_code == 2
    assert "has no storage class 'gold'; it has block, secret, files" in found.stderr


def test_a_chart_becomes_a_service(
    homelab: Homelab, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopt_files, "render_release", lambda inputs, kubernetes_version: tuple(RENDERED))
    values = tmp_path / "values.yaml"
    values.write_text("adminPassword: hunter2\npersistence: {size: 1Gi}\n")
    where = ("--chart", "grafana", "--version", "8.5.0", "--repository", "https://charts.example.org")
    found = homelab("adopt", "chart", values, *where, "--lab", folder, "--release", "board")
    assert found.exit_code == 0, found.stdout
    assert "adminPassword looks like a secret and is not written" in found.stdout
    service = load_lab(folder).services["board"]
    assert (service.kind, service.namespace) == ("helm", "board")


def test_a_chart_is_written_over_no_service_that_the_lab_has(
    homelab: Homelab, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopt_files, "render_release", lambda inputs, kubernetes_version: tuple(RENDERED))
    name = next(iter(load_lab(folder).services))
    before = (folder / "services" / f"{name}.yaml").read_text("utf-8")
    values = tmp_path / "values.yaml"
    values.write_text("{}\n")
    where = ("--chart", "grafana", "--version", "8.5.0", "--repository", "https://charts.example.org")
    found = homelab("adopt", "chart", values, *where, "--lab", folder, "--release", name)
    assert found.exit_code == 2
    assert f"has a service '{name}' already" in found.stderr
    assert (folder / "services" / f"{name}.yaml").read_text("utf-8") == before


def test_a_chart_with_which_the_lab_does_not_load_is_not_written(
    homelab: Homelab, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopt_files, "render_release", lambda inputs, kubernetes_version: tuple(RENDERED))
    values = tmp_path / "values.yaml"
    values.write_text("{}\n")
    where = ("--chart", "grafana", "--version", "8.5.0", "--repository", "ftp://charts.example.org")
    found = homelab("adopt", "chart", values, *where, "--lab", folder, "--release", "board")
    assert found.exit_code == 1
    assert "board not written" in found.stdout
    assert not (folder / "services" / "board.yaml").exists()


HOSTILE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link to a device": lambda file: file.symlink_to("/dev/zero"),
    "200,000 lists": lambda file: file.write_text("a: " + "[" * 200_000),
    "no text": lambda file: file.write_bytes(b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(
    homelab: Homelab, folder: Path, tmp_path: Path, make: Callable[[Path], object]
) -> None:
    file = tmp_path / "hostile.yaml"
    make(file)
    told = homelab("adopt", "compose", file, "--lab", folder)
    assert told.exit_code == 2
    assert str(file) in told.stderr
    assert len(told.stderr.splitlines()) == 1
    told = homelab("adopt", "manifests", file, "--lab", folder)
    assert told.exit_code in (1, 2)
    assert told.exception is None or isinstance(told.exception, SystemExit)


def test_variables_that_cannot_be_read_are_told(homelab: Homelab, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("services: {web: {image: nginx}}", encoding="utf-8")
    os.mkfifo(tmp_path / ".env")
    told = homelab("adopt", "compose", file, "--lab", folder)
    assert (told.exit_code, ".env cannot be read: it is a pipe" in told.stderr) == (2, True)


def test_a_lab_that_is_not_there_is_made_by_another_command(tmp_path: Path, homelab: Homelab) -> None:
    compose = tmp_path / "compose.yaml"
    compose.write_text("services: {web: {image: 'a:1'}}\n", encoding="utf-8")
    answer = homelab("adopt", "compose", str(compose), "--lab", str(tmp_path / "mine"))
    assert answer.exit_code == 2
    assert f"for a new lab first: homelab new lab {tmp_path / 'mine'}" in answer.stderr
