"""The files of a created node: all that it needs to become one by itself, and nothing twice."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
import yaml

from config.lab import Lab
from plan import make_plan
from plan.model import VirtualMachine
from plan.model.placeholders import SECRETS, placeholders
from plan.proxmox.cloud_init.keepalived import virtual_router_id
from tests.plan.cloud_init import (
    TOKEN,
    complete,
    content,
    created_nodes,
    files,
    high_availability,
    kubeadm,
    machine_of,
    planned,
    script,
    user_data,
)
from tests.plan.labs import lab_of, plan_of

NODES = created_nodes()
every_node = pytest.mark.parametrize("node", NODES.values(), ids=NODES)
KEYS = {name for name in SECRETS if name not in ("join-token", "ca-certificate-hash")}
OF_A_JOINING_MACHINE = {"join-token", "ca-certificate-hash"}


def changed(lab: Lab, name: str, **values: object) -> Lab:
    """The lab with another machine in it."""
    machine = lab.machines[name].model_copy(update=values)
    return replace(lab, machines={**lab.machines, name: machine})


@every_node
def test_the_machine_reads_its_files_by_ids_that_are_known_beforehand(node: VirtualMachine) -> None:
    user, meta = node.snippets
    assert user.host == meta.host == node.host
    set_up = node.properties["initialization"]
    assert set_up["user_data_file_id"] == f"{user.storage}:snippets/{user.file_name}"
    assert set_up["meta_data_file_id"] == f"{meta.storage}:snippets/{meta.file_name}"
    assert "user_account" not in set_up
    assert len(set_up["ip_configs"]) == len(node.properties["network_devices"])


def test_no_two_machines_share_a_file() -> None:
    names = [snippet.file_name for node in NODES.values() for snippet in node.snippets]
    assert len(names) == len(set(names))


@every_node
def test_the_instance_id_depends_on_the_machine_alone(node: VirtualMachine) -> None:
    meta_data = yaml.safe_load(node.snippets[1].content)
    assert meta_data["local-hostname"] == user_data(node)["hostname"] == node.name
    assert meta_data["instance-id"].endswith(f"-{node.name}-{node.vmid}")


@every_node
def test_secrets_are_left_open_and_only_those_that_the_machine_needs(node: VirtualMachine) -> None:
    needed = (KEYS if node.role == "control-plane" else set()) | (OF_A_JOINING_MACHINE if node.joins else set())
    assert set(placeholders(node.snippets[0].content)) == needed
    assert placeholders(node.snippets[1].content) == ()


@every_node
def test_what_takes_the_place_of_a_placeholder_stays_text(node: VirtualMachine) -> None:
    """A token of digits alone would be read as a number, and so would base64 of some."""
    documents = {file["path"]: file["content"] for file in yaml.safe_load(complete(node))["write_files"]}
    assert all(isinstance(each, str) for each in documents.values())
    for document in yaml.safe_load_all(documents["/etc/kubernetes/kubeadm.yaml"]):
        if document["kind"] == "JoinConfiguration":
            assert document["discovery"]["bootstrapToken"]["token"] == TOKEN


@every_node
def test_files_with_secrets_are_the_administrators_alone(node: VirtualMachine) -> None:
    private = {path for path, file in files(node).items() if file["permissions"] in ("0600", "0700")}
    for path, file in files(node).items():
        assert path in private or not {
            name for name in placeholders(file["content"]) if name.endswith(".key") or name == "join-token"
        }


@every_node
def test_nobody_can_log_in_but_with_a_key_that_is_stated(node: VirtualMachine) -> None:
    told = user_data(node)
    assert told["ssh_pwauth"] is False
    assert told["disable_root"] is True
    assert not {"password", "chpasswd", "users", "user"} & told.keys()


def test_a_key_whose_comment_reads_like_a_placeholder_gets_no_secret() -> None:
    lab = lab_of("every_kind")
    key = "ssh-ed25519 AAAA me <<<<cluster-ca.key>>>> <me@laptop>"
    lab = replace(lab, site=lab.site.model_copy(update={"ssh_keys": (key,)}))
    for node in (machine for machine in make_plan(lab).machines if machine.snippets):
        before = machine_of(plan_of("every_kind"), node.name)
        assert placeholders(node.snippets[0].content) == placeholders(before.snippets[0].content)
        assert user_data(node)["ssh_authorized_keys"] == ["ssh-ed25519 AAAA me <cluster-ca.key>>>> <me@laptop>"]


def test_the_owners_keys_are_those_of_the_site() -> None:
    keys = user_data(machine_of(plan_of("every_kind"), "worker"))["ssh_authorized_keys"]
    assert tuple(keys) == lab_of("every_kind").site.ssh_keys
    assert "ssh_authorized_keys" not in user_data(machine_of(plan_of("small"), "control-plane"))


@every_node
def test_the_guest_agent_is_held_until_kubeadm_has_succeeded(node: VirtualMachine) -> None:
    """The provider goes on when the agent answers; installing it would start it."""
    (held,) = user_data(node)["bootcmd"]
    assert held[:2] == ["cloud-init-per", "instance"]
    assert "systemctl mask qemu-guest-agent.service" in held[-1]
    lines = script(node).splitlines()
    assert lines[-1] == "start_guest_agent"
    (kubeadm_line,) = (number for number, line in enumerate(lines) if line.startswith("kubeadm "))
    assert "set -euf" in lines
    assert not any("guest" in line and "start" in line for line in lines[kubeadm_line + 1 : -4])


@every_node
def test_a_machine_that_is_a_node_is_left_alone(node: VirtualMachine) -> None:
    text = script(node)
    assert text.index('if [ -e "$ready" ]') < text.index('kubeadm_file"')
    assert text.index('touch "$ready"') > text.index("kubeadm init" if not node.joins else "kubeadm join")
    assert text.index("/etc/kubernetes/kubelet.conf") < text.index("swapoff")


@every_node
def test_one_machine_makes_the_cluster_and_the_others_join_it(node: VirtualMachine) -> None:
    documents = kubeadm(node)
    if node.joins:
        assert documents.keys() == {"JoinConfiguration"}
        assert ("controlPlane" in documents["JoinConfiguration"]) == (node.role == "control-plane")
    else:
        assert documents.keys() == {"InitConfiguration", "ClusterConfiguration", "KubeletConfiguration"}
    assert ("kubeadm init" in script(node)) == (not node.joins)
    assert ("kubeadm join" in script(node)) == node.joins


def test_only_the_first_control_plane_to_start_makes_the_cluster() -> None:
    machines = high_availability().machines
    assert [machine.name for machine in machines if not machine.joins] == ["control1"]


def test_no_token_of_kubeadms_own_is_shown_or_left() -> None:
    """kubeadm makes one in any case; skipping the phase would leave out what lets nodes join."""
    founder = machine_of(plan_of("small"), "control-plane")
    (token,) = kubeadm(founder)["InitConfiguration"]["bootstrapTokens"]
    assert token["ttl"] == "1m0s"
    assert "token" not in token
    assert "--skip-token-print" in script(founder)
    assert "skipPhases" not in kubeadm(founder)["InitConfiguration"]


@every_node
def test_the_node_is_known_by_its_name_address_and_place(node: VirtualMachine) -> None:
    (registration,) = (
        document["nodeRegistration"] for document in kubeadm(node).values() if "nodeRegistration" in document
    )
    arguments = {argument["name"]: argument["value"] for argument in registration["kubeletExtraArgs"]}
    assert registration["name"] == node.name
    assert f"topology.kubernetes.io/zone={node.host}" in arguments["node-labels"].split(",")
    addresses = [each["ipv4"]["address"] for each in node.properties["initialization"]["ip_configs"]]
    assert arguments["node-ip"] in [address.split("/")[0] for address in addresses]
    patch = yaml.safe_load(content(node, "/etc/kubernetes/patches/kubeletconfiguration+strategic.yaml"))
    assert patch["providerID"].endswith(f"/{node.vmid}")


def test_the_control_plane_is_tainted_as_the_cluster_says() -> None:
    tainted = kubeadm(machine_of(plan_of("small"), "control-plane"))["InitConfiguration"]["nodeRegistration"]
    assert tainted["taints"] == [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    plan = high_availability()
    for name, kind in (("control1", "InitConfiguration"), ("control2", "JoinConfiguration")):
        assert kubeadm(machine_of(plan, name))[kind]["nodeRegistration"]["taints"] == []


def test_a_worker_more_changes_nothing_for_the_others() -> None:
    lab = lab_of("every_kind")
    interface = lab.machines["worker"].interfaces[0].model_copy(update={"address": IPv4Address("10.0.20.150")})
    another = lab.machines["worker"].model_copy(update={"vmid": 250, "interfaces": (interface,)})
    before, after = planned(lab), planned(replace(lab, machines={**lab.machines, "another": another}))
    assert after["another"].joins
    assert {name: machine for name, machine in after.items() if name != "another"} == before


def test_a_created_worker_joins_a_control_plane_that_exists() -> None:
    machines = planned(changed(lab_of("every_kind"), "master", adopt=True))
    assert machines["master"].snippets == ()
    assert machines["worker"].joins
    assert set(placeholders(machines["worker"].snippets[0].content)) == OF_A_JOINING_MACHINE
    assert kubeadm(machines["worker"])["JoinConfiguration"]["discovery"]["bootstrapToken"]["apiServerEndpoint"] == (
        "10.0.20.100:6443"
    )


def test_an_appliance_is_set_up_by_proxmox_alone() -> None:
    registry = machine_of(plan_of("prod", adopt=False), "docker-registry")
    assert registry.snippets == ()
    assert not {"user_data_file_id", "meta_data_file_id"} & registry.properties["initialization"].keys()


def test_packages_are_of_the_clusters_version_and_held() -> None:
    text = script(machine_of(plan_of("small"), "worker1"))
    assert "version=1.34.2\n" in text
    assert "repository=https://pkgs.k8s.io/core:/stable:/v1.34/deb/\n" in text
    assert "apt-mark hold $kubernetes_packages" in text


def test_control_planes_hold_a_virtual_address_between_them() -> None:
    plan = high_availability()
    texts = {
        name: content(machine_of(plan, name), "/etc/keepalived/keepalived.conf")
        for name in ("control1", "control2", "control3")
    }
    assert {name: text.split("priority ")[1].split()[0] for name, text in texts.items()} == {
        "control1": "100",
        "control2": "99",
        "control3": "98",
    }
    assert all("10.0.30.10/32 dev" in text and "virtual_router_id 10" in text for text in texts.values())
    assert "interface eth1" in texts["control1"]
    assert "interface eth0" in texts["control2"]
    assert "unicast_src_ip 10.0.30.12" in texts["control2"]
    assert texts["control2"].split("unicast_peer {")[1].split("}")[0].split() == ["10.0.30.11", "10.0.30.13"]
    assert "/etc/keepalived/keepalived.conf" not in files(machine_of(plan, "worker1"))
    assert "keepalived" in script(machine_of(plan, "control2"))
    assert "keepalived" not in script(machine_of(plan, "worker1"))


def test_a_machine_without_an_api_server_has_less_priority_than_any_with_one() -> None:
    """And still some, since kubeadm needs the address before there is an API server."""
    text = content(machine_of(high_availability(), "control1"), "/etc/keepalived/keepalived.conf")
    loss = int(text.split("weight -")[1].split()[0])
    assert 0 < 100 - loss < 98
    assert "nopreempt" not in text


def test_the_cluster_is_made_behind_the_virtual_address_and_never_twice() -> None:
    plan = high_availability()
    text = script(machine_of(plan, "control1"))
    assert text.index("There is a cluster at") < text.index("retry holds_virtual_address") < text.index("kubeadm init")
    assert "virtual_address=10.0.30.10\n" in text
    assert "holds_virtual_address" not in script(machine_of(plan, "control2"))
    configuration = kubeadm(machine_of(plan, "control1"))["ClusterConfiguration"]
    assert configuration["controlPlaneEndpoint"] == "10.0.30.10:6443"
    assert configuration["apiServer"]["certSANs"] == ["10.0.30.10"]


@pytest.mark.parametrize(
    ("address", "stated", "expected"), [("10.0.30.10", None, 10), ("10.0.20.0", None, 255), ("10.0.30.10", 77, 77)]
)
def test_the_virtual_router_is_numbered_after_its_address(address: str, stated: int | None, expected: int) -> None:
    cluster = lab_of("small").cluster.model_copy(
        update={"api_address": IPv4Address(address), "virtual_router_id": stated}
    )
    assert virtual_router_id(cluster) == expected
