"""A dump holds no secret in clear text, whatever object it stands in."""

import json
from typing import Any

import pytest

from observation.clear_text import without_clear_text
from observation.redaction import REDACTED
from operations.adopt.cluster.withheld import secret_arguments, without_secrets
from plan.model import Manifest

TOKEN = "ghp_" + "a1B2" * 9


def deployment(**container: Any) -> Manifest:
    pod = {"containers": [{"name": "main", "image": "a:1", **container}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a"},
        "spec": {"template": {"spec": pod}},
    }


def only(manifest: Manifest) -> dict[str, Any]:
    return manifest["spec"]["template"]["spec"]["containers"][0]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("DB_PASSWORD", "hunter2", REDACTED),
        ("GITHUB", TOKEN, REDACTED),
        ("DATABASE_URL", "postgres://app:hunter2@db:5432/app", "postgres://app:redacted@db:5432/app"),
        ("DSN", "app:hunter2@tcp(db:3306)/app", "app:redacted@tcp(db:3306)/app"),
        (
            "DB",
            "Server=db;User Id=sa;Password=hunter2;Encrypt=true",
            "Server=db;User Id=sa;Password=redacted;Encrypt=true",
        ),
        ("DATABASE_URL", "postgres://app:$(DB_PASSWORD)@db/app", "postgres://app:$(DB_PASSWORD)@db/app"),
        ("DB_PASSWORD_FILE", "/run/secrets/db", "/run/secrets/db"),
        ("TZ", "Europe/Berlin", "Europe/Berlin"),
    ],
)
def test_a_variable_keeps_what_is_no_secret(name: str, value: str, kept: str) -> None:
    dumped = without_clear_text(deployment(env=[{"name": name, "value": value}]))
    assert only(dumped)["env"] == [{"name": name, "value": kept}]


def test_what_a_dump_leaves_out_no_file_gets_either() -> None:
    names = [("DB_PASSWORD", "hunter2"), ("URL", "postgres://app:hunter2@db/app"), ("GITHUB", TOKEN)]
    dumped = without_clear_text(deployment(env=[{"name": name, "value": value} for name, value in names]))
    _, withheld = without_secrets(dumped)
    assert [each.place for each in withheld] == ["main: DB_PASSWORD", "main: GITHUB", "main: URL"]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (["--token=hunter2", "--name=a"], ["--token=redacted", "--name=a"]),
        (["--password", "hunter2", "--name", "a"], ["--password", "redacted", "--name", "a"]),
        (["serve", "redis://:hunter2@cache:6379"], ["serve", "redis://:redacted@cache:6379"]),
        (["--url=http://me:hunter2@nas/x"], ["--url=http://me:redacted@nas/x"]),
        ([TOKEN], [REDACTED]),
        (["sh", "-c", "mysqldump -phunter2 app > /backup/app.sql"], ["sh", "-c", REDACTED]),
        (["redis-server", "--requirepass", "hunter2"], ["redis-server", "--requirepass", REDACTED]),
    ],
)
def test_an_argument_goes_and_the_command_is_still_told(said: list[str], kept: list[str]) -> None:
    dumped = without_clear_text(deployment(args=said))
    assert only(dumped)["args"] == kept
    assert list(secret_arguments(dumped)) == list(secret_arguments(deployment(args=said))) == ["main"]


@pytest.mark.parametrize(
    "said", [["--password", "--verbose"], ["--token-file", "/run/token"], ["sh", "-c", "exec app"]]
)
def test_a_command_without_a_secret_stays(said: list[str]) -> None:
    assert without_clear_text(deployment(command=said)) == deployment(command=said)
    assert not list(secret_arguments(deployment(command=said)))


def test_entries_of_a_config_map_go() -> None:
    data = {"password": "hunter2", "app.ini": f"token = {TOKEN}", "motd": "hello"}
    dumped = without_clear_text({"kind": "ConfigMap", "metadata": {"name": "a"}, "data": data})
    assert dumped["data"] == {"password": REDACTED, "app.ini": REDACTED, "motd": "hello"}


