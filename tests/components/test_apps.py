"""A service whose kind changes keeps its objects, and so its data."""

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from components.app import TYPES
from components.gpu_app import GpuApp, GpuAppArgs
from components.k8s_app import K8sApp, K8sAppArgs
from components.mysql_app import MysqlApp, MysqlAppArgs
from components.postgres_app import PostgresApp, PostgresAppArgs
from plan.model import Manifest
from tests.components import plans
from tests.recording.recorder import plain, record

APPS = [(K8sApp, K8sAppArgs), (GpuApp, GpuAppArgs), (PostgresApp, PostgresAppArgs), (MysqlApp, MysqlAppArgs)]


@pytest.mark.parametrize(("component", "args"), APPS, ids=[component.__name__ for component, _ in APPS])
def test_a_service_may_have_been_of_any_other_kind(
    component: type[pulumi.ComponentResource], args: type[K8sAppArgs]
) -> None:
    def program() -> None:
        component("notes", args(manifests=(), provider=kubernetes.Provider("cluster", kubeconfig="{}")))  # type: ignore[call-arg]

    (resource,) = record(program).components
    assert {resource.type, *resource.aliases} == set(TYPES)


def test_the_objects_of_a_service_wait_for_its_namespace_and_not_for_each_other() -> None:
    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        options = pulumi.ResourceOptions(provider=provider)
        namespace = kubernetes.core.v1.Namespace("4-aux-notes", metadata={"name": "4-aux-notes"}, opts=options)
        manifests = (plans.DEPLOYMENT, plans.VOLUME, plans.INGRESS_ROUTE)
        K8sApp("notes", K8sAppArgs(manifests=manifests, provider=provider, after=(namespace,)))

    recording = record(program)
    namespace, *objects = recording.objects
    assert [plain(resource.inputs["kind"]) for resource in objects] == [
        "Deployment",
        "PersistentVolumeClaim",
        "IngressRoute",
    ]
    assert all(resource.dependencies == {namespace.urn} for resource in objects)


def test_a_service_at_ports_of_nodes_waits_for_the_one_that_may_have_had_them() -> None:
    def service(name: str, **port: int) -> Manifest:
        spec = {"ports": [{"port": 80, **port}]}
        return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "notes"}, "spec": spec}

    def program() -> None:
        provider = kubernetes.Provider("cluster", kubeconfig="{}")
        manifests = (service("web"), service("web-nodes", nodePort=30080), service("web-outside"))
        K8sApp("notes", K8sAppArgs(manifests=manifests, provider=provider))

    found = {each.name: each for each in record(program).objects}
    assert found["notes/web"].urn in found["notes/web-nodes"].dependencies
    assert found["notes/web"].urn not in found["notes/web-outside"].dependencies
