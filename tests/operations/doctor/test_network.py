"""Services, routes, certificates and secrets from elsewhere, broken in one place each."""

from typing import Any

import pytest

from tests.operations.doctor.cluster import (
    Cluster,
    Object,
    crashing,
    days,
    healthy,
    hours,
    loud,
    only,
    short,
    unready,
    unserved,
    waiting,
    words,
)


def test_a_selector_with_one_wrong_value() -> None:
    cluster = healthy()
    cluster.get("Service", "web")["spec"]["selector"] = {"app": "webb"}
    unserved(cluster, "web")
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("SERVICE-SELECTOR-MATCHES-NOTHING", "Service/shop/web")
    for each in ("app=webb", "app=web", "Ingress/shop/web", "Deployment/shop/web"):
        assert each in words(found)


def test_a_stateful_set_without_the_service_that_names_its_pods() -> None:
    cluster = healthy()
    cluster.get("StatefulSet", "database")["spec"]["serviceName"] = "database-peers"
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("POD-NAMES-MISSING", "StatefulSet/shop/database")
    assert "Service/shop/database-peers" in found.message


FROM_TRAEFIK = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "traefik"}}}
ALLOWED: dict[str, Object] = {
    "from the controller's namespace": {"ingress": [{"from": [FROM_TRAEFIK]}]},
    "on the port of the pod": {"ingress": [{"ports": [{"port": 8080}]}]},
    "on the named port of the pod": {"ingress": [{"from": [FROM_TRAEFIK], "ports": [{"port": "http"}]}]},
    "from everywhere": {"ingress": [{}]},
    "to pods that are others": {"podSelector": {"matchLabels": {"app": "database"}}},
}
REFUSED: dict[str, Object] = {
    "from nowhere": {},
    "from its own namespace": {"ingress": [{"from": [{"podSelector": {}}]}]},
    "on the port of the Service": {"ingress": [{"from": [FROM_TRAEFIK], "ports": [{"port": 80}]}]},
}


def behind_traefik(policy: Object) -> Cluster:
    cluster = healthy()
    cluster.add("Namespace", "traefik", metadata={"labels": {"kubernetes.io/metadata.name": "traefik"}})
    cluster.workload("traefik", "traefik", image="docker.io/traefik:v3.6.2")
    cluster.add("NetworkPolicy", "narrow", "shop", spec={"podSelector": {}, "policyTypes": ["Ingress"], **policy})
    return cluster


@pytest.mark.parametrize("policy", ALLOWED.values(), ids=ALLOWED)
def test_a_policy_that_lets_the_ingress_controller_in_is_fine(policy: Object) -> None:
    assert not loud(behind_traefik(policy).diagnose())


@pytest.mark.parametrize("policy", REFUSED.values(), ids=REFUSED)
def test_a_policy_that_keeps_the_ingress_controller_out(policy: Object) -> None:
    found = only(behind_traefik(policy))
    assert (found.code, str(found.subject)) == ("NETWORK-POLICY-BLOCKS", "NetworkPolicy/shop/narrow")
    assert "Ingress/shop/web" in found.message


def test_a_policy_behind_which_a_database_is_explains_the_crash() -> None:
    cluster = healthy()
    cluster.add("NetworkPolicy", "deny", "shop", spec={"podSelector": {"matchLabels": {"app": "database"}}})
    for pod in (cluster.get("Pod", "web-r1-x0"), cluster.get("Pod", "web-r1-x1")):
        pod["spec"]["containers"][0]["env"] = [{"name": "DATABASE_HOST", "value": "database"}]
        crashing(pod, code=1)
        unready(pod)
    unserved(cluster, "web")
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("NETWORK-POLICY-BLOCKS", "NetworkPolicy/shop/deny")
    assert "Deployment/shop/web" in words(found)


def test_a_port_name_that_the_pods_do_not_have() -> None:
    cluster = healthy()
    cluster.get("Service", "web")["spec"]["ports"][0]["targetPort"] = "web"
    found = only(cluster)
    assert found.code == "SERVICE-PORT-WRONG"
    assert "http" in found.message


def test_a_port_that_the_pods_do_not_have() -> None:
    cluster = healthy()
    cluster.get("Service", "web")["spec"]["ports"][0]["targetPort"] = 8081
    found = only(cluster)
    assert found.code == "SERVICE-PORT-WRONG"
    assert "8081" in found.message
    assert "8080" in found.message


def test_a_further_port_that_the_container_does_not_state_is_fine() -> None:
    cluster = healthy()
    cluster.service("web-stream", "shop", {"app": "web"}, port=554, target=8554)
    assert not loud(cluster.diagnose())


def test_an_ingress_to_a_service_that_does_not_exist() -> None:
    cluster = healthy()
    cluster.ingress("cart", "cart.example", service="carts")
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("ROUTE-SERVICE-MISSING", "Ingress/shop/cart")
    assert "Service/shop/carts" in found.message