def test_what_kubectl_repeats_goes_and_else_stays_as_it_is() -> None:
    plain = deployment(env=[{"name": "TZ", "value": "UTC"}])
    secret = deployment(env=[{"name": "DB_PASSWORD", "value": "hunter2"}])
    for applied in (plain, secret):
        annotations = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(applied)}
        live = {**applied, "metadata": {"name": "a", "annotations": annotations}}
        dumped = without_clear_text(live)
        assert "hunter2" not in json.dumps(dumped)
        assert (dumped == live) is (applied is plain)


def test_an_older_revision_of_the_pods_goes_too() -> None:
    template = {"spec": {"template": {"spec": {"containers": [{"env": [{"name": "API_KEY", "value": "hunter2"}]}]}}}}
    revision = {"kind": "ControllerRevision", "metadata": {"name": "a"}, "data": template, "revision": 1}
    assert "hunter2" not in json.dumps(without_clear_text(revision))


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("HelmRelease", {"values": {"adminPassword": "hunter2", "size": 3}}),
        ("Application", {"source": {"helm": {"values": "adminPassword: hunter2\nsize: 3\n"}}}),
        ("Application", {"sources": [{"helm": {"valuesObject": {"adminPassword": "hunter2"}}}, {"ref": "a"}]}),
        ("Application", {"source": {"helm": {"parameters": [{"name": "auth.password", "value": "hunter2"}]}}}),
    ],
)
def test_values_of_a_chart_that_flux_or_argo_cd_install_go(kind: str, spec: dict[str, Any]) -> None:
    dumped = without_clear_text({"kind": kind, "metadata": {"name": "a"}, "spec": spec})
    assert "hunter2" not in json.dumps(dumped)
    assert json.dumps(dumped).count(REDACTED) == 1
    assert dumped["spec"].keys() == spec.keys()


def custom(**spec: Any) -> Manifest:
    return {"apiVersion": "example.org/v1", "kind": "Board", "metadata": {"name": "a"}, "spec": spec}


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("adminPassword", "hunter2", REDACTED),
        ("admin_password", "hunter2", REDACTED),
        ("apiKey", "abcdef123", REDACTED),
        ("token", "abcdef123", REDACTED),
        ("url", "https://me:hunter2@nas/x", "https://me:redacted@nas/x"),
        ("note", TOKEN, REDACTED),
        ("secret", "credentials-of-nas", "credentials-of-nas"),
        ("secretName", "nas", "nas"),
        ("secretKey", "NAS_PASSWORD", "NAS_PASSWORD"),
        ("passwordSecretRef", {"name": "nas", "key": "password"}, {"name": "nas", "key": "password"}),
        ("password", "{{ .password }}", "{{ .password }}"),
        ("password", "ENC[AES256_GCM,data:abc]", "ENC[AES256_GCM,data:abc]"),
        ("encryptedData", {"password": "AgBy3i4OJSWK"}, {"password": "AgBy3i4OJSWK"}),
        ("env", [{"name": "DB_PASSWORD", "value": "hunter2"}], [{"name": "DB_PASSWORD", "value": REDACTED}]),
        ("password_encryption", "scram-sha-256", "scram-sha-256"),
        ("passwordLength", "32", "32"),
    ],
)
def test_an_object_of_an_operator_keeps_what_is_no_secret(name: str, value: Any, kept: Any) -> None:
    assert without_clear_text(custom(**{name: value}))["spec"] == {name: kept}


def test_values_of_a_chart_of_k3s_keep_what_is_no_secret() -> None:
    spec = {"valuesContent": "replicas: 1\nadminPassword: hunter2\n", "set": {"auth.password": "hunter2", "a": "1"}}
    chart = {"apiVersion": "helm.cattle.io/v1", "kind": "HelmChart", "metadata": {"name": "a"}, "spec": spec}
    dumped = without_clear_text(chart)["spec"]
    assert dumped == {
        "valuesContent": "replicas: 1\nadminPassword: redacted\n",
        "set": {"auth.password": REDACTED, "a": "1"},
    }
