"""Objects that a planned one refers to are planned as well, under names that Kubernetes accepts."""

import re
from collections import Counter
from typing import Any

import pytest

from config.service import ExternalService, HelmService
from plan.model import Manifest, Plan
from tests.plan.labs import containers, name_of, objects, plan_of, pod_templates, written_pod_templates

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
SUBDOMAIN = re.compile(rf"{LABEL.pattern}(\.{LABEL.pattern})*")
CLUSTER_WIDE = {
    "ClusterRole",
    "ClusterRoleBinding",
    "ClusterSecretStore",
    "GeneratingPolicy",
    "MutatingPolicy",
    "Namespace",
    "NodeFeatureRule",
    "PriorityClass",
    "StorageClass",
    "ValidatingPolicy",
}
NAMED_BY_A_LABEL = {"Namespace", "Service", "Cluster"}
"""Their names become host names, or parts of one."""


@pytest.fixture(params=["prod", "small", "every_kind"])
def plan(request: pytest.FixtureRequest) -> Plan:
    """The plan of each lab."""
    return plan_of(request.param)


def names(plan: Plan, kind: str) -> set[tuple[str, str]]:
    """Namespace and name of every planned object of a kind."""
    return {name_of(manifest) for manifest in objects(plan, kind)}


def mounted_claims(template: Manifest) -> set[str]:
    return {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in template["spec"].get("volumes", [])
        if "persistentVolumeClaim" in volume
    }


def claim_templates(controller: Manifest) -> set[str]:
    return {claim["metadata"]["name"] for claim in controller["spec"].get("volumeClaimTemplates", [])}


def matched(plan: Plan, namespace: str, labels: dict[str, str]) -> list[Manifest]:
    """The controllers of a namespace whose pods have all the labels."""
    return [
        controller
        for controller, template in pod_templates(plan)
        if name_of(controller)[0] == namespace and labels.items() <= template["metadata"]["labels"].items()
    ]


def test_names_are_valid(plan: Plan) -> None:
    for manifest in plan.manifests:
        name = manifest["metadata"]["name"]
        pattern = LABEL if manifest["kind"] in NAMED_BY_A_LABEL else SUBDOMAIN
        assert pattern.fullmatch(name), f"{manifest['kind']} {name}"
        assert len(name) <= (52 if manifest["kind"] == "CronJob" else 253)


def test_labels_are_valid(plan: Plan) -> None:
    metadata = [manifest["metadata"] for manifest in plan.manifests]
    metadata += [template["metadata"] for _, template in pod_templates(plan)]
    for each in metadata:
        for key, value in each.get("labels", {}).items():
            prefix, _, name = key.rpartition("/")
            assert not prefix or SUBDOMAIN.fullmatch(prefix), key
            for text in (name, value):
                assert re.fullmatch(r"([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?", text), (key, value)


def test_no_two_objects_have_the_same_name(plan: Plan) -> None:
    count = Counter((manifest["kind"], *name_of(manifest)) for manifest in plan.manifests)
    assert [name for name, times in count.items() if times > 1] == []


def test_everything_lives_in_a_planned_namespace_or_in_none(plan: Plan) -> None:
    namespaces = {namespace.name for namespace in plan.namespaces}
    for manifest in plan.manifests:
        namespace = name_of(manifest)[0]
        assert (namespace == "") == (manifest["kind"] in CLUSTER_WIDE), manifest["kind"]
        assert namespace in {"", *namespaces}


def test_every_controller_selects_its_own_pods_and_no_others(plan: Plan) -> None:
    for controller, template in pod_templates(plan):
        if controller["kind"] != "CronJob":
            selector = controller["spec"]["selector"]["matchLabels"]
            assert selector.items() <= template["metadata"]["labels"].items()
            assert matched(plan, name_of(controller)[0], selector) == [controller]


@pytest.mark.parametrize(
    ("kind", "at"), [("Service", ("selector",)), ("PodDisruptionBudget", ("selector", "matchLabels"))]
)
def test_what_selects_pods_selects_those_of_one_workload(kind: str, at: tuple[str, ...], plan: Plan) -> None:
    for manifest in objects(plan, kind):
        if leads_outside(plan, manifest):
            continue
        selector = manifest["spec"]
        for key in at:
            selector = selector[key]
        assert len(matched(plan, name_of(manifest)[0], selector)) == 1, name_of(manifest)


def leads_outside(plan: Plan, manifest: Manifest) -> bool:
    """Whether a Service is one of a host outside of the cluster, which has no pods."""
    config = plan.lab.services.get(manifest["metadata"]["labels"]["homelab/service"])
    return manifest["kind"] == "Service" and isinstance(config, ExternalService)


