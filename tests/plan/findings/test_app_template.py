"""Containers in the values of app-template are read as those of the lab's own services are."""

from typing import Any

import pytest
import yaml

from config.service import HelmService
from plan.findings.app_template import programs_of_template
from plan.findings.program import Program

VALUES = """
controllers:
  main:
    type: statefulset
    replicas: 2
    statefulset:
      volumeClaimTemplates: [{name: rows, globalMounts: [{path: /rows}]}]
    initContainers:
      prepare: {image: {repository: registry.example/prepare, tag: "1.25"}}
    containers:
      app:
        image: {repository: registry.example/app, tag: v2.1.0}
        command: /bin/app
        args: [serve, --port=8080]
        env:
          DEBUG: true
          WORKERS: 4
          HOST: {value: 0.0.0.0}
          ADDRESS: "http://{{ .Release.Name }}"
          PASSWORD: {valueFrom: {secretKeyRef: {name: app, key: password}}}
        resources: {limits: {memory: 512Mi}}
      beside:
        image: {repository: registry.example/beside, tag: 1.0.0}
        env: [{name: LEVEL, value: info}]
  off: {enabled: false, containers: {app: {image: {repository: registry.example/off, tag: 1.0.0}}}}
  none: {replicas: 0, containers: {app: {image: {repository: registry.example/none, tag: 1.0.0}}}}
persistence:
  data: {existingClaim: app}
  cache: {type: emptyDir, globalMounts: [{path: /cache}]}
  share: {type: nfs, server: nas.example, path: /tank, advancedMounts: {main: {app: [{path: /share}]}}}
  off: {enabled: false, globalMounts: [{path: /off}]}
"""


def programs_in(text: str, chart: str = "app-template") -> dict[str, Program]:
    values: dict[str, Any] = yaml.safe_load(text)
    service = HelmService.model_validate(
        {
            "kind": "helm",
            "tier": "apps",
            "description": "A service",
            "chart": {"name": chart, "repository": "https://charts.example", "version": "4.2.0"},
            "values": values,
            "footprint": {"app": {"containers": {"main": {"cpu": "10m", "memory": "64Mi"}}}},
        }
    )
    return {str(each.path[-1]): each for each in programs_of_template("app", service)}


def test_each_container_of_a_controller_that_runs_is_a_program() -> None:
    found = programs_in(VALUES)
    assert {name: (each.image, each.is_main) for name, each in found.items()} == {
        "app": ("registry.example/app:v2.1.0", True),
        "beside": ("registry.example/beside:1.0.0", False),
        "prepare": ("registry.example/prepare:1.25", False),
    }
    app = found["app"]
    assert app.path == ("services", "app", "values", "controllers", "main", "containers", "app")
    assert (app.runs_as, app.replicas, app.memory) == ("statefulset", 2, 512 << 20)
    assert app.words == ("/bin/app", "serve", "--port=8080")


def test_variables_are_texts_where_the_values_say_them() -> None:
    found = programs_in(VALUES)
    assert found["app"].env == {"DEBUG": "true", "WORKERS": "4", "HOST": "0.0.0.0"}
    assert found["app"].variables == {"DEBUG", "WORKERS", "HOST", "ADDRESS", "PASSWORD"}
    assert found["beside"].env == {"LEVEL": "info"}


@pytest.mark.parametrize("more", ["{type: secret, name: app}", "{type: configMap, name: app}"])
def test_variables_are_not_known_where_a_file_may_stand_for_them(more: str) -> None:
    assert programs_in(f"{VALUES}  more: {more}\n")["app"].variables is None


def test_mounts_are_those_of_the_container() -> None:
    found = programs_in(VALUES)
    assert found["app"].mounts == {"/data": "volume", "/cache": "scratch", "/share": "volume", "/rows": "volume"}
    assert found["beside"].mounts == {"/data": "volume", "/cache": "scratch", "/rows": "volume"}


def test_of_other_charts_nothing_is_read() -> None:
    assert programs_in(VALUES, "grafana") == {}
