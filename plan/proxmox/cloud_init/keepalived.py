"""The virtual address of the API server: keepalived on every control plane, and one of them holds it."""

from ipaddress import IPv4Address

from config.cluster import Cluster
from config.lab import Lab
from config.machine import Machine
from plan.cluster.kubeadm import API_PORT, api_address
from plan.cluster.membership import control_plane_address, control_planes_of, node_interface

HIGHEST_PRIORITY = 100
"""Of the machine that makes the cluster; each further control plane has one less."""
WITHOUT_API_SERVER = 50
"""Priority that a machine loses while its own API server does not answer. No machine drops out, so the address is held
while there is no API server yet, as it has to be for kubeadm to make one."""


def virtual_router_id(cluster: Cluster) -> int:
    """Number of this virtual router on the network: as stated, or the last number of the address."""
    assert cluster.api_address is not None, "only a virtual address has a virtual router"
    return cluster.virtual_router_id or _last_number(cluster.api_address)


def _last_number(address: IPv4Address) -> int:
    """From 1 to 255, which VRRP has numbers for; a host's address ends in 0 in a large network only."""
    return address.packed[-1] or 255


def keepalived_configuration(lab: Lab, name: str, machine: Machine) -> str:
    """keepalived.conf of a control plane, whose members talk to each other alone, without multicast.

    Proxmox hands cloud-init the interfaces as eth0, eth1, ... in their order.
    """
    control_planes = control_planes_of(lab)
    interface = f"eth{node_interface(lab, machine)}"
    peers = [control_plane_address(lab, peer) for other, peer in control_planes.items() if other != name] or [
        "# none yet"
    ]
    one_per_line = "\n        ".join(peers)
    return f"""\
global_defs {{
    router_id {name}
    enable_script_security
    script_user nobody
}}

vrrp_script api_server {{
    script "/usr/bin/curl --silent --fail --insecure --max-time 2 --output /dev/null https://127.0.0.1:{API_PORT}/readyz"
    interval 3
    timeout 3
    rise 2
    fall 3
    weight -{WITHOUT_API_SERVER}
}}

vrrp_instance api_server {{
    state BACKUP
    interface {interface}
    virtual_router_id {virtual_router_id(lab.cluster)}
    priority {HIGHEST_PRIORITY - list(control_planes).index(name)}
    advert_int 1
    unicast_src_ip {control_plane_address(lab, machine)}
    unicast_peer {{
        {one_per_line}
    }}
    virtual_ipaddress {{
        {api_address(lab)}/32 dev {interface}
    }}
    track_script {{
        api_server
    }}
}}
"""
