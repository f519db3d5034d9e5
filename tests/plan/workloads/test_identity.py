"""A workload that was there before keeps its names, its selector, its strategy and its claims."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from config.load import InvalidLab, load_lab
from plan import make_plan
from plan.model import Manifest, Plan
from tests.plan.labs import FOLDERS

ADOPTED = """kind: app
tier: aux
namespace: immich
description: Photos, as they were
image: registry.example/immich:2.4.1
cpu: 500m
memory: 1Gi
memory_request: 1Gi
exceptions: {guaranteed-memory: It was so before}
replicas: 2
ports: {http: {number: 2283, service: 80}}
env: {TZ: Etc/UTC}
volumes:
  library: {size: 200Gi, claim: immich-data, volume: pv-immich, labels: {app: immich}}
mounts: {library: /data}
adopt:
  name: immich-server
  container: server
  service: immich
  selector: {app: immich}
  strategy: RollingUpdate
  surge: 25%
  unavailable: 0
  as_it_is: true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the lab with one service of each kind."""
    return Path(shutil.copytree(FOLDERS["every_kind"], tmp_path / "every_kind"))


def planned(folder: Path, text: str) -> Plan:
    """The plan of the lab with a service more."""
    (folder / "services" / "immich.yaml").write_text(text, encoding="utf-8")
    return make_plan(load_lab(folder))


def made(plan: Plan, kind: str) -> Manifest:
    """The object of a kind that the service has."""
    (found,) = [
        each
        for service in plan.services
        if service.name == "immich"
        for each in service.objects
        if each["kind"] == kind
    ]
    return found


def test_a_deployment_is_the_one_that_was_there(folder: Path) -> None:
    deployment = made(planned(folder, ADOPTED), "Deployment")
    assert (deployment["metadata"]["namespace"], deployment["metadata"]["name"]) == ("immich", "immich-server")
    assert deployment["spec"] == {
        "replicas": 2,
        "selector": {"matchLabels": {"app": "immich"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": 0}},
        "template": {
            "metadata": {"labels": {"app": "immich"}},
            "spec": {
                "containers": [
                    {
                        "name": "server",
                        "image": "registry.example/immich:2.4.1",
                        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
                        "env": [{"name": "TZ", "value": "Etc/UTC"}],
                        "volumeMounts": [{"name": "library", "mountPath": "/data"}],
                        "ports": [{"name": "http", "containerPort": 2283, "protocol": "TCP"}],
                    }
                ],
                "volumes": [{"name": "library", "persistentVolumeClaim": {"claimName": "immich-data"}}],
            },
        },
    }


def test_its_service_and_claim_are_those_that_were_there(folder: Path) -> None:
    plan = planned(folder, ADOPTED)
    service, claim = made(plan, "Service"), made(plan, "PersistentVolumeClaim")
    assert service["metadata"]["name"] == "immich"
    assert service["spec"] == {
        "type": "ClusterIP",
        "selector": {"app": "immich"},
        "ports": [{"name": "http", "port": 80, "targetPort": 2283, "protocol": "TCP"}],
    }
    assert claim["metadata"]["name"] == "immich-data"
    assert claim["metadata"]["labels"]["app"] == "immich"
    assert claim["spec"] == {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "",
        "resources": {"requests": {"storage": "200Gi"}},
        "volumeName": "pv-immich",
    }


def test_the_plan_rolls_it_out_as_it_is_done(folder: Path) -> None:
    plan = planned(folder, ADOPTED.replace("replicas: 2", "replicas: 5"))
    (workload,) = [each for each in plan.workloads if each.name == "immich-server"]
    assert (workload.replicas, workload.surge) == (5, 2)
    assert [each.name for each in workload.pod.containers] == ["server"]


def test_what_is_adopted_as_it_is_gets_no_labels_of_the_program(folder: Path) -> None:
    plan = planned(folder, ADOPTED)
    for kind in ("Deployment", "Service"):
        assert "labels" not in made(plan, kind)["metadata"]
    later = planned(folder, ADOPTED.replace("  as_it_is: true\n", ""))
    assert made(later, "Deployment")["metadata"]["labels"]["homelab/service"] == "immich"


def test_by_convention_only_the_names_are_kept(folder: Path) -> None:
    template: dict[str, Any] = made(planned(folder, ADOPTED.replace("  as_it_is: true\n", "")), "Deployment")["spec"]
    labels = template["template"]["metadata"]["labels"]
    assert labels.items() >= {"app": "immich", "homelab/service": "immich", "tier": "aux"}.items()
    assert template["template"]["spec"]["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    (term,) = template["template"]["spec"]["topologySpreadConstraints"]
    assert term["labelSelector"] == {"matchLabels": {"app": "immich"}}


def test_a_statefulset_keeps_what_is_immutable(folder: Path) -> None:
    text = ADOPTED.replace("replicas: 2", "runs_as: statefulset\nheadless: true").replace(
        "{size: 200Gi, claim: immich-data, volume: pv-immich, labels: {app: immich}}",
        "{storage_class: block, size: 200Gi, labels: {app: immich}}",
    )
    text = text.replace("  surge: 25%\n  unavailable: 0\n", "  pod_management: Parallel\n").replace(
        "strategy: RollingUpdate", "strategy: OnDelete"
    )
    plan = planned(folder, text)
    spec = made(plan, "StatefulSet")["spec"]
    assert (spec["serviceName"], spec["podManagementPolicy"]) == ("immich", "Parallel")
    assert spec["updateStrategy"] == {"type": "OnDelete"}
    (claim,) = spec["volumeClaimTemplates"]
    assert claim["metadata"] == {"name": "library", "labels": {"app": "immich"}}
    assert made(plan, "Service")["spec"]["clusterIP"] == "None"


def test_a_port_of_every_node_is_stated(folder: Path) -> None:
    text = ADOPTED.replace("{number: 2283, service: 80}", "{number: 2283, service: 80, node: 30080}")
    spec = made(planned(folder, text), "Service")["spec"]
    assert (spec["type"], spec["ports"][0]["nodePort"]) == ("NodePort", 30080)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("service: 80", "service: 0", "service: 0 is not a port; write for example 80"),
        ("service: 80", "node: 80", "node: 80 is not a port of nodes; they are 30000 to 32767"),
        ("number: 2283, ", "", "needs number: the port on which the container listens"),
        ("number: 2283", "numbr: 2283", "unknown key 'numbr'; a port has number, service, node"),
        ("surge: 25%", "surge: half", "is neither a number of pods, 0 to 100, nor a share, as 25%"),
    ],
)
def test_a_mistake_is_refused(folder: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(InvalidLab) as refused:
        planned(folder, ADOPTED.replace(old, new))
    assert says in str(refused.value)


def published(plan: Plan, service: str) -> dict[str, list[str]]:
    """The names of the ports of a service's load balancers, by Service."""
    return {
        each["metadata"]["name"]: [port["name"] for port in each["spec"]["ports"]]
        for one in plan.services
        if one.name == service
        for each in one.objects
        if each["kind"] == "Service" and each["spec"]["type"] == "LoadBalancer"
    }


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("publish: [web]\n", {"immich-outside": ["web"]}),
        ("expose: [{host: immich}]\npublish: [web, dns]\n", {"immich": ["web", "dns"]}),
    ],
    ids=["one", "all"],
)
def test_a_load_balancer_publishes_the_ports_that_are_named(
    folder: Path, stated: str, expected: dict[str, list[str]]
) -> None:
    text = f"{PUBLISHED}{stated}"
    assert published(planned(folder, text), "immich") == expected


