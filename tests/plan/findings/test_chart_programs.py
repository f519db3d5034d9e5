"""Values of charts that are known are read as containers, and what they leave open stays open."""

from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from config.service import HelmService
from plan.findings.chart_programs import is_shared, kept_in, programs_of_chart
from plan.findings.chart_rows import CHARTS
from plan.findings.program import Program

GRAFANA = """
image: {registry: docker.io, repository: grafana/grafana, tag: 12.3.0}
replicas: 2
env: {GF_LOG_LEVEL: debug}
envValueFrom: {GF_DATABASE_PASSWORD: {secretKeyRef: {name: rows, key: password}}}
grafana.ini: {server: {root_url: "https://grafana.example"}, auth.generic_oauth: {enabled: true}}
persistence: {enabled: true}
extraVolumes: [{name: scratch, emptyDir: {}}]
extraVolumeMounts: [{name: scratch, mountPath: /scratch}, {name: kept, mountPath: /kept/, existingClaim: kept}]
resources: {limits: {memory: 512Mi}}
"""


def service_of(values: Mapping[str, Any], chart: str, repository: str | None = None) -> HelmService:
    known = repository or CHARTS[chart].repositories[0]
    return HelmService.model_validate(
        {
            "kind": "helm",
            "tier": "apps",
            "description": "A service",
            "chart": {"name": chart, "repository": known, "version": "1.2.3"},
            "values": values,
            "footprint": {},
        }
    )


def programs_in(text: str, chart: str, repository: str | None = None) -> list[Program]:
    service = service_of(yaml.safe_load(text), chart, repository)
    return [each.program for each in programs_of_chart("app", service)]


def test_what_the_values_say_is_read() -> None:
    (found,) = programs_in(GRAFANA, "grafana")
    assert found.image == "docker.io/grafana/grafana:12.3.0"
    assert found.env == {
        "GF_LOG_LEVEL": "debug",
        "GF_SERVER_ROOT_URL": "https://grafana.example",
        "GF_AUTH_GENERIC_OAUTH_ENABLED": "true",
    }
    assert found.variables is not None
    assert "GF_DATABASE_PASSWORD" in found.variables
    assert found.mounts == {"/var/lib/grafana": "volume", "/scratch": "scratch", "/kept": "volume"}
    assert (found.replicas, found.memory) == (2, 512 << 20)
    assert found.called("GF_SERVER_ROOT_URL") == "grafana.ini.server.root_url"
    assert found.at("env", "GF_LOG_LEVEL") == ("services", "app", "values", "env", "GF_LOG_LEVEL")
    assert found.at("env", "ANOTHER") == ("services", "app", "values")


def test_what_the_values_leave_out_is_the_charts_own() -> None:
    (found,) = programs_in("{}", "postgresql")
    assert (found.image, found.version, found.memory) == ("bitnami/postgresql", (), None)
    assert found.variables is None
    assert found.mounts == {"/bitnami/postgresql": "volume"}


@pytest.mark.parametrize(
    "text",
    ["envFromSecret: more", "envFromSecrets: [{name: more}]", "envFromConfigMaps: [{name: more}]"],
)
def test_a_secret_as_a_whole_leaves_the_variables_open(text: str) -> None:
    assert programs_in(text, "grafana")[0].variables is None


def test_variables_are_read_from_mappings_lists_and_texts() -> None:
    assert programs_in("extraEnv: '[{name: KC_HOSTNAME, value: a.example}]'", "keycloakx")[0].env == {
        "KC_HOSTNAME": "a.example"
    }
    assert programs_in("extraEnv: '- name: {{ .Release.Name }}'", "keycloakx")[0].env == {}
    assert programs_in("env: [{name: TZ, value: UTC}]", "home-assistant")[0].env == {"TZ": "UTC"}
    assert programs_in("authentik: {redis: {host: cache}}", "authentik")[0].env == {"AUTHENTIK_REDIS__HOST": "cache"}
    assert programs_in("main: {config: {db: {type: postgresdb}}}", "n8n")[0].env == {"DB_TYPE": "postgresdb"}


def test_parts_that_are_switched_off_are_left_out() -> None:
    found = programs_in("{grafana: {enabled: false}, prometheus: {enabled: true}}", "kube-prometheus-stack")
    assert [each.short for each in found] == ["prometheus"]
    assert programs_in("{replicas: 0}", "grafana") == []
    assert programs_in("{}", "loki") == []


def test_a_chart_of_others_by_the_same_name_is_not_known() -> None:
    assert programs_in(GRAFANA, "grafana", "https://charts.example") == []


@pytest.mark.parametrize("name", CHARTS)
def test_every_folder_is_kept_where_its_claim_is_named_and_switched_on(name: str) -> None:
    for row in CHARTS[name].rows:
        if row.data and row.data.claim:
            values = stated(row.data.claim, "a-claim")
            is_on = row.data.is_default is not False and row.data.kind_default != "emptyDir"
            assert kept_in(service_of(values, name), row.data) == ("volume" if is_on else "scratch")
            if row.data.is_default is not None:
                values = merged(stated(row.data.switch, True), values)
                if row.data.kind:
                    values = merged(stated(row.data.kind, "existing"), values)
                assert kept_in(service_of(values, name), row.data) == "volume"
                values = merged(values, stated(row.data.switch, False))
                assert kept_in(service_of(values, name), row.data) == "scratch"


def stated(place: str, said: Any) -> Any:
    for key in reversed(place.split("/")):
        said = {key: said}
    return said


def merged(first: Any, second: Any) -> Any:
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return second
    return {key: merged(first.get(key), second.get(key, first.get(key))) for key in {**first, **second}}


def test_pods_are_counted_as_the_chart_counts_them() -> None:
    assert programs_in("{}", "cluster")[0].replicas == 3
    assert programs_in("{server: {ha: {replicas: 5}}}", "vault")[0].replicas == 1
    assert programs_in("{server: {ha: {enabled: true}}}", "vault")[0].replicas == 3
    assert programs_in("{primary: {replicaCount: 2}}", "postgresql")[0].replicas == 1


def test_what_is_run_elsewhere_is_no_program() -> None:
    inside = [each.short for each in programs_in("{}", "harbor")]
    assert [each.short for each in programs_in("{database: {type: external}}", "harbor")] == [
        each for each in inside if each != "harbor-db"
    ]


def test_an_image_of_a_part_goes_before_that_of_all() -> None:
    found = programs_in("{global: {image: {tag: '1'}}, server: {image: {repository: a/b, tag: '2'}}}", "authentik")
    assert [each.image for each in found] == ["a/b:2", "ghcr.io/goauthentik/server:1"]


def test_a_claim_is_of_all_replicas_or_of_each() -> None:
    (row,) = CHARTS["grafana"].rows
    assert row.data
    assert is_shared(service_of({}, "grafana"), row.data)
    assert not is_shared(service_of({"persistence": {"type": "statefulset"}}, "grafana"), row.data)
    (row,) = CHARTS["qdrant"].rows
    assert row.data
    assert not is_shared(service_of({}, "qdrant"), row.data)
