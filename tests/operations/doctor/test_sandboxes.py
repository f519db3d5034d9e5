"""Pods whose sandbox is not created: by the cause on their node, once for all of them."""

import pytest

from tests.operations.doctor.cluster import Cluster, crashing, healthy, only, waiting, words

RPC = "Failed to create pod sandbox: rpc error: code = Unknown desc ="
NETWORK = 'failed to setup network for sandbox "8c1f":'


def unmade(cluster: Cluster, message: str, *pods: str) -> None:
    for name in pods or ("web-r1-x0",):
        pod = cluster.get("Pod", name)
        pod["spec"]["nodeName"] = "worker-a"
        waiting(pod, "ContainerCreating")
        cluster.event(pod, "FailedCreatePodSandBox", f"{RPC} {message}")


@pytest.mark.parametrize(
    ("message", "code", "names"),
    [
        (
            (
                f'{NETWORK} plugin type="host-local" failed (add): failed to allocate for range 0: no IP addresses '
                "available in range set: 10.244.2.1-10.244.2.254"
            ),
            "NODE-ADDRESSES-USED-UP",
            "10.244.2.1-10.244.2.254",
        ),
        (
            (
                f'{NETWORK} plugin type="calico" failed (add): failed to request IPv4 addresses: Assigned 0 out of 1 '
                "requested IPv4 addresses; No more free affine blocks and strict affinity enabled"
            ),
            "NODE-ADDRESSES-USED-UP",
            "strict affinity",
        ),
        (
            'failed to get sandbox runtime: no runtime for "nvidia" is configured',
            "RUNTIME-HANDLER-MISSING",
            "(nvidia)",
        ),
        (
            f'{NETWORK} failed to find plugin "bridge" in path [/opt/cni/bin]',
            "NETWORK-PLUGIN-MISSING",
            "(bridge)",
        ),
        (
            f'{NETWORK} plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory',
            "NETWORK-PLUGIN-FAILS",
            "(calico)",
        ),
        (
            'failed to get sandbox image "registry.k8s.io/pause:3.10": failed to pull image: i/o timeout',
            "SANDBOX-IMAGE-NOT-PULLED",
            "(registry.k8s.io/pause:3.10)",
        ),
        ("something else", "SANDBOX-FAILS", "something else"),
    ],
)
def test_a_sandbox_that_is_not_created_says_why(message: str, code: str, names: str) -> None:
    cluster = healthy()
    unmade(cluster, message)
    found = only(cluster)
    assert found.code == code
    for each in (names, "worker-a", "Deployment/shop/web"):
        assert each in words(found)


def test_all_pods_of_a_node_have_one_cause() -> None:
    cluster = healthy()
    message = f"{NETWORK} no IP addresses available in range set: 10.244.2.1-10.244.2.254"
    unmade(cluster, message, "web-r1-x0", "web-r1-x1")
    assert only(cluster).subject.name == "worker-a"


def test_the_pod_of_the_network_plugin_that_crashes_is_the_cause() -> None:
    cluster = healthy()
    cluster.workload("calico-node", "kube-system", service=False)
    agent = cluster.get("Pod", "calico-node")
    agent["spec"]["nodeName"] = "worker-a"
    crashing(agent)
    unmade(cluster, f'{NETWORK} plugin type="calico" failed (add): error getting ClusterInformation')
    found = only(cluster)
    assert "calico-node" in str(found.subject)
    assert "NETWORK-PLUGIN-FAILS" not in found.code
