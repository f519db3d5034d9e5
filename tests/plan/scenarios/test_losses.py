"""Losses of a lab with a node or a host, and its headroom."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path
from shutil import copytree

import pytest

from config.load import load_lab
from config.storage_class import NfsStorageClass
from plan import make_plan
from plan.cluster.nodes import UNSCHEDULABLE
from plan.ledger import ledger
from plan.model import Plan, Pod, Service, Workload
from plan.scenarios.dependence import dependents_of
from plan.scenarios.headroom import Headroom, headroom
from plan.scenarios.losses import Loss, losses, snapshot_of
from tests.plan.labs import change, lab_of, plan_of

INCIDENTS = Path(__file__).parents[2] / "incidents" / "lab"

GPU_TENANTS = {"frigate", "immich-worker", "immich-machine-learning", "llama-cpp", "stremio"}


def losses_of(plan: Plan) -> list[Loss]:
    """All that may be lost."""
    return list(losses(plan.lab, snapshot_of(plan)))


def loss(plan: Plan, event: str, name: str) -> Loss:
    """The one loss of that kind and name."""
    (found,) = (each for each in losses_of(plan) if (each.event, each.name) == (event, name))
    return found


def headroom_of(name: str) -> Headroom:
    """Headroom of a lab."""
    plan = plan_of(name)
    return headroom(plan, losses_of(plan))


def waiting(found: Loss) -> set[str]:
    """Names of the workloads that find no place."""
    return {each.workload.name for each in found.pending}


def test_every_node_is_lost_once_and_drained_once() -> None:
    plan = plan_of("prod")
    names = [use.node.name for use in plan.capacity.nodes]
    assert [each.name for each in losses_of(plan) if each.event == "node"] == names
    assert [each.name for each in losses_of(plan) if each.event == "drain"] == names
    assert not [each for each in losses_of(plan) if each.event == "host"]


def test_without_any_one_ordinary_node_everything_finds_a_place() -> None:
    plan = plan_of("prod")
    for number in range(2, 7):
        found = loss(plan, "node", f"k8s-node{number}")
        assert found.pending == ()
        assert found.moved == sum(
            count
            for use in plan.capacity.nodes
            if use.node.name == found.name
            for workload, count in use.workloads
            if workload.controller != "DaemonSet"
        )
        assert sum(use.pods for use in found.nodes) + _agents(plan, found.name) == _pods(plan)


def _pods(plan: Plan) -> int:
    return sum(use.pods for use in plan.capacity.nodes)


def _agents(plan: Plan, node: str) -> int:
    (use,) = (each for each in plan.capacity.nodes if each.node.name == node)
    return sum(count for workload, count in use.workloads if workload.controller == "DaemonSet")


def test_the_tenants_of_the_gpu_wait_for_their_node_and_say_why() -> None:
    found = loss(plan_of("prod"), "node", "k8s-node1")
    assert waiting(found) == GPU_TENANTS
    assert not GPU_TENANTS & {each.name for each in found.briefly_interrupted}
    assert str(found.pending[0].reason).startswith(
        "0/6 nodes are available: 1 node(s) had untolerated taint(s), 5 node(s)"
    )


def test_a_drained_node_is_still_counted_by_the_scheduler() -> None:
    found = loss(plan_of("prod"), "drain", "k8s-node1")
    assert waiting(found) == GPU_TENANTS
    assert "0/7 nodes are available" in str(found.pending[0].reason)
    assert "1 node(s) were unschedulable" in str(found.pending[0].reason)
    (drained,) = (use for use in found.nodes if use.node.name == "k8s-node1")
    assert UNSCHEDULABLE in drained.node.taints
    assert {workload.controller for workload, _ in drained.workloads} == {"DaemonSet"}


def test_what_runs_elsewhere_stays_there() -> None:
    plan = plan_of("prod")
    found = loss(plan, "node", "k8s-node2")
    before = {use.node.name: dict(_counts(use.workloads)) for use in plan.capacity.nodes}
    for use in found.nodes:
        now = dict(_counts(use.workloads))
        assert all(now[key] >= count for key, count in before[use.node.name].items())


def _counts(workloads: Iterable[tuple[Workload, int]]) -> Iterator[tuple[tuple[str, str, str], int]]:
    return ((workload.key, count) for workload, count in workloads)


def test_what_runs_once_is_interrupted_and_what_runs_twice_is_not() -> None:
    plan = plan_of("prod")
    found = loss(plan, "node", "k8s-node3")
    here = {workload.key for use in plan.capacity.nodes if use.node.name == found.name for workload, _ in use.workloads}
    assert found.briefly_interrupted
    for workload in found.briefly_interrupted:
        assert workload.key in here
    elsewhere = {
        workload.key for use in plan.capacity.nodes if use.node.name != found.name for workload, _ in use.workloads
    }
    assert not elsewhere & {workload.key for workload in found.briefly_interrupted}


def test_without_its_only_control_plane_nothing_moves() -> None:
    found = loss(plan_of("prod"), "node", "k8s-master")
    assert not found.has_control_plane
    assert found.moved == 0
    assert loss(plan_of("prod"), "drain", "k8s-master").has_control_plane


def test_volumes_on_a_lost_host_are_out_of_reach_and_the_rest_moves() -> None:
    """Two workers of the lab are put onto a second host."""
    lab = lab_of("prod")
    hosts = {**lab.site.hosts, "second": lab.site.hosts["pve"]}
    moved = {"k8s-node5", "k8s-node6"}
    machines = {
        name: machine.model_copy(update={"host": "second"}) if name in moved else machine
        for name, machine in lab.machines.items()
    }
    plan = make_plan(replace(lab, site=lab.site.model_copy(update={"hosts": hosts}), machines=machines))
    on_second = [use for use in plan.capacity.nodes if use.node.name in moved]
    on_first = {workload.key for use in plan.capacity.nodes if use not in on_second for workload, _ in use.workloads}
    attached = {
        workload.key: workload.service
        for use in on_second
        for workload, _ in use.workloads
        if workload.pod.block_volumes
    }
    found = loss(plan, "host", "second")
    assert attached
    partly = {each.service for each, _ in found.partly_out_of_reach}
    assert set(attached.values()) - partly <= set(found.unreachable)
    assert not [each for each in found.pending if each.workload.pod.block_volumes]
    assert {use.node.name for use in found.nodes}.isdisjoint(moved)
    assert found.out_of_reach == sum(
        count for use in on_second for workload, count in use.workloads if workload.pod.block_volumes
    )
    assert found.pods == found.moved + found.out_of_reach + sum(each.pods for each in found.pending)
    stranded = {each.key for each, pods in found.stranded if pods == each.replicas}
    assert stranded
    assert stranded.isdisjoint(each.key for each in found.briefly_interrupted)
    assert stranded <= {each.key for each in found.interrupted}
    bound = attached.keys() - on_first
    for use in loss(plan, "node", "k8s-node5").nodes:
        assert use.node.name in moved or bound.isdisjoint(workload.key for workload, _ in use.workloads)


def test_a_statefulset_of_which_replicas_are_left_is_not_interrupted(tmp_path: Path) -> None:
    """Three replicas, each with a volume on the host of its node; one host of two dies."""
    folder = copytree(INCIDENTS, tmp_path / "lab")
    stored = "volumes:\n  data: {storage_class: block, size: 30Gi, no_backup: It is a cache.}\nmounts: {data: /data}\n"
    sizes = "image: registry.example/store:1.0.0\nruns_as: statefulset\nreplicas: 3\ncpu: 50m\nmemory: 64Mi\n"
    store = f"kind: app\ntier: core\ndescription: Keeps pages\n{sizes}{stored}"
    change(folder, [{"file": "services/store.yaml", "new": store}])
    lab = load_lab(folder)
    hosts = {**lab.site.hosts, "second": lab.site.hosts["pve"]}
    machines = {**lab.machines, "worker3": lab.machines["worker3"].model_copy(update={"host": "second"})}
    plan = make_plan(replace(lab, site=lab.site.model_copy(update={"hosts": hosts}), machines=machines))
    found = loss(plan, "host", "second")
    ((workload, pods),) = ((each, count) for each, count in found.partly_out_of_reach if each.name == "store")
    assert 0 < pods < workload.replicas
    assert "store" not in (*found.unreachable, *found.interrupted_services)
    assert not found.is_survived
    (entry,) = (each for each in ledger(plan.lab) if each.name == "store/data")
    assert (entry.volumes, entry.size) == (3, 90 << 30)


def test_services_with_files_on_a_server_are_told_when_it_dies() -> None:
    """In `every_kind` the router is made the server: a machine outside the cluster."""
    lab = lab_of("every_kind")
    router = next(each.address for each in lab.machines["router"].interfaces if each.address)
    classes = {
        name: each.model_copy(update={"server": router}) if isinstance(each, NfsStorageClass) else each
        for name, each in lab.storage_classes.items()
    }
    plan = make_plan(replace(lab, storage_classes=classes))
    found = loss(plan, "server", "router")
    assert found.unreachable == ("feeds", "mysql", "painter", "photos", "postgres")
    assert (found.moved, found.pending, found.briefly_interrupted) == (0, (), ())
    (alone,) = (each for each in losses_of(plan_of("every_kind")) if each.event == "server")
    assert alone.unreachable == ()


def test_a_router_takes_the_way_out_and_the_names_of_the_nodes_with_it() -> None:
    lab = lab_of("every_kind")
    found = loss(make_plan(lab), "server", "router")
    assert (found.ways, found.is_survived) == (("gateway", "name server"), False)
    nodes = lab.networks.networks["nodes"]
    two = nodes.model_copy(update={"nameservers": (*nodes.nameservers, IPv4Address("10.0.20.3"))})
    networks = lab.networks.model_copy(update={"networks": {**lab.networks.networks, "nodes": two}})
    assert loss(make_plan(replace(lab, networks=networks)), "server", "router").ways == ("gateway",)


def test_images_of_a_registry_that_is_gone_are_named(tmp_path: Path) -> None:
    """One on a machine, known by its address or by its name, and one in the cluster."""
    folder = copytree(INCIDENTS, tmp_path / "lab")
    hub = "kind: app\ntier: core\ndescription: Images\nimage: registry.example/hub:1.0.0\ncpu: 10m\nmemory: 64Mi\n"
    route = "ports: {http: 80}\nexpose: [{host: hub, auth: app}]\n"
    edits = [
        {"file": "services/wiki.yaml", "old": "registry.example", "new": "10.0.20.5:5000"},
        {"file": "services/report.yaml", "old": "registry.example", "new": "nas.incidents.example"},
        {"file": "services/chat.yaml", "old": "registry.example", "new": "hub.incidents.example"},
        {"file": "services/hub.yaml", "new": hub + route},
    ]
    change(folder, edits)
    plan = make_plan(load_lab(folder))
    assert loss(plan, "server", "nas").unpulled == (("nas", ("report", "wiki")),)
    node = next(use.node.name for use in plan.capacity.nodes if any(each.name == "hub" for each, _ in use.workloads))
    assert loss(plan, "node", node).unpulled == (("hub", ("chat",)),)
    start = {"file": "machines.yaml", "old": "start: {order: 2,", "new": "start: {order: 30,"}
    change(folder, [start])
    (late,) = (each for each in make_plan(load_lab(folder)).findings if each.code == "STARTS-AFTER-NODES")
    assert "nas is their file server, their registry for report, wiki" in late.message


def test_a_file_server_that_is_no_machine_of_the_lab_can_be_lost_too() -> None:
    lab = lab_of("every_kind")
    outside = {
        name: each.model_copy(update={"server": IPv4Address("10.0.20.250")})
        if isinstance(each, NfsStorageClass)
        else each
        for name, each in lab.storage_classes.items()
    }
    found = loss(make_plan(replace(lab, storage_classes=outside)), "server", "10.0.20.250")
    assert found.unreachable == ("feeds", "mysql", "painter", "photos", "postgres")


def test_services_that_stand_on_what_is_interrupted_are_named() -> None:
    plan = plan_of("small")
    found = loss(plan, "node", "worker1")
    assert dict(found.dependents) == {}
    assert dict(loss(plan_of("prod"), "node", "k8s-node6").dependents) == {"woodpecker": ("vault-woodpecker-sync",)}


def test_services_stand_on_an_ingress_controller_a_vault_a_database_and_metrics() -> None:
    on = dependents_of(lab_of("every_kind"))
    assert set(on["traefik"]) >= {"photos", "door"}
    assert "photos" in on["mysql"]
    assert "photos" in on["vault"]
    assert on["vpa"] == ("photos",)


@pytest.mark.parametrize(("host", "served"), [("spare", True), ("pve", False)])
def test_files_on_a_lost_host_or_on_a_machine_of_it_are_out_of_reach(host: str, served: bool) -> None:
    """The folders are on the second host of `every_kind`, and once on a machine of it."""
    lab = lab_of("every_kind")
    other = lab.site.hosts["pve"].model_copy(update={"address": IPv4Address("10.0.20.9")})
    hosts = {**lab.site.hosts, "spare": other}
    machines = {**lab.machines, "worker": lab.machines["worker"].model_copy(update={"host": "spare"})}
    for server in ("10.0.20.9", str(machines["worker"].interfaces[0].address)):
        classes = {
            name: each.model_copy(update={"server": IPv4Address(server)}) if isinstance(each, NfsStorageClass) else each
            for name, each in lab.storage_classes.items()
        }
        site = lab.site.model_copy(update={"hosts": hosts})
        plan = make_plan(replace(lab, site=site, machines=machines, storage_classes=classes))
        assert ({"painter", "photos"} <= set(loss(plan, "host", host).unreachable)) is served


def test_headroom_counts_what_is_left() -> None:
    left = headroom_of("prod")
    by_name = {(each.name, each.of): each for each in left.constraints}
    assert by_name["video memory", "k8s-node1"].left == 400
    slots = by_name["volume slots", "general nodes"]
    assert (slots.used, slots.capacity) == (49, 140)
    assert left.block_volumes == slots.left
    (binding,) = (each for each in left.constraints if each.binds)
    assert (binding.name, binding.of) == ("host memory", "pve")
    assert left.workers == 0
    assert (left.worker, left.worker_memory) == ("k8s-node6", (32 + 2) << 30)


def test_a_capacity_that_is_not_stated_is_not_invented() -> None:
    unstated = [each for each in headroom_of("prod").constraints if each.capacity is None]
    assert {each.name for each in unstated} == {"disk writes", "storage"}
    assert all(each.left is None and not each.binds for each in unstated)


def test_fewer_typical_services_fit_where_a_loss_is_to_be_survived() -> None:
    left = headroom_of("prod")
    assert left.typical_services is not None
    assert left.typical_services_after_loss is not None
    assert 0 < left.typical_services_after_loss < left.typical_services
    assert headroom_of("small").typical_services_after_loss is None


def test_a_service_is_typical_only_if_it_says_how_much_it_needs() -> None:
    plan = plan_of("small")
    unsized = tuple(without_requests(each) for each in plan.services)
    left = headroom(plan._replace(services=unsized), ())
    assert (left.typical, left.typical_services) == ({}, None)
    left = headroom(plan._replace(services=(*plan.services, *unsized, *unsized)), ())
    assert (left.typical, left.typical_services) == (
        headroom_of("small").typical,
        headroom_of("small").typical_services,
    )


def without_requests(service: Service) -> Service:
    """A service as it is found in a cluster whose pods request nothing."""
    return service._replace(workloads=tuple(each._replace(pod=Pod(())) for each in service.workloads))


def test_charts_whose_parts_are_not_known_are_counted_as_declared() -> None:
    assert headroom_of("small").counted_as_declared == ("calico", "proxmox-csi", "traefik")
