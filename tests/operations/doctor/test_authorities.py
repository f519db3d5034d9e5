"""Authorities that have ended or end soon, by certificates that a real library wrote."""

import base64
from datetime import datetime, timedelta

import pytest
import trustme

from observation.certificates import ends_of
from tests.operations.doctor.cluster import NOW, Cluster, healthy, loud, only


def certificate(end: datetime) -> str:
    """The certificate of something that is good until then."""
    issued = trustme.CA().issue_cert("a.example", not_before=end - timedelta(days=400), not_after=end)
    return issued.cert_chain_pems[0].bytes().decode()


def cluster_until(end: datetime) -> Cluster:
    cluster = healthy()
    for namespace in ("default", "shop"):
        cluster.add("ConfigMap", "kube-root-ca.crt", namespace, data={"ca.crt": certificate(end)})
    return cluster


def webhook_until(*ends: datetime) -> Cluster:
    cluster = healthy()
    bundle = base64.b64encode("".join(map(certificate, ends)).encode()).decode()
    hook = {"name": "check.policies.example", "failurePolicy": "Ignore", "clientConfig": {"caBundle": bundle}}
    version = "admissionregistration.k8s.io/v1"
    cluster.add("ValidatingWebhookConfiguration", "policies", apiVersion=version, webhooks=[hook])
    return cluster


@pytest.mark.parametrize("end", [datetime(2027, 5, 1, 10, 20, 30, tzinfo=NOW.tzinfo), NOW + timedelta(days=9000)])
def test_the_end_of_a_certificate_is_read(end: datetime) -> None:
    assert ends_of(f"# mine\n{certificate(end)}") == (end,)


def test_what_is_no_certificate_has_no_end() -> None:
    assert ends_of("-----BEGIN CERTIFICATE-----\nredacted\n-----END CERTIFICATE-----") == ()


@pytest.mark.parametrize(
    ("days", "severities"), [(3000, []), (31, []), (20, ["warning"]), (-1, ["error"])]
)  # fmt: skip
def test_the_authority_of_the_cluster_is_told_once_in_its_last_month(days: int, severities: list[str]) -> None:
    found = loud(cluster_until(NOW + timedelta(days=days)).diagnose())
    assert [each.severity for each in found if each.code == "AUTHORITY-ENDS"] == severities
    assert len(found) == len(severities)


def test_a_webhook_whose_authority_has_ended_is_named() -> None:
    found = only(webhook_until(NOW - timedelta(days=2)))
    assert (found.code, found.subject.name) == ("AUTHORITY-ENDS", "policies")
    assert "webhook check.policies.example ended at 2027-02-27T12:00:00Z" in found.message


def test_a_bundle_with_one_that_is_still_good_is_good() -> None:
    assert loud(webhook_until(NOW - timedelta(days=2), NOW + timedelta(days=2)).diagnose()) == []
