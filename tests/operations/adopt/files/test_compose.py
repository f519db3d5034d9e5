"""Docker Compose as services of a lab: what is said, what is noted, and what has no place."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from operations.adopt.files.compose import ComposeService, InvalidCompose, compose_services


def converted(
    folder: Path, text: str, storage_class: str | None = "block", **variables: str
) -> dict[str, ComposeService]:
    found = compose_services(folder / "compose.yaml", yaml.safe_load(text), variables, "aux", storage_class)
    return {each.name: each for each in found}


def only(folder: Path, service: str, **variables: str) -> ComposeService:
    (found,) = converted(folder, f"services: {{web: {{{service}}}}}", **variables).values()
    return found


def said(service: ComposeService) -> dict[str, Any]:
    return yaml.safe_load(service.text)


def test_what_the_format_says_is_taken(tmp_path: Path) -> None:
    service = """image: nextcloud:30.0.2, ports: ["127.0.0.1:8080:80", "53:53/udp"], entrypoint: [/run, now],
        command: serve --fast, environment: [MODE=live], user: "1000:1000", read_only: true, cap_drop: [ALL],
        mem_limit: 512m, cpus: "0.5", restart: always"""
    found = said(only(tmp_path / "cloud", service))
    assert found == {
        "kind": "app",
        "tier": "aux",
        "namespace": "cloud",
        "description": "web, of Docker Compose",
        "image": "nextcloud:30.0.2",
        "cpu": "0.5",
        "memory": "512Mi",
        "command": ["/run", "now"],
        "args": ["serve", "--fast"],
        "env": {"MODE": "live"},
        "ports": {"http": 80, "udp-53": "53/udp"},
        "run_as_user": 1000,
        "run_as_group": 1000,
        "read_only_root": True,
        "drop_capabilities": ["ALL"],
    }


def test_a_secret_goes_under_secrets_and_its_value_nowhere(tmp_path: Path) -> None:
    service = only(tmp_path, "image: a:1, environment: {DB_PASSWORD: '${PW:-hunter2}', TOKEN_TTL: 3600}")
    assert "hunter2" not in str(service)
    assert said(service)["secrets"] == {"DB_PASSWORD": {}}
    assert said(service)["env"] == {"TOKEN_TTL": "3600"}
    assert any("put DB_PASSWORD into secret/web" in note for note in service.notes)


def test_volumes_and_files_beside_it_are_its_own(tmp_path: Path) -> None:
    (tmp_path / "app.ini").write_text("a=1\n", encoding="utf-8")
    volumes = (
        "volumes: ['data:/data', './app.ini:/etc/app.ini:ro', './media:/media:ro', '/etc/localtime:/etc/localtime']"
    )
    service = only(tmp_path, f"image: a:1, {volumes}")
    found = said(service)
    assert found["volumes"].keys() == {"data", "media"}
    assert found["mounts"] == {"data": "/data", "media": {"path": "/media", "read_only": True}}
    assert found["files"] == {"/etc/app.ini": "a=1\n"}
    assert "the time zone of the host is not mounted: set TZ" in service.notes


@pytest.mark.parametrize(
    ("service", "lacking"),
    [
        ("build: .", "it is built here"),
        ("image: a:1, volumes: ['/mnt/films:/films']", "/mnt/films is a folder of the Docker host"),
        ("image: a:1, devices: ['/dev/dri']", "devices has no place here"),
        ("image: a:1, network_mode: 'service:vpn'", "network_mode service:vpn has no place here"),
        ("image: 'a:${TAG}'", "the variable TAG is not set"),
        ("image: a:1, user: app", "run_as_user has to be a number"),
    ],
)
def test_what_has_no_place_is_named_and_the_service_is_not_written(tmp_path: Path, service: str, lacking: str) -> None:
    found = only(tmp_path, service)
    assert found.text == ""
    assert any(lacking in each for each in found.lacking)


def test_a_service_waits_for_those_that_listen(tmp_path: Path) -> None:
    text = "services: {web: {image: 'a:1', depends_on: {db: {condition: service_started}, job: {}}}, "
    found = converted(tmp_path, text + "db: {image: 'b:1', expose: ['3306']}, job: {image: 'c:1'}}")
    assert said(found["web"])["waits_for"] == ["db"]
    assert said(found["db"])["ports"] == {"tcp-3306": 3306}


def test_variables_come_from_the_file_beside_it(tmp_path: Path) -> None:
    assert said(only(tmp_path, "image: 'a:${TAG}'", TAG="1.2"))["image"] == "a:1.2"
    assert said(only(tmp_path, "image: 'a:1', command: 'echo $$HOME ${NO:-else}'"))["args"] == ["echo", "$HOME", "else"]


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidCompose, match="it has no services"):
        converted(tmp_path, "version: '3'")