PUBLISHED = """kind: app
tier: aux
description: A name server with a page
image: registry.example/dns:1.0.0
cpu: 10m
memory: 64Mi
ports: {web: 8080, dns: 53/udp}
load_balancer: 10.0.20.210
"""


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "expose",
            "\nexpose",
            "publishes no port by itself; name those that are reached there, as publish: [web, dns]",
        ),
        ("expose", "publish: [dn]\nexpose", "unknown port 'dn'; did you mean 'dns'?"),
        ("load_balancer: 10.0.20.210\n", "publish: [dns]\n", "needs load_balancer: the address at which the port"),
    ],
)
def test_ports_are_published_at_an_address(folder: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(InvalidLab) as refused:
        planned(folder, f"{PUBLISHED}expose: [{{host: immich}}]\n".replace(old, new))
    assert says in str(refused.value)


def test_a_route_leads_to_a_port_and_through_middlewares_of_its_own(folder: Path) -> None:
    text = PUBLISHED.replace("dns: 53/udp", "admin: 9000, dns: 53/udp").replace("load_balancer: 10.0.20.210\n", "")
    plan = planned(folder, f"{text}expose: [{{host: admin, port: admin, middlewares: [body-large]}}]\n")
    ingress = made(plan, "Ingress")
    (path,) = ingress["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"] == {"service": {"name": "immich", "port": {"number": 9000}}}
    passed = ingress["metadata"]["annotations"]["traefik.ingress.kubernetes.io/router.middlewares"].split(",")
    assert passed[-1] == "aux-immich-body-large@kubernetescrd"