def test_every_port_of_a_service_is_one_of_its_pods(plan: Plan) -> None:
    templates = {name_of(controller): template for controller, template in pod_templates(plan)}
    for service in objects(plan, "Service"):
        if leads_outside(plan, service):
            continue
        (controller,) = matched(plan, name_of(service)[0], service["spec"]["selector"])
        listening = {
            (port["name"], port["protocol"])
            for container in templates[name_of(controller)]["spec"]["containers"]
            for port in container.get("ports", [])
        }
        assert {(port["targetPort"], port["protocol"]) for port in service["spec"]["ports"]} <= listening


def test_affinity_and_spread_are_about_pods_that_exist(plan: Plan) -> None:
    def selectors(value: Any) -> list[dict[str, str]]:
        if isinstance(value, dict):
            own = [value["labelSelector"]["matchLabels"]] if "labelSelector" in value else []
            return own + [each for nested in value.values() for each in selectors(nested)]
        return [each for element in value for each in selectors(element)] if isinstance(value, list) else []

    for controller, template in pod_templates(plan):
        for selector in selectors(template["spec"]):
            assert len(matched(plan, name_of(controller)[0], selector)) == 1


def test_every_claim_that_a_pod_mounts_is_made(plan: Plan) -> None:
    made = names(plan, "PersistentVolumeClaim")
    for controller, template in pod_templates(plan):
        assert {(name_of(controller)[0], claim) for claim in mounted_claims(template)} <= made, name_of(controller)


def test_every_claim_is_mounted_or_belongs_to_a_chart(plan: Plan) -> None:
    used = {
        (name_of(controller)[0], claim)
        for controller, template in pod_templates(plan)
        for claim in mounted_claims(template)
    }
    of_charts = {
        (service.namespace, f"{service.name}-{volume}")
        for service in plan.services
        if isinstance(config := plan.lab.services[service.name], HelmService)
        for workload in config.footprint.values()
        if workload.runs_as != "statefulset"
        for volume in workload.volumes
    }
    assert names(plan, "PersistentVolumeClaim") == used | of_charts


def test_a_container_mounts_volumes_that_its_pod_has_each_at_its_own_path(plan: Plan) -> None:
    for controller, template in pod_templates(plan):
        volumes = [volume["name"] for volume in template["spec"].get("volumes", [])]
        assert len(volumes) == len(set(volumes))
        mounts = [container.get("volumeMounts", []) for container in containers(template)]
        mounted = {mount["name"] for each in mounts for mount in each}
        assert mounted == {*volumes, *claim_templates(controller)}, name_of(controller)
        for each in mounts:
            assert len({mount["mountPath"] for mount in each}) == len(each)


def test_containers_of_a_pod_have_different_names(plan: Plan) -> None:
    for controller, template in pod_templates(plan):
        named = [container["name"] for container in containers(template)]
        assert len(named) == len(set(named)), name_of(controller)


def test_every_configuration_file_is_in_a_config_map(plan: Plan) -> None:
    maps = {name_of(manifest): manifest["data"] for manifest in objects(plan, "ConfigMap")}
    for controller, template in pod_templates(plan):
        for volume in template["spec"].get("volumes", []):
            if "configMap" in volume:
                data = maps[name_of(controller)[0], volume["configMap"]["name"]]
                used = {
                    mount["subPath"]
                    for container in containers(template)
                    for mount in container.get("volumeMounts", [])
                    if mount["name"] == volume["name"]
                }
                assert used == data.keys()


def test_every_secret_is_fetched(plan: Plan) -> None:
    fetched = {
        (name_of(secret)[0], secret["spec"]["target"]["name"], entry["secretKey"])
        for secret in objects(plan, "ExternalSecret")
        for entry in secret["spec"]["data"]
    }
    used = {
        (
            name_of(controller)[0],
            variable["valueFrom"]["secretKeyRef"]["name"],
            variable["valueFrom"]["secretKeyRef"]["key"],
        )
        for controller, template in pod_templates(plan)
        for container in containers(template)
        for variable in container.get("env", [])
        if "valueFrom" in variable
    }
    assert used <= fetched


def test_secrets_come_from_the_planned_store(plan: Plan) -> None:
    stores = {(store["kind"], store["metadata"]["name"]) for store in objects(plan, "ClusterSecretStore")}
    for secret in objects(plan, "ExternalSecret"):
        reference = secret["spec"]["secretStoreRef"]
        assert (reference["kind"], reference["name"]) in stores


def test_a_postgres_cluster_finds_its_passwords_and_its_databases_find_it(plan: Plan) -> None:
    secrets = names(plan, "ExternalSecret")
    for cluster in objects(plan, "Cluster"):
        namespace, spec = name_of(cluster)[0], cluster["spec"]
        users = [spec["superuserSecret"], *(role["passwordSecret"] for role in spec["managed"]["roles"])]
        assert {(namespace, user["name"]) for user in users} <= secrets
    for database in objects(plan, "Database"):
        assert (name_of(database)[0], database["spec"]["cluster"]["name"]) in names(plan, "Cluster")


