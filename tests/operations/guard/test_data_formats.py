"""Another major version of a server meets the data of the one before: there is no way back, and that is said."""

from typing import Any

import pytest

from operations.guard.consequence import Consequence
from plan.changes.data_formats import SERVERS, series_of
from tests.operations.guard.steps import Json, judged, step

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
CRON_JOB = "kubernetes:batch/v1:CronJob"
RELEASE = "kubernetes:helm.sh/v3:Release"
KEPT: Json = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
IMAGE = "spec.template.spec.containers[0].image"


def running(image: str, **pod: Any) -> Json:
    template = {"spec": {"containers": [{"name": "db", "image": image}], **pod}}
    return {"metadata": {"namespace": "shop", "name": "db"}, "spec": {"template": template}}


def of(found: list[Consequence], effect: str = "NO-WAY-BACK") -> list[Consequence]:
    return [each for each in found if each.effect == effect]


def changed(old: str, new: str, kind: str = DEPLOYMENT, **pod: Any) -> list[Consequence]:
    pod = pod or KEPT
    return of(judged(step("update", "shop/db", kind, {IMAGE: "update"}, running(old, **pod), running(new, **pod))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("postgres:16.10", "postgres:18.0"),
        ("docker.io/library/postgres:16-alpine@sha256:" + "0" * 64, "postgres:17"),
        ("mysql:8.4.6", "mysql:9.4.0"),
        ("mysql:8.0.43", "mysql:8.4.6"),
        ("mariadb:10.11", "mariadb:11.8.3"),
        ("mongo:7.0.24", "mongo:8.0"),
        ("ghcr.io/immich-app/postgres:14-vectorchord0.3.0", "ghcr.io/immich-app/postgres:17-vectorchord0.3.0"),
        ("timescale/timescaledb-ha:pg16.9-ts2.20", "timescale/timescaledb-ha:pg17.5-ts2.20"),
        ("tensorchord/pgvecto-rs:pg16-v0.3.0", "tensorchord/pgvecto-rs:pg17-v0.3.0"),
        ("redis:7.4-alpine", "redis:8.2"),
        ("elasticsearch:8.19.3", "elasticsearch:9.1.3"),
        ("getmeili/meilisearch:v1.5.1", "getmeili/meilisearch:v1.15.2"),
        ("rabbitmq:3.13-management", "rabbitmq:4.1-management"),
    ],
)
def test_another_major_version_of_a_database(old: str, new: str) -> None:
    (found,) = changed(old, new)
    assert found.severity == "error"
    assert "There is no way back but a backup." in found.message
    assert "make a backup" in found.fix


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("postgres:17-alpine", "postgres:16-alpine"),
        ("redis:8.0.1", "redis:7.2.4"),
        ("mysql:8.4.6", "mysql:8.0.43"),
        ("mongo:8.0", "mongo:7.0.24"),
        ("timescale/timescaledb:2.17.2-pg17", "timescale/timescaledb:2.17.2-pg15"),
    ],
)
def test_a_release_that_goes_back_is_not_said_to_upgrade_anything(old: str, new: str) -> None:
    (found,) = changed(old, new)
    assert found.severity == "error"
    assert "goes back to" in found.message
    assert "upgrades" not in found.message
    assert "restore a backup that the older release made" in found.fix


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("postgres:16.9", "postgres:16.10"),
        ("mysql:8.4.5", "mysql:8.4.6"),
        ("mariadb:11.8.2", "mariadb:11.8.3"),
        ("registry.example:5000/postgres:17", "postgres:17.5"),
        ("prom/mysqld-exporter:v0.15.1", "prom/mysqld-exporter:v1.0.0"),
        ("ghcr.io/x/wiki:1.0", "ghcr.io/x/wiki:2.0"),
    ],
)
def test_the_same_format_is_met_in_silence(old: str, new: str) -> None:
    assert changed(old, new) == []


def test_a_version_that_is_not_told_is_no_good_news() -> None:
    (found,) = changed("postgres:latest", "postgres:18")
    assert "cannot be told" in found.message


def test_without_a_volume_there_is_no_data() -> None:
    assert changed("redis:7", "redis:8", volumes=[{"name": "tmp", "emptyDir": {}}]) == []


def test_a_job_only_calls_the_database() -> None:
    assert changed("postgres:16", "postgres:18", kind=CRON_JOB) == []


def test_the_claims_of_a_statefulset_are_data() -> None:
    old, new = running("mysql:8.4.6"), running("mysql:9.4.0")
    for each in (old, new):
        each["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "data"}}]
    assert of(judged(step("update", "shop/db", STATEFUL_SET, {IMAGE: "update"}, old, new)))


@pytest.mark.parametrize(
    ("chart", "old", "new", "path"),
    [
        ("postgresql", {"image": {"tag": "16.4.0"}}, {"image": {"tag": "18.0.0"}}, "values.image.tag"),
        (
            "gitea",
            {"postgresql": {"image": {"repository": "bitnami/postgresql", "tag": "16.4.0"}}},
            {"postgresql": {"image": {"repository": "bitnami/postgresql", "tag": "17.1.0"}}},
            "values.postgresql.image.tag",
        ),
        ("oci://x/wiki", {"db": {"image": "mongo:7.0"}}, {"db": {"image": "mongo:8.0"}}, "values.db.image"),
        ("cluster", {"version": {"postgresql": "16"}}, {"version": {"postgresql": "17"}}, "values.version.postgresql"),
    ],
)
def test_a_database_of_a_chart(chart: str, old: Json, new: Json, path: str) -> None:
    sides = [{"name": "db", "namespace": "shop", "chart": chart, "values": values} for values in (old, new)]
    (found,) = of(judged(step("update", "shop/db", RELEASE, {path: "update"}, *sides)))
    assert found.causes == (path,)


def test_the_tag_of_a_chart_of_another_kind_is_not_a_database() -> None:
    sides = [{"chart": "wiki", "values": {"image": {"tag": tag}}} for tag in ("1.0", "2.0")]
    assert of(judged(step("update", "shop/wiki", RELEASE, {"values.image.tag": "update"}, *sides))) == []


def test_a_series_is_read_from_every_shape_of_a_tag() -> None:
    assert series_of(SERVERS["mysql"], "8.4.6-oracle") == (8, 4)
    assert series_of(SERVERS["mysql"], "8") is None, "8.0 and 8.4 are two"
    assert series_of(SERVERS["postgres"], "v17") == (17,)
    assert series_of(SERVERS["timescaledb"], "2.17.2-pg16") == (16,)
