"""A value that looks like a secret is named, and never written."""

from pathlib import Path

import pytest

from config.writing import write_lab
from observation.clear_text import without_clear_text
from observation.redaction import REDACTED
from operations.adopt.cluster.adoption import adopt_cluster
from operations.adopt.cluster.stated import as_stated
from operations.adopt.cluster.withheld import (
    is_secret,
    secret_arguments,
    with_secret_values,
    without_secret_values,
    without_secrets,
)
from tests.operations.adopt.cluster.shed import live, objects


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("DB_PASSWORD", "hunter2", True),
        ("ADMIN_TOKEN", "abcdef", True),
        ("secretKey", "abcdef", True),
        ("DATABASE_URL", "postgres://app:hunter2@db/app", True),
        ("DATABASE_URL", "postgres://db/app", False),
        ("DB_PASSWORD_FILE", "/run/secrets/db", False),
        ("DB_PASSWORD", "$(OTHER)", False),
        ("SECRET_NAME", "app", False),
        ("TOKEN_TTL", "3600", False),
        ("PASSWORD_LOGIN", "true", False),
        ("mysql-native-password", "ON", False),
        ("tokens-per-second.py", "import time", False),
        ("token.sh", "curl https://me:hunter2@nas", True),
        ("token.txt", "abcdef", True),
        ("TZ", "Europe/Berlin", False),
    ],
)
def test_a_secret_is_told_by_its_name_and_its_value(name: str, value: str, secret: bool) -> None:
    assert is_secret(name, value) is secret


def test_a_variable_that_looks_like_a_secret_keeps_its_place_without_its_value_and_is_named() -> None:
    manifest, withheld = without_secrets(as_stated(live("Deployment", "tools", "wiki-deployment")))
    assert [each.place for each in withheld] == ["main: WIKI_PASSWORD"]
    assert manifest["spec"]["template"]["spec"]["containers"][0]["env"] == [{"name": "WIKI_PASSWORD"}]


def test_a_variable_out_of_a_secret_stays() -> None:
    _, withheld = without_secrets(as_stated(live("Deployment", "photos", "photos-web")))
    assert withheld == ()


def test_secrets_of_a_chart_are_named_by_their_path() -> None:
    values = {"retention": "30d", "admin": {"password": "hunter2", "user": "admin"}, "users": [{"token": "abcdef"}]}
    kept, withheld = without_secret_values(values)
    assert kept == {"retention": "30d", "admin": {"user": "admin"}, "users": [{}]}
    assert [each.place for each in withheld] == ["admin.password", "users[0].token"]


def test_a_secret_in_a_command_is_found() -> None:
    container = {"name": "main", "args": ["--token=abcdef", "--name=app"]}
    manifest = {"kind": "Pod", "metadata": {"name": "a"}, "spec": {"containers": [container]}}
    assert list(secret_arguments(manifest)) == ["main"]


def test_a_variable_in_a_list_of_a_chart_is_told_by_its_name() -> None:
    values = {"extraEnv": [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "TZ", "value": "Europe/Berlin"}]}
    kept, withheld = without_secret_values(values)
    assert kept == {"extraEnv": [{"name": "DB_PASSWORD"}, {"name": "TZ", "value": "Europe/Berlin"}]}
    assert [each.path for each in withheld] == [".extraEnv[0].value"]


def test_what_a_dump_left_out_is_withheld_too() -> None:
    assert without_secret_values({"login": REDACTED, "user": "sam"})[0] == {"user": "sam"}


def test_secrets_come_back_where_they_were() -> None:
    running = {"auth": {"password": "hunter2"}, "users": [{"token": "abcdef"}], "size": "1Gi"}
    stated, _ = without_secret_values(running)
    assert with_secret_values(stated, running, lambda value: value) == running
    assert with_secret_values({"users": [{}], "size": "2Gi"}, running, str.upper) == {
        "auth": {"password": "HUNTER2"},
        "users": [{"token": "ABCDEF"}],
        "size": "2Gi",
    }


def test_the_name_of_a_key_in_a_secret_is_no_secret() -> None:
    stated = {"variables": [{"secretName": "cloud", "secretKey": "AWS_SECRET_ACCESS_KEY"}], "secretKey": "abcdef"}
    public, withheld = without_secret_values(stated)
    assert public == {"variables": stated["variables"]}
    assert [each.place for each in withheld] == ["secretKey"]


@pytest.mark.parametrize("dumped", [False, True])
def test_an_object_of_an_operator_with_a_secret_is_named_and_not_written(tmp_path: Path, dumped: bool) -> None:
    board = {
        "apiVersion": "example.org/v1",
        "kind": "Board",
        "metadata": {"name": "photos", "namespace": "photos", "labels": {"app.kubernetes.io/name": "photos"}},
        "spec": {"adminPassword": "hunter2", "size": 3},
    }
    everything = [*objects(), without_clear_text(board) if dumped else board]
    lab = tmp_path / "lab"
    adopted = adopt_cluster(lab, everything)
    asked = {(str(each.key), each.what) for one in adopted.added for each in one.questions}
    assert ("Board.example.org/photos/photos", "secret-inside") in asked
    assert not any("kind: Board" in text or "hunter2" in text for text in adopted.files.values())
    write_lab(lab, adopted.files)
    again = adopt_cluster(lab, everything)
    assert (again.added, again.partly_known) == ((), ())
