"""The way to the next minor release: support, skew, add-ons, and the steps in order."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from observation import Observation
from observation.kinds import RESOURCES
from operations.upgrade import NotUpgradable, Upgrade, foresee
from operations.upgrade.add_ons import add_ons
from operations.upgrade.changes import judged_changes
from operations.upgrade.runtimes import runtime_for
from plan.cluster.release_changes import CHANGES
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
    assert (found.release, found.target, found.days_left, found.changes) == (None, None, None, None)


@pytest.mark.parametrize(
    ("kind", "manifest", "old", "change"),
    [
        ("pods", {"spec": {"volumes": [{"name": "code", "gitRepo": {"repository": "x"}}]}}, 35, "gitRepo volumes"),
        ("pods", {"spec": {"resources": {"requests": {"cpu": "1"}}}}, 35, "resize of pod-level resources"),
        ("services", {"spec": {"externalIPs": ["192.0.2.1"]}}, 35, "externalIPs"),
        ("configmaps", {"data": {"config.conf": 'iptables: {}\nmode: "ipvs"\n'}}, 34, "kube-proxy by IPVS"),
        ("configmaps", {"data": {"kubelet": "maxPods: 110\nmemoryThrottlingFactor: 0.9\n"}}, 36, "Memory QoS"),
        (
            "pods",
            {
                "metadata": {"annotations": {"kubernetes.io/config.mirror": "x"}},
                "spec": {"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "x"}}}]}]},
            },
            36,
            "references of static pods",
        ),
    ],
)
def test_a_change_of_the_next_release_names_what_it_concerns(
    kind: str, manifest: dict[str, Any], old: int, change: str
) -> None:
    metadata = {"name": "one", **manifest.get("metadata", {})}
    found = {"kind": RESOURCES[kind], **manifest, "metadata": metadata}
    plain = {"kind": RESOURCES[kind], "metadata": {"name": "two"}}
    changes = judged_changes(Observation("test", NOW, "stated", {kind: (found, plain)}), old)
    assert changes is not None
    concerned = {each.change.name: [one.name for one in each.objects] for each in changes if each.answer == "concerns"}
    assert concerned == {change: ["one"]}
    assert any(each.name == change for each in CHANGES if each.minor == old + 1)


def test_a_change_that_no_object_shows_is_not_checked() -> None:
    changes = judged_changes(CLUSTER, 34)
    assert changes is not None
    assert [each.change.name for each in changes if each.answer == "not checked"] == ["cgroup v1", "in-place resize"]
    assert not any(each.holds_up for each in changes)


def test_an_object_with_which_something_stops_holds_the_upgrade_up() -> None:
    pod = {"kind": "Pod", "metadata": {"name": "code"}, "spec": {"volumes": [{"name": "code", "gitRepo": {}}]}}
    changes = judged_changes(Observation("test", NOW, "stated", {"pods": (pod,)}), 35)
    assert changes is not None
    assert [each.change.name for each in changes if each.holds_up] == ["gitRepo volumes"]


def test_every_change_is_of_a_release_that_is_known_and_has_a_source() -> None:
    assert {each.minor for each in CHANGES} <= {each.minor for each in RELEASES}
    assert all(each.source and each.effect and each.remedy for each in CHANGES)


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
        ("docker.io/longhornio/longhorn-manager:v1.11.1", 36, "admitted"),
        ("docker.io/longhornio/longhorn-manager:v1.9.0", 36, "not known"),
        ("quay.io/cilium/cilium:v1.18.3", 35, "not admitted"),
        ("ghcr.io/kubereboot/kured:1.20.0", 34, "admitted"),
        ("registry.k8s.io/ingress-nginx/controller:v1.11.1", 35, "not admitted"),
        ("docker.io/velero/velero:v1.17.0", 36, "admitted"),
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
