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
        {"httpGet": {"path": "/", "port": 8080, "host": "192.0.2.4"}},
        {"tcpSocket": {"port": "unknown"}},
        {"tcpSocket": {"port": 8080, "host": "192.0.2.4"}},
        {
            "httpGet": {
                "path": "/",
                "port": 8080,
                "httpHeaders": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}],
            }
        },
    ],
)
def test_a_probe_with_more_than_the_format_says_is_left_to_a_patch(probe: dict[str, Any]) -> None:
    assert probe_keys({"readinessProbe": probe}, PORTS, named=True) == {}


def test_a_request_says_its_headers_and_that_it_is_by_https() -> None:
    asked = {"path": "/", "port": 80, "scheme": "HTTPS", "httpHeaders": [{"name": "Host", "value": "web"}]}
    probe = {"httpGet": asked, "successThreshold": 2, "terminationGracePeriodSeconds": 5}
    assert probe_keys({"readinessProbe": probe}, {"http": 80}, named=False)["probes"]["readiness"] == {
        "http": "/",
        "https": True,
        "headers": {"Host": "web"},
        "successes": 2,
        "grace_seconds": 5,
    }


def test_the_security_of_a_container_is_said() -> None:
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "Localhost", "localhostProfile": "web.json"}}
    said = container_keys(
        {"image": "web:1", "securityContext": security, "terminationMessagePolicy": "FallbackToLogsOnError"}
    )
    assert (said["non_root"], said["seccomp"]) == (True, "Localhost/web.json")
    assert said["termination_message"] == "FallbackToLogsOnError"


SECRET = {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "web", "key": "TOKEN"}}}


def test_variables_in_another_order_than_the_program_writes_them_are_said_with_their_order() -> None:
    plain = [{"name": name, "value": name.lower()} for name in ("A", "B")]
    ordered = container_keys({"image": "web:1", "env": [*plain, SECRET]})
    assert ordered == {"image": "web:1", "env": {"A": "a", "B": "b"}, "secrets": {"TOKEN": {"secret": "web"}}}
    assert container_keys({"image": "web:1", "env": [plain[0], SECRET, plain[1]]}) == {
        **ordered,
        "env_order": ["A", "TOKEN", "B"],
    }


def test_variables_are_said_up_to_the_first_that_has_no_key() -> None:
    file = {"name": "FILE", "valueFrom": {"fileKeyRef": {"volumeName": "env", "path": "a", "key": "FILE"}}}
    assert container_keys({"image": "web:1", "env": [SECRET, file, {"name": "B", "value": "b"}]}) == {
        "image": "web:1",
        "secrets": {"TOKEN": {"secret": "web"}},
    }


def test_an_amount_of_the_container_and_a_key_that_may_be_missing_are_said() -> None:
    amount = {"name": "MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}}
    level = {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "conf", "key": "level", "optional": True}}}
    said = container_keys({"image": "web:1", "env": [level, amount]})
    assert said["env_fields"] == {"MEM": "limits.memory"}
    assert said["env_keys"] == {"LEVEL": {"config_map": "conf", "key": "level", "optional": True}}


def test_an_amount_in_a_unit_and_of_a_named_container_is_said() -> None:
    amount = {"resource": "limits.memory", "divisor": "1Mi", "containerName": "web"}
    whole = {"resource": "requests.cpu", "divisor": "0"}
    env = [{"name": name, "valueFrom": {"resourceFieldRef": each}} for name, each in (("MEM", amount), ("CPU", whole))]
    assert container_keys({"image": "web:1", "env": env})["env_fields"] == {
        "MEM": {"field": "limits.memory", "divisor": "1Mi", "container": "web"},
        "CPU": "requests.cpu",
    }


def test_a_variable_whose_value_is_withheld_keeps_its_place_in_a_key() -> None:
    env = [{"name": "A", "value": "a"}, {"name": "PASSWORD"}, {"name": "B", "value": "b"}]
    assert container_keys({"image": "web:1", "env": env}) == {
        "image": "web:1",
        "env": {"A": "a", "B": "b"},
        "kept_env": ["PASSWORD"],
        "env_order": ["A", "PASSWORD", "B"],
    }


def test_sources_of_variables_are_said_with_their_prefix() -> None:
    sources = [{"secretRef": {"name": "web"}}, {"prefix": "C_", "configMapRef": {"name": "conf"}}]
    said = container_keys({"image": "web:1", "envFrom": sources})
    assert said["env_from"] == [{"secret": "web"}, {"config_map": "conf", "prefix": "C_"}]
