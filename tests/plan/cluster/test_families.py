"""A cluster that is made here has both families: kubeadm, the kubelets, the kernel and the machines."""

from pathlib import Path

from config.load import load_lab
from plan import make_plan
from tests.config.test_shapes import tiny, with_machines
from tests.plan.cloud_init import content, kubeadm, machine_of
from tests.plan.families import both_families

__all__ = ["tiny"]


def test_kubeadm_makes_a_cluster_of_both_families(tmp_path: Path) -> None:
    plan = make_plan(load_lab(both_families(tmp_path)))
    founder = machine_of(plan, "control1")
    networking = kubeadm(founder)["ClusterConfiguration"]["networking"]
    assert networking["podSubnet"] == "10.10.0.0/16,fd00:10::/56"
    assert networking["serviceSubnet"] == "10.96.0.0/12,fd00:11::/112"
    for name, document, number in (("control1", "InitConfiguration", 11), ("worker1", "JoinConfiguration", 21)):
        machine = machine_of(plan, name)
        arguments = kubeadm(machine)[document]["nodeRegistration"]["kubeletExtraArgs"]
        assert arguments[0] == {"name": "node-ip", "value": f"10.0.30.{number},fd00:30::{number}"}
        *_, on_nodes = machine.properties["initialization"]["ip_configs"]
        assert on_nodes["ipv6"] == {"address": f"fd00:30::{number}/64", "gateway": "fd00:30::1"}
        assert "net.ipv6.conf.all.forwarding = 1" in content(machine, "/etc/sysctl.d/60-kubernetes.conf")
    assert not {"PODS-OF-ONE-FAMILY", "POD-RANGE-DIFFERS"} & {finding.code for finding in plan.findings}


def test_addresses_of_ipv6_are_counted_from_the_shape(tiny: Path) -> None:
    shapes, networks = tiny / "shapes.yaml", tiny / "networks.yaml"
    networks.write_text(networks.read_text().replace("    vlan: 20", '    vlan: 20\n    ipv6: {cidr: "fd00:20::/64"}'))
    shapes.write_text(shapes.read_text().replace("10.0.20.151", '10.0.20.151, ipv6: "fd00:20::151"'))
    (interface,) = with_machines(tiny, "node3: {shape: node}").machines["node3"].interfaces
    assert (str(interface.address), str(interface.ipv6)) == ("10.0.20.153", "fd00:20::153")
