"""A machine's token: the cluster knows it for a day, it is made once, and its secret half stays secret."""

import base64
import re
from datetime import UTC, datetime, timedelta

import pulumi_kubernetes as kubernetes
import pytest

from components import join_token
from components.join_token import JoinToken, JoinTokenArgs
from plan.cluster.credentials import plan_join_token
from tests.recording import providers
from tests.recording.recorder import UNKNOWN, Answer, Recording, Resource, record, secret_value, without_secrets

SECRET = "kubernetes:core/v1:Secret"


def declared(answer: Answer | None = providers.answer) -> Recording:
    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        made = JoinToken("node1", JoinTokenArgs(token=plan_join_token("node1"), provider=provider))
        made.register_outputs({"token": made.token})

    return record(program, answer=answer)


def token(recording: Recording) -> object:
    (component,) = recording.components
    return recording.outputs[component.urn]["token"]


def data(recording: Recording) -> dict[str, str]:
    encoded = secret_value(recording.get(SECRET, "node1").inputs["data"])
    return {field: base64.b64decode(value).decode() for field, value in encoded.items()}


def test_the_cluster_knows_the_token_as_a_bootstrap_token() -> None:
    recording = declared()
    secret = recording.get(SECRET, "node1")
    identifier = recording.get(providers.NAME, "node1").inputs
    assert re.fullmatch(r"[a-z0-9]{6}\.[a-z0-9]{16}", secret_value(token(recording)))
    assert (identifier["length"], identifier["upper"], identifier["special"]) == (6, False, False)
    fields = data(recording)
    assert secret.inputs["type"] == "bootstrap.kubernetes.io/token"
    assert secret.inputs["metadata"] == {
        "namespace": "kube-system",
        "name": f"bootstrap-token-{fields['token-id']}",
    }
    assert f"{fields['token-id']}.{fields['token-secret']}" == secret_value(token(recording))
    assert fields["usage-bootstrap-authentication"] == fields["usage-bootstrap-signing"] == "true"
    assert fields["auth-extra-groups"] == "system:bootstrappers:kubeadm:default-node-token"
    assert "node1" in fields["description"]


def test_the_token_is_good_for_a_day() -> None:
    expires = datetime.strptime(data(declared())["expiration"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(hours=23, minutes=59) < expires - datetime.now(UTC) <= timedelta(hours=24)


def test_when_it_expires_is_settled_once_and_kept_in_the_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the engine does with `ignore_changes`, the provider answers a later `up` with what it was first told."""
    first = declared()
    monkeypatch.setattr(join_token, "hours_from_now", lambda _: "2099-01-01T00:00:00Z")
    kept = first.get(providers.PASSWORD, "node1")
    assert kept.ignore_changes == ("keepers",)

    def answer(resource: Resource) -> dict[str, object]:
        keepers = {"keepers": kept.inputs["keepers"]} if resource.type == providers.PASSWORD else {}
        return {**providers.answer(resource), **keepers}

    assert data(declared(answer)) == data(first)


def test_only_the_name_of_the_token_is_public() -> None:
    recording = declared()
    shown = str(without_secrets([resource.inputs for resource in recording.objects] + list(recording.outputs.values())))
    assert data(recording)["token-id"] in shown
    assert data(recording)["token-secret"] not in shown


def test_the_token_is_unknown_before_the_cluster_knows_it() -> None:
    assert (
        secret_value(token(declared(lambda resource: {**providers.answer(resource), **missing(resource)}))) == UNKNOWN
    )


def missing(resource: Resource) -> dict[str, str]:
    return {"id": ""} if resource.type == SECRET else {}


def test_a_token_waits_for_the_way_into_the_cluster() -> None:
    recording = declared()
    assert recording.get(SECRET, "node1").provider == recording.get("pulumi:providers:kubernetes", "cluster").urn
