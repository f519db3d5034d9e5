"""The way to the next minor release: support, skew, add-ons, and the steps in order."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from observation import Observation
from operations.upgrade import NotUpgradable, Upgrade, foresee
from operations.upgrade.add_ons import add_ons
from operations.upgrade.runtimes import runtime_for
from plan.cluster.releases import RELEASES, minor_of
from tests.operations.clusters import NOW, read_cluster

CLUSTER = read_cluster(Path(__file__).parent / "cluster.yaml")


def upgrade(observation: Observation = CLUSTER) -> Upgrade:
    return foresee(observation)


def test_a_release_out_of_support_says_for_how_long() -> None:
    found = upgrade()
    assert found.release is not None
    assert (found.release.end_of_life, found.days_left) == (date(2026, 10, 27), -30)


def test_a_release_in_support_says_how_long_it_lasts() -> None:
    assert upgrade(replace(CLUSTER, version="v1.36.1", now=NOW)).days_left == 214


def test_a_kubelet_is_never_newer_than_the_api_server_nor_too_old() -> None:
    assert {node.name: node.skew for node in upgrade().nodes} == {
        "master": "fine",
        "newer": "newer than the API server",
        "older": "too old",
    }


def test_an_add_on_is_admitted_only_where_its_makers_say_so() -> None:
    assert {each.name: each.answer for each in upgrade().add_ons} == {"kyverno": "not admitted", "metallb": "not known"}


def test_what_holds_it_up_is_said() -> None:
    assert upgrade().is_held_up


def test_the_control_plane_comes_first_and_each_node_is_drained() -> None:
    steps = upgrade().steps
    commands = [step.command for step in steps]
    assert "snapshot save /var/lib/etcd/before-upgrade.db" in commands[0]
    assert commands.index("kubeadm upgrade apply v1.35.N") < commands.index("kubeadm upgrade node")
    drained = [command.split()[2] for command in commands if command.startswith("kubectl drain")]
    assert drained == ["master", "newer", "older"]


def test_other_distributions_get_no_steps_of_kubeadm() -> None:
    nodes = [
        {**node, "status": {**node["status"], "nodeInfo": {"kubeletVersion": "v1.34.2+k3s1"}}}
        for node in CLUSTER.of("Node")
    ]
    found = upgrade(replace(CLUSTER, resources={**CLUSTER.resources, "nodes": tuple(nodes)}))
    assert (found.distribution, found.steps) == ("k3s", ())


def test_an_unknown_release_is_not_checked() -> None:
    found = upgrade(replace(CLUSTER, version="v1.99.0"))
    assert (found.release, found.target, found.days_left) == (None, None, None)


def test_without_a_version_nothing_is_foreseen() -> None:
    with pytest.raises(NotUpgradable, match="no version of the API server"):
        upgrade(replace(CLUSTER, resources={}))


@pytest.mark.parametrize(
    ("version", "minor"), [("v1.34.2", 34), ("v1.33.1+k3s1", 33), ("1.34", None), ("v2.0.0", None)]
)
def test_the_minor_release_is_read_from_a_version(version: str, minor: int | None) -> None:
    assert minor_of(version) == minor


def test_releases_are_in_order_and_one_of_them_was_read() -> None:
    assert [each.minor for each in RELEASES] == sorted(each.minor for each in RELEASES)
    assert [each.end_of_life for each in RELEASES] == sorted(each.end_of_life for each in RELEASES)
    assert [str(each) for each in RELEASES if each.rules_read] == ["1.34"]


@pytest.mark.parametrize(
    ("image", "target", "answer"),
    [
        ("ghcr.io/external-secrets/external-secrets:v1.1.1", 35, "not admitted"),
        ("ghcr.io/external-secrets/external-secrets:v2.4.1", 35, "admitted"),
        ("docker.io/calico/node:v3.31.2", 35, "admitted"),
        ("docker.io/calico/node:v3.29.0", 35, "not admitted"),
        ("docker.io/calico/node:v3.28.0", 35, "not known"),
        ("quay.io/jetstack/cert-manager-controller:v1.21.2", 37, "not admitted"),
        ("ghcr.io/cloudnative-pg/cloudnative-pg:1.27.0", 35, "not admitted"),
        ("ghcr.io/cloudnative-pg/cloudnative-pg:1.28.1", 35, "admitted"),
        ("registry.k8s.io/metrics-server/metrics-server:v0.8.0", 36, "admitted"),
        ("registry.k8s.io/metrics-server/metrics-server:v0.8.0", 30, "not admitted"),
        ("nvcr.io/nvidia/gpu-operator:v26.6.0", 36, "admitted"),
        ("nvcr.io/nvidia/gpu-operator:v25.10.0", 35, "not known"),
        ("docker.io/traefik:v3.7.1", 36, "admitted"),
    ],
)
def test_what_the_makers_say_of_an_add_on(image: str, target: int, answer: str) -> None:
    pod = {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}
    deployment = {"kind": "Deployment", "metadata": {"name": "one", "namespace": "system"}, "spec": pod}
    cluster = Observation("test", NOW, "stated", {"deployments.apps": (deployment,)})
    assert [each.answer for each in add_ons(cluster, target)] == [answer]


@pytest.mark.parametrize(
    ("runtime", "minor", "answer"),
    [
        ("containerd://2.1.5-k3s1", 35, "recommended"),
        ("containerd://2.1.4", 35, "not recommended"),
        ("containerd://1.7.28", 35, "recommended"),
        ("containerd://1.7.28", 36, "not recommended"),
        ("containerd://2.4.0", 36, "not known"),
        ("containerd://2.2.0", 40, "not known"),
        ("cri-o://1.35.0", 35, "not known"),
    ],
)
def test_what_the_makers_of_containerd_say(runtime: str, minor: int, answer: str) -> None:
    assert runtime_for(runtime, minor) == answer
