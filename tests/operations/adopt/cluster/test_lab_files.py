"""A cluster alone becomes a lab that loads and plans: its nodes stand in it as they are."""

from pathlib import Path

from operations.adopt.cluster.adoption import adopt_cluster
from operations.adopt.cluster.lab_addresses import address_of, ranges
from operations.adopt.cluster.lab_files import UNSORTED, lab_files, tier_label, tier_labels
from operations.adopt.cluster.lab_routes import domain_of, gateways_of
from operations.adopt.cluster.lab_storage import storage_classes
from operations.adopt.cluster.objects import Key
from operations.adopt.trial import try_files
from plan import make_plan
from plan.cluster.nodes import plan_nodes
from plan.model.resources import CPU, MEMORY
from tests.operations.adopt.cluster.shed import objects, world


def files() -> dict[str, str]:
    return lab_files("shed", world(), ["home", UNSORTED], "shed.example", storage_classes(world()))


def test_the_lab_loads_and_plans(tmp_path: Path) -> None:
    lab = try_files(tmp_path / "shed", files())
    assert make_plan(lab).errors == ()
    assert lab.site.domain == "shed.example"
    assert lab.cluster.kubernetes_version == "v1.34.2"
    assert lab.cluster.platform.tier_of_namespaces == "label", "names of other people's namespaces say nothing"


def test_nodes_are_counted_as_their_kubelets_report_them(tmp_path: Path) -> None:
    one, two = plan_nodes(try_files(tmp_path / "shed", files()))
    assert (one.role, two.role) == ("control-plane", "worker")
    assert two.allocatable[CPU] == 7600
    assert two.allocatable[MEMORY] == 15_000_000 // 1024 * 1024 * 1024
    assert two.labels["disk"] == "large"
    assert "node-role.kubernetes.io/control-plane" in one.taints


