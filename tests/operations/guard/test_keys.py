"""A key that goes from a Secret or ConfigMap is named, with those who read it; new and other values are not."""

from typing import Any

import pytest

from operations.guard import judge
from operations.guard.consequence import Consequence
from operations.guard.reading.preview import read_preview
from operations.guard.reading.stack import Stack, read_stack
from tests.operations.guard.steps import Json, preview_of, step
from tests.plan.labs import lab_of
from tests.recordings import recording

SECRET, CONFIG_MAP = "kubernetes:core/v1:Secret", "kubernetes:core/v1:ConfigMap"
EXTERNAL = "kubernetes:external-secrets.io/v1:ExternalSecret"


def state() -> Stack:
    return read_stack(recording("stack-keys.json"))


def recorded(name: str, stack: Stack | None) -> list[Consequence]:
    return _keys(judge(read_preview(recording(f"preview-{name}.json")), lab_of("small"), stack).consequences)


def _keys(found: tuple[Consequence, ...]) -> list[Consequence]:
    return [each for each in found if each.effect == "KEY-GONE"]


def test_a_key_that_a_pod_names_or_reads_with_all_others_is_gone_and_one_that_nobody_reads_is_not_missed() -> None:
    found = {(each.severity, each.target, each.causes[0]) for each in recorded("keys-removed", state())}
    assert found == {
        ("error", "Secret/hobby-settings/passwords", "data.app.password"),
        ("warning", "ConfigMap/hobby-settings/settings", "data.language"),
    }


def test_who_reads_it_is_said() -> None:
    named, read = recorded("keys-removed", state())
    assert "Deployment/hobby-settings/reader (variable PASSWORD of container reader) names it" in named.message
    assert "(variables of container reader) reads all keys" in read.message


def test_without_the_state_each_key_that_goes_is_a_warning_that_says_so() -> None:
    found = recorded("keys-removed", None)
    assert {each.severity for each in found} == {"warning"}
    assert len(found) == 3
    assert all("`--stack FILE`" in each.message for each in found)


@pytest.mark.parametrize("name", ["keys-changed", "key-removed-with-its-reader", "file-changed"])
@pytest.mark.parametrize("known", [True, False])
def test_other_values_new_keys_and_a_key_that_goes_with_its_reader_are_no_loss(name: str, known: bool) -> None:
    assert recorded(name, state() if known else None) == []


def reader(**spec: Any) -> Json:
    pods = {"containers": [{"name": "app"} | spec.pop("container", {})]} | spec
    inputs = {"kind": "Deployment", "metadata": {"name": "app", "namespace": "n"}, "spec": {"template": {"spec": pods}}}
    return step("update", "app", "kubernetes:apps/v1:Deployment", {"metadata.labels.a": "update"}, inputs, inputs)


def found_for(*steps: Json) -> list[Consequence]:
    return _keys(judge(preview_of(*steps), lab_of("prod")).consequences)


def masked(path: str, kind: str = SECRET) -> Json:
    metadata = {"kind": kind.rpartition(":")[2], "metadata": {"name": "it", "namespace": "n"}}
    hidden = metadata | {"data": "[secret]"}
    return step("update", "it", kind, {path: "delete"}, hidden, hidden)


KEYED = {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "it", "key": "tls.key"}}}]}
OPTIONAL = {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "it", "key": "tls.key", "optional": True}}}]}
MOUNT = {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}
FILE = {"volumeMounts": [{"name": "v", "mountPath": "/v/tls.key", "subPath": "tls.key"}]}
OTHER_FILE = {"volumeMounts": [{"name": "v", "mountPath": "/v/tls.crt", "subPath": "tls.crt"}]}
VOLUME = [{"name": "v", "secret": {"secretName": "it"}}]
ITEMS = [{"name": "v", "secret": {"secretName": "it", "items": [{"key": "tls.key", "path": "k"}]}}]
PROJECTED = [{"name": "v", "projected": {"sources": [{"secret": {"name": "it"}}]}}]


@pytest.mark.parametrize(
    ("pods", "severity"),
    [
        ({"container": KEYED}, "error"),
        ({"container": OPTIONAL}, "warning"),  # nobody needs it, but somebody may read it
        ({"container": MOUNT, "volumes": VOLUME}, "warning"),
        ({"container": MOUNT, "volumes": ITEMS}, "error"),
        ({"container": MOUNT, "volumes": PROJECTED}, "warning"),
        ({"container": FILE, "volumes": VOLUME}, "error"),
        ({"container": OTHER_FILE, "volumes": VOLUME}, None),
        ({"container": {"envFrom": [{"secretRef": {"name": "it"}}]}}, "warning"),
    ],
)
def test_each_way_to_read_a_key_is_known(pods: Json, severity: str | None) -> None:
    found = found_for(masked('data["tls.key"]'), reader(**pods))
    assert [each.severity for each in found] == ([severity] if severity else [])


def test_a_secret_of_which_the_preview_names_no_key_is_not_known() -> None:
    judgement = judge(preview_of(masked("data") | {"detailedDiff": {"data": {"kind": "update"}}}), lab_of("prod"))
    assert [(each.effect, each.severity) for each in judgement.consequences][:1] == [("NOT-KNOWN", "warning")]
    assert judgement.passes


def test_a_key_that_moves_to_another_field_is_still_there() -> None:
    metadata = {"metadata": {"name": "it", "namespace": "n"}}
    old, new = metadata | {"data": {"a": "1", "b": "2"}}, metadata | {"data": {"b": "2"}, "binaryData": {"a": "MQ=="}}
    assert found_for(step("update", "it", CONFIG_MAP, {"data.a": "delete", "binaryData.a": "add"}, old, new)) == []


def external(*keys: str, **spec: Any) -> Json:
    return {"metadata": {"name": "e", "namespace": "n"}, "spec": {"data": [{"secretKey": key} for key in keys]} | spec}


@pytest.mark.parametrize(
    ("new", "goes"),
    [
        (external("tls.crt"), True),
        (external("tls.crt", "tls.key", "more"), False),
        (external("tls.crt", dataFrom=[{"extract": {"key": "all"}}]), False),  # it may come from there
    ],
)
def test_an_external_secret_that_no_longer_brings_a_key(new: Json, goes: bool) -> None:
    target = {"target": {"name": "it"}}
    old = external("tls.crt", "tls.key", **target)
    new["spec"] |= target
    found = found_for(step("update", "e", EXTERNAL, {"spec.data": "update"}, old, new), reader(container=KEYED))
    assert [each.name for each in found] == (["KEY-GONE:ExternalSecret/n/e"] if goes else [])