def test_an_ingress_to_a_port_that_the_service_does_not_have() -> None:
    cluster = healthy()
    cluster.ingress("cart", "cart.example", service="web", port=8080)
    found = only(cluster)
    assert found.code == "ROUTE-PORT-MISSING"
    assert "8080" in found.message
    assert "80 (http)" in found.message


def test_an_ingress_of_a_class_that_does_not_exist() -> None:
    cluster = healthy()
    cluster.ingress("cart", "cart.example", service="web", ingressClassName="traefik")
    assert only(cluster).code == "INGRESS-CLASS-MISSING"


def test_two_ingresses_for_one_host() -> None:
    cluster = healthy()
    cluster.ingress("cart", "shop.example", service="database")
    found = only(cluster)
    assert found.code == "INGRESS-HOST-TWICE"
    for each in ("Ingress/shop/web", "Ingress/shop/cart", "shop.example"):
        assert each in words(found)


def test_a_certificate_whose_secret_does_not_exist() -> None:
    cluster = healthy()
    cluster.get("Ingress", "web")["spec"]["tls"] = [{"hosts": ["shop.example"], "secretName": "web-tls"}]
    found = only(cluster)
    assert found.code == "TLS-SECRET-MISSING"
    assert "Secret/shop/web-tls" in found.message


def test_a_pool_without_a_free_address() -> None:
    cluster = healthy()
    cluster.add(
        "IPAddressPool",
        "lan",
        "kube-system",
        apiVersion="metallb.io/v1beta1",
        spec={"addresses": ["10.0.0.1-10.0.0.1"]},
    )
    first = cluster.service("one", "shop", {"app": "web"})
    first["spec"]["type"] = "LoadBalancer"
    first["status"] = {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
    second = cluster.service("two", "shop", {"app": "web"})
    second["spec"]["type"] = "LoadBalancer"
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("LOAD-BALANCER-POOL-FULL", "Service/shop/two")
    assert "1 of 1" in found.message


def certificate(cluster: Cluster, *, ends: str, due: str, ready: str = "True", **ready_rest: Any) -> Object:
    conditions = [
        {
            "type": "Ready",
            "status": ready,
            "reason": "Ready",
            "message": "",
            "lastTransitionTime": days(9),
            **ready_rest,
        }
    ]
    spec = {"dnsNames": ["shop.example"], "secretName": "web-tls", "issuerRef": {"kind": "ClusterIssuer", "name": "ca"}}
    status = {"notAfter": ends, "renewalTime": due, "conditions": conditions}
    return cluster.add("Certificate", "web", "shop", apiVersion="cert-manager.io/v1", spec=spec, status=status)


def test_a_certificate_that_has_ended() -> None:
    cluster = healthy()
    certificate(
        cluster,
        ends="2027-02-20T00:00:00Z",
        due="2027-01-20T00:00:00Z",
        ready="False",
        message="certificate has expired",
    )
    found = only(cluster)
    assert found.code == "CERTIFICATE-EXPIRED"
    for each in ("shop.example", "2027-02-20T00:00:00Z", "Ingress/shop/web"):
        assert each in words(found)


def test_a_certificate_that_was_not_renewed() -> None:
    cluster = healthy()
    certificate(cluster, ends="2027-03-20T00:00:00Z", due="2027-02-18T00:00:00Z")
    found = only(cluster)
    assert (found.code, found.severity) == ("CERTIFICATE-NOT-RENEWED", "warning")


def test_a_certificate_in_its_time_is_fine() -> None:
    cluster = healthy()
    certificate(cluster, ends="2027-05-20T00:00:00Z", due="2027-04-20T00:00:00Z")
    assert not loud(cluster.diagnose())


def external_secret(cluster: Cluster, name: str, status: str, message: str) -> Object:
    condition = {
        "type": "Ready",
        "status": status,
        "reason": "SecretSyncedError",
        "message": message,
        "lastTransitionTime": hours(5),
    }
    spec = {
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "vault"},
        "data": [{"secretKey": "a", "remoteRef": {"key": "shop", "property": "a"}}],
        "target": {"name": name},
        "refreshInterval": "15m",
    }
    return cluster.add(
        "ExternalSecret",
        name,
        "shop",
        apiVersion="external-secrets.io/v1",
        spec=spec,
        status={"conditions": [condition]},
    )


def vault(cluster: Cluster) -> None:
    spec = {"provider": {"vault": {"server": "http://vault.kube-system:8200"}}}
    condition = {
        "type": "Ready",
        "status": "False",
        "reason": "ValidationFailed",
        "message": "unable to validate store: 503 Vault is sealed",
        "lastTransitionTime": hours(5),
    }
    cluster.add(
        "ClusterSecretStore",
        "vault",
        apiVersion="external-secrets.io/v1",
        spec=spec,
        status={"conditions": [condition]},
    )
    external_secret(cluster, "shop-secret", "False", "could not get secret data from provider")