def test_taints_that_evict_are_taken_and_those_of_conditions_are_not(tmp_path: Path) -> None:
    found = world()
    key = [each for each in found.manifests if each.kind == "Node"][1]
    taints = [
        {"key": "CriticalAddonsOnly", "value": "true", "effect": "NoExecute"},
        {"key": "slow", "effect": "PreferNoSchedule"},
        {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"},
    ]
    node = {**found.manifests[key], "spec": {"taints": taints}}
    changed = found._replace(manifests={**found.manifests, key: node})
    text = lab_files("shed", changed, ["home", UNSORTED], "shed.example", storage_classes(changed))
    _, two = plan_nodes(try_files(tmp_path / "shed", text))
    assert (two.taints, two.soft_taints) == ({"CriticalAddonsOnly:NoExecute": "true"}, {"slow"})


def test_routes_of_the_gateway_api_say_the_domain_and_name_their_gateway() -> None:
    found = world()
    parents = [{"name": "inside", "namespace": "network", "sectionName": "https"}]
    manifests = {
        Key(kind, "photos", name): {
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": kind,
            "metadata": {"name": name, "namespace": "photos"},
            "spec": {"hostnames": [f"{name}.barn.example"], "parentRefs": parents},
        }
        for kind, name in (("HTTPRoute", "photos"), ("GRPCRoute", "api"), ("TLSRoute", "mail"))
    }
    changed = found._replace(manifests=manifests)
    assert domain_of(changed) == "barn.example"
    assert set(gateways_of(changed)) == {"inside-https"}


def test_a_tier_comes_from_the_label_of_a_namespace() -> None:
    assert tier_labels(world()) == {"photos": "home"}


def test_the_label_of_tiers_may_be_in_a_domain(tmp_path: Path) -> None:
    """As long as no namespace has the plain one."""
    found = world()
    assert tier_label(found) == "tier"
    manifests = dict(found.manifests)
    for key in manifests:
        if key.kind == "Namespace":
            labels = {"example.com/tier": "home"} if key.name in ("photos", "tools") else {}
            manifests[key] = {**manifests[key], "metadata": {"name": key.name, "labels": labels}}
    changed = found._replace(manifests=manifests)
    assert tier_labels(changed, tier_label(changed)) == {"photos": "home", "tools": "home"}
    lab = try_files(tmp_path / "shed", lab_files("shed", changed, ["home"], "shed.example", {}))
    assert lab.cluster.platform.tier_label == "example.com/tier"


def test_tiers_of_one_priority_class_differ_all_the_same(tmp_path: Path) -> None:
    lab = try_files(tmp_path / "shed", lab_files("shed", world(), ["a", "b", "c"], "shed.example", {}))
    assert len({tier.priority for tier in lab.tiers.values()}) == 3


def test_ranges_of_both_families_and_the_maker_are_as_they_run(tmp_path: Path) -> None:
    found = world()
    manifests = dict(found.manifests)
    for number, key in enumerate(key for key in found.manifests if key.kind == "Node"):
        node = manifests[key]
        cidrs = [f"10.42.{number}.0/24", f"fd42:0:0:{number}::/64"]
        info = {**node["status"]["nodeInfo"], "osImage": "Talos (v1.11.3)"}
        manifests[key] = {
            **node,
            "spec": {**node["spec"], "podCIDR": cidrs[0], "podCIDRs": cidrs},
            "status": {**node["status"], "nodeInfo": info},
        }
    services = {
        "spec": {"cidrs": ["10.43.0.0/16", "fd43::/112"]},
        "kind": "ServiceCIDR",
        "metadata": {"name": "kubernetes"},
    }
    manifests[Key("ServiceCIDR", "", "kubernetes")] = services
    changed = found._replace(manifests=manifests)
    cluster = try_files(tmp_path / "shed", lab_files("shed", changed, ["home"], "shed.example", {})).cluster
    assert (str(cluster.pod_cidr), str(cluster.service_cidr)) == ("10.42.0.0/16", "10.43.0.0/16")
    assert cluster.ipv6 is not None
    assert (str(cluster.ipv6.pod_cidr), str(cluster.ipv6.service_cidr)) == ("fd42::/63", "fd43::/112")
    assert cluster.distribution == "talos"


def test_what_is_no_range_and_no_address_is_passed_over() -> None:
    node = {"status": {"addresses": [{"type": "InternalIP", "address": each} for each in ("text", "192.0.2.7")]}}
    assert str(address_of(node)) == "192.0.2.7"
    services = {"kind": "ServiceCIDR", "metadata": {"name": "kubernetes"}, "spec": {"cidrs": ["text", "10.43.0.0/16"]}}
    found = world()
    there = found._replace(manifests={**found.manifests, Key("ServiceCIDR", "", "kubernetes"): services})
    nodes = [{"spec": {"podCIDR": "text", "podCIDRs": [None, "10.42.0.0/24"]}}]
    assert ranges(there, nodes) == {"pod_cidr": "10.42.0.0/16", "service_cidr": "10.43.0.0/16"}


def test_a_tier_whose_priority_class_is_there_has_it_as_it_is(tmp_path: Path) -> None:
    """Neither its number nor its policy can be changed, so that an `up` would recreate it."""
    found = world()
    classes = {
        Key("PriorityClass", "", name): {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": name},
            "value": 1000,
            "preemptionPolicy": policy,
            "description": f"Class {name}",
        }
        for name, policy in (("home", "Never"), ("some-more", "PreemptLowerPriority"))
    }
    changed = found._replace(manifests={**found.manifests, **classes})
    lab = try_files(tmp_path / "shed", lab_files("shed", changed, ["a", "home", "more"], "shed.example", {}))
    (planned,) = (each for each in make_plan(lab).defaults if each["metadata"]["name"] == "home")
    live = classes[Key("PriorityClass", "", "home")]
    assert {key: planned[key] for key in ("value", "preemptionPolicy", "description")} == {
        key: live[key] for key in ("value", "preemptionPolicy", "description")
    }
    assert lab.tiers["more"].priority == 1001
    assert lab.tiers["a"].priority == 3000


def test_no_service_states_the_priority_class_of_a_tier(tmp_path: Path) -> None:
    live = {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": "home"},
        "value": 5,
        "preemptionPolicy": "Never",
    }
    adoption = adopt_cluster(tmp_path / "shed", [*objects(), live])
    assert [each["metadata"]["name"] for each in adoption.plan.manifests].count("home") == 1
    assert {each.effect for each in adoption.differences if each.key == Key("PriorityClass", "", "home")} == {
        "in place"
    }
