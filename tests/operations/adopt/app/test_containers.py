"""Running containers in the keys of the format."""

from typing import Any

import pytest

from operations.adopt.app.containers import container_keys, probe_keys

PORTS = {"http": 8080, "admin": 9000}


@pytest.mark.parametrize(
    ("probe", "named", "said"),
    [
        ({"httpGet": {"path": "/up", "port": 8080}, "periodSeconds": 30}, False, {"http": "/up", "period_seconds": 30}),
        ({"httpGet": {"path": "/up", "port": "admin"}}, True, {"http": "/up", "port": "admin"}),
        ({"httpGet": {"path": "/up", "port": 8080}}, True, {"http": "/up", "port": 8080}),
        ({"tcpSocket": {"port": 5432}}, False, {"port": 5432}),
        ({"exec": {"command": ["ready"]}, "failureThreshold": 60}, False, {"exec": ["ready"], "failures": 60}),
        ({"grpc": {"port": 9000}}, False, {"grpc": True, "port": 9000}),
    ],
)
def test_a_probe_says_what_it_asks(probe: dict[str, Any], named: bool, said: dict[str, Any]) -> None:
    assert probe_keys({"livenessProbe": probe}, PORTS, named=named) == {"probes": {"liveness": said}}


@pytest.mark.parametrize(
    "probe",
    [
        {"httpGet": {"path": "/", "port": 8080, "scheme": "HTTPS"}},
        {"tcpSocket": {"port": "unknown"}},
        {"exec": {"command": ["ready"]}, "successThreshold": 2},
        {"grpc": {"port": 9000, "service": "health"}},
    ],
)
def test_a_probe_with_more_than_the_format_says_is_left_to_a_patch(probe: dict[str, Any]) -> None:
    assert probe_keys({"readinessProbe": probe}, PORTS, named=True) == {}


def test_variables_are_said_as_far_as_the_program_writes_them_in_their_order() -> None:
    secret = {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "web", "key": "TOKEN"}}}
    said = container_keys({"image": "web:1", "env": [{"name": "A", "value": "1"}, secret, {"name": "B", "value": "2"}]})
    assert said == {"image": "web:1", "env": {"A": "1"}, "secrets": {"TOKEN": {"secret": "web"}}}


def test_sources_of_variables_are_said_with_their_prefix() -> None:
    sources = [{"secretRef": {"name": "web"}}, {"prefix": "C_", "configMapRef": {"name": "conf"}}]
    said = container_keys({"image": "web:1", "envFrom": sources})
    assert said["env_from"] == [{"secret": "web"}, {"config_map": "conf", "prefix": "C_"}]