def test_every_ingress_leads_to_a_port_of_a_service(plan: Plan) -> None:
    listening = {
        (*name_of(service), port["port"]) for service in objects(plan, "Service") for port in service["spec"]["ports"]
    }
    for service in plan.services:
        config = plan.lab.services[service.name]
        if isinstance(config, HelmService) and config.endpoint is not None:
            listening.add((service.namespace, config.endpoint.service, config.endpoint.port))
    for ingress in objects(plan, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            assert rule["host"] in ingress["spec"]["tls"][0]["hosts"]
            for path in rule["http"]["paths"]:
                backend = path["backend"]["service"]
                assert (name_of(ingress)[0], backend["name"], backend["port"]["number"]) in listening


def test_every_route_passes_planned_middlewares(plan: Plan) -> None:
    planned = {f"{namespace}-{name}@kubernetescrd" for namespace, name in names(plan, "Middleware")}
    for ingress in objects(plan, "Ingress"):
        chain = ingress["metadata"]["annotations"]["traefik.ingress.kubernetes.io/router.middlewares"].split(",")
        assert set(chain) <= planned
        assert len(set(chain)) == len(chain)


def test_who_waits_waits_for_something_that_answers(plan: Plan) -> None:
    answering = {
        f"{name}.{namespace}.svc.cluster.local:{port['port']}"
        for service in objects(plan, "Service")
        for namespace, name in [name_of(service)]
        for port in service["spec"]["ports"]
    }
    for service in plan.services:
        config = plan.lab.services[service.name]
        if isinstance(config, HelmService) and config.endpoint is not None:
            answering.add(f"{config.endpoint.service}.{service.namespace}.svc.cluster.local:{config.endpoint.port}")
        elif service.kind == "postgres":
            answering.add(f"{service.name}-rw.{service.namespace}.svc.cluster.local:5432")
    waited = {
        host
        for _, template in pod_templates(plan)
        for container in containers(template)
        if container["name"] == "wait-for"
        for host in re.findall(r"waiting for (\S+);", container["command"][-1])
    }
    assert waited <= answering


def test_a_pod_with_a_token_runs_as_a_planned_account_that_may_do_something(plan: Plan) -> None:
    accounts = names(plan, "ServiceAccount")
    used = {
        (name_of(controller)[0], template["spec"]["serviceAccountName"])
        for controller, template in written_pod_templates(plan)
        if template["spec"].get("automountServiceAccountToken", True)
    }
    assert used == accounts
    bindings = [*objects(plan, "RoleBinding"), *objects(plan, "ClusterRoleBinding")]
    assert {(each["namespace"], each["name"]) for binding in bindings for each in binding["subjects"]} == accounts
    for binding in bindings:
        reference = binding["roleRef"]
        assert (name_of(binding)[0], reference["name"]) in names(plan, reference["kind"])


def test_every_priority_class_is_planned(plan: Plan) -> None:
    classes = {name for _, name in names(plan, "PriorityClass")}
    asked = {template["spec"]["priorityClassName"] for _, template in written_pod_templates(plan)}
    asked |= {cluster["spec"]["priorityClassName"] for cluster in objects(plan, "Cluster")}
    assert asked <= classes
    assert asked


def test_every_storage_class_is_planned(plan: Plan) -> None:
    claims = [claim["spec"] for claim in objects(plan, "PersistentVolumeClaim")]
    claims += [
        claim["spec"]
        for controller, _ in written_pod_templates(plan)
        for claim in controller["spec"].get("volumeClaimTemplates", [])
    ]
    asked = {claim["storageClassName"] for claim in claims}
    asked |= {cluster["spec"]["storage"]["storageClass"] for cluster in objects(plan, "Cluster")}
    assert asked <= {name for _, name in names(plan, "StorageClass")}


@pytest.mark.parametrize(
    ("kind", "reference"), [("HorizontalPodAutoscaler", "scaleTargetRef"), ("VerticalPodAutoscaler", "targetRef")]
)
def test_every_autoscaler_has_its_target(kind: str, reference: str, plan: Plan) -> None:
    planned = {(manifest["apiVersion"], manifest["kind"], *name_of(manifest)) for manifest in plan.manifests}
    for scaler in objects(plan, kind):
        target = scaler["spec"][reference]
        assert (target["apiVersion"], target["kind"], name_of(scaler)[0], target["name"]) in planned


def test_the_recommender_only_recommends(plan: Plan) -> None:
    """`Initial` writes the recommendation into every new pod; only `Off` changes nothing."""
    for recommendation in objects(plan, "VerticalPodAutoscaler"):
        assert recommendation["spec"]["updatePolicy"] == {"updateMode": "Off"}