def test_a_sealed_vault_is_the_cause_of_all_that_reads_it() -> None:
    cluster = healthy()
    top = cluster.workload("vault", "kube-system", kind="StatefulSet")
    pod = cluster.get("Pod", "vault-0")
    pod["metadata"]["labels"]["vault-sealed"] = "true"
    unready(pod)
    pod["status"]["containerStatuses"][0]["ready"] = False
    short(top)
    unserved(cluster, "vault")
    vault(cluster)
    waiting(cluster.get("Pod", "web-r1-x0"), "CreateContainerConfigError", 'secret "shop-secret" not found')
    source = {"secretKeyRef": {"name": "shop-secret", "key": "a"}}
    cluster.get("Pod", "web-r1-x0")["spec"]["containers"][0]["env"] = [{"name": "A", "valueFrom": source}]
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("VAULT-SEALED", "StatefulSet/kube-system/vault")
    for each in ("ClusterSecretStore/vault", "ExternalSecret/shop/shop-secret", "Deployment/shop/web"):
        assert each in words(found)


def test_a_store_that_may_not_be_read() -> None:
    cluster = healthy()
    vault(cluster)
    store = cluster.get("ClusterSecretStore", "vault")
    store["status"]["conditions"][0]["message"] = "unable to log in with Kubernetes auth: 403 permission denied"
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("SECRET-STORE-REFUSED", "ClusterSecretStore/vault")
    assert "ExternalSecret/shop/shop-secret" in words(found)


def test_a_key_that_the_store_does_not_have() -> None:
    cluster = healthy()
    external_secret(
        cluster, "more", "False", "could not get secret data from provider: cannot find secret data for key: shop"
    )
    found = only(cluster)
    assert found.code == "EXTERNAL-SECRET-FAILS"
    assert "Secret/shop/more" in found.message


def test_a_release_that_was_interrupted() -> None:
    cluster = healthy()
    for version, status in (("1", "deployed"), ("2", "pending-upgrade")):
        labels = {"owner": "helm", "name": "web", "version": version, "status": status}
        cluster.add(
            "Secret",
            f"sh.helm.release.v1.web.v{version}",
            "shop",
            metadata={"labels": labels},
            type="helm.sh/release.v1",
        )
    found = only(cluster)
    assert found.code == "RELEASE-INTERRUPTED"
    assert "helm rollback web 1 -n shop" in found.fix


def test_a_namespace_that_does_not_go() -> None:
    cluster = healthy()
    namespace = cluster.add("Namespace", "old", metadata={"deletionTimestamp": hours(20)})
    said = "Some content in the namespace has finalizers remaining: shop.example/keep in 1 resource instances"
    namespace["status"] = {
        "phase": "Terminating",
        "conditions": [{"type": "NamespaceFinalizersRemaining", "status": "True", "message": said}],
    }
    cluster.add("Widget", "last", "old", metadata={"deletionTimestamp": hours(20), "finalizers": ["shop.example/keep"]})
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("NAMESPACE-STUCK", "Namespace/old")
    assert "Widget/old/last" in found.message


@pytest.mark.parametrize(
    ("kind", "fix"),
    [
        ("NamespaceFinalizersRemaining", "bring back the controller"),
        ("NamespaceDeletionDiscoveryFailure", "kubectl get apiservices"),
    ],
)
def test_a_namespace_of_which_only_its_own_conditions_say_why(kind: str, fix: str) -> None:
    cluster = healthy()
    namespace = cluster.add("Namespace", "old", metadata={"deletionTimestamp": hours(20)})
    said = {"type": kind, "status": "True", "message": "this is why"}
    later = {"type": "NamespaceContentRemaining", "status": "True", "message": "something is left"}
    namespace["status"] = {"phase": "Terminating", "conditions": [said, later]}
    found = only(cluster)
    assert fix in found.fix
    assert found.message.endswith("this is why")


def test_a_program_that_lacks_a_permission() -> None:
    cluster = healthy()
    said = (
        'pods is forbidden: User "system:serviceaccount:shop:default" cannot list resource "pods" '
        'in API group "" in the namespace "shop"'
    )
    cluster.event(cluster.get("Pod", "web"), "ReconcileError", said)
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("PERMISSION-MISSING", "ServiceAccount/shop/default")


@pytest.mark.parametrize("name", ["default;touch x", "$(touch x)", "a b", "--all"])
def test_a_message_that_names_no_service_account_gives_no_command(name: str) -> None:
    cluster = healthy()
    for account, resource in ((name, "pods"), ("default", name)):
        said = f'User "system:serviceaccount:shop:{account}" cannot list resource "{resource}" in API group ""'
        cluster.event(cluster.get("Pod", "web"), "ReconcileError", said)
    assert not [each for each in cluster.diagnose() if "touch" in each.fix or "--all" in each.fix]


def test_an_object_that_says_itself_that_it_is_not_well() -> None:
    cluster = healthy()
    condition = {
        "type": "Ready",
        "status": "False",
        "reason": "BuildFailed",
        "message": "no such path",
        "lastTransitionTime": hours(3),
    }
    cluster.add("Kustomization", "apps", "shop", status={"conditions": [condition]})
    found = only(cluster)
    assert (found.code, str(found.subject)) == ("NOT-READY", "Kustomization/shop/apps")
    assert "no such path" in found.message
