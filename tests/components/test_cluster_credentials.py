"""The credentials of a cluster: what kubeadm would make, secret throughout, and never renewed in passing."""

import base64

import pytest
import yaml

from components.cluster_credentials import ClusterCredentials, ClusterCredentialsArgs
from plan.model.placeholders import SECRETS
from tests.components import plans
from tests.recording import providers
from tests.recording.recorder import Recording, Resource, record, secret_value, without_secrets


@pytest.fixture(scope="module")
def recording() -> Recording:
    def program() -> None:
        made = ClusterCredentials("lab", ClusterCredentialsArgs(credentials=plans.CREDENTIALS))
        made.register_outputs({**made.files, "kubeconfig": made.kubeconfig})

    return record(program, answer=providers.answer)


def outputs(recording: Recording) -> dict[str, object]:
    (component,) = recording.components
    return recording.outputs[component.urn]


def authorities(recording: Recording) -> dict[str, Resource]:
    return {resource.name: resource for resource in recording.of_type(providers.AUTHORITY)}


def test_the_authorities_are_called_what_kubeadm_calls_them(recording: Recording) -> None:
    names = {name: resource.inputs["subject"]["commonName"] for name, resource in authorities(recording).items()}
    assert names == {
        "lab-cluster-ca": "kubernetes",
        "lab-etcd-ca": "etcd-ca",
        "lab-front-proxy-ca": "front-proxy-ca",
    }


def test_an_authority_lasts_ten_years_and_may_sign(recording: Recording) -> None:
    for authority in authorities(recording).values():
        assert authority.inputs["validityPeriodHours"] == 10 * 365 * 24
        assert authority.inputs["earlyRenewalHours"] == 0
        assert authority.inputs["isCaCertificate"] is True
        assert {"cert_signing", "crl_signing"} <= set(authority.inputs["allowedUses"])


def test_what_the_cluster_trusts_is_protected_and_what_the_administrator_has_is_renewed(recording: Recording) -> None:
    protected = {(resource.type, resource.name) for resource in recording.objects if resource.protect}
    names = ("lab-cluster-ca", "lab-etcd-ca", "lab-front-proxy-ca")
    assert protected == {
        *((providers.KEY, name) for name in (*names, "lab-service-account")),
        *((providers.AUTHORITY, name) for name in names),
        ("random:index/randomPassword:RandomPassword", "lab-encryption"),
    }
    certificate = recording.get(providers.CERTIFICATE, "lab-administrator")
    assert certificate.inputs["validityPeriodHours"] == 365 * 24
    assert certificate.inputs["earlyRenewalHours"] == 90 * 24


def test_the_administrator_is_in_the_group_that_kubeadm_makes_administrators(recording: Recording) -> None:
    request = recording.get(providers.REQUEST, "lab-administrator")
    assert request.inputs["subject"] == {"commonName": "kubernetes-admin", "organization": "kubeadm:cluster-admins"}
    certificate = recording.get(providers.CERTIFICATE, "lab-administrator")
    assert "client_auth" in certificate.inputs["allowedUses"]
    assert secret_value(certificate.inputs["caPrivateKeyPem"]) == providers.private_key("lab-cluster-ca")


def test_every_key_is_of_a_kind_that_kubeadm_reads(recording: Recording) -> None:
    keys = recording.of_type(providers.KEY)
    assert len(keys) == 5
    assert all(key.inputs == {"algorithm": "ECDSA", "ecdsaCurve": "P256"} for key in keys)


def test_the_files_are_secrets_in_base64(recording: Recording) -> None:
    files = {name: secret_value(value) for name, value in outputs(recording).items() if name != "kubeconfig"}
    assert files.keys() == set(SECRETS) - {"ca-certificate-hash", "join-token"}
    texts = {name: base64.b64decode(content).decode() for name, content in files.items()}
    assert texts["etcd-ca.key"] == providers.private_key("lab-etcd-ca")
    assert texts["service-account.key"] == providers.private_key("lab-service-account")
    assert texts["service-account.pub"].startswith("-----BEGIN PUBLIC KEY-----")
    assert texts["cluster-ca.crt"] == providers.CA


def test_the_kubeconfig_holds_everything_that_the_administrator_needs(recording: Recording) -> None:
    document = yaml.safe_load(secret_value(outputs(recording)["kubeconfig"]))
    (cluster,), (user,), (context,) = document["clusters"], document["users"], document["contexts"]
    assert cluster["cluster"]["server"] == "https://192.0.2.20:6443"
    assert base64.b64decode(cluster["cluster"]["certificate-authority-data"]).decode() == providers.CA
    assert base64.b64decode(user["user"]["client-key-data"]).decode() == providers.private_key("lab-administrator")
    assert context["context"] == {"cluster": cluster["name"], "user": user["name"]}
    assert document["current-context"] == context["name"]


def test_no_key_is_passed_on_in_plain(recording: Recording) -> None:
    shown = str(without_secrets([resource.inputs for resource in recording.objects] + [outputs(recording)]))
    assert "PRIVATE KEY" not in shown


def test_before_it_exists_everything_is_a_secret_already() -> None:
    def program() -> None:
        made = ClusterCredentials("lab", ClusterCredentialsArgs(credentials=plans.CREDENTIALS))
        made.register_outputs({**made.files, "kubeconfig": made.kubeconfig})

    values = outputs(record(program)).values()
    assert len(values) == 10
    for value in values:
        secret_value(value)
