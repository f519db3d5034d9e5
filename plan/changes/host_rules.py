"""Effects of changes to objects on a Proxmox host, machines aside, and to keys and names that the program made.

Read from bpg/terraform-provider-proxmox v0.112.0 (`proxmoxtf/resource/file.go`, `proxmoxtf/resource/pool/pool.go`,
`fwprovider/nodes/network/resource_linux_{bond,bridge,vlan}.go`, `fwprovider/cluster/hardwaremapping/resource_pci.go`,
`fwprovider/nodes/resource_download_file.go`) and from the schemas of the providers random 4 and tls 5. A kind without a
row is not known.
"""

from collections.abc import Mapping
from typing import NamedTuple

from plan.changes.kind_rule import Loss
from plan.changes.object_rules import NOTHING

_GONE = "Its value cannot be made again, and whatever uses it stops working."
_NETWORK = "Machines and hosts on it lose their network, this `up` too if it goes through it."
_SIGNED = "A new one is signed; who holds the old one goes on until it ends."


class HostRule(NamedTuple):
    """Known effects of changes to a kind."""

    loss: Loss
    update: Loss
    """Effect of an update, fields of `disconnects` aside."""
    disconnects: tuple[str, ...] = ()
    """Arguments that take it off its network."""
    made: Loss = NOTHING
    """Effect of a new one on what is there."""


_RELOAD = Loss("warning", "Proxmox reloads the network of the whole host.")
_IN_PLACE = Loss("info", "It is updated in place.")
_LINK = ("address", "address6", "autostart", "gateway", "gateway6", "mtu", "name", "node_name")

RULES: Mapping[str, HostRule] = {
    "proxmoxve:download/file:File": HostRule(
        Loss("warning", "Machines that were made from it run on; none is made from it until it is downloaded again."),
        _IN_PLACE,
    ),
    "proxmoxve:hardware/mapping/pci:Pci": HostRule(
        Loss("error", "Machines that use the device do not start any more."),
        Loss("warning", "Machines that use the device get another one at their next start, or do not start."),
    ),
    "proxmoxve:hardware/mapping/usb:Usb": HostRule(
        Loss("error", "Machines that use the device do not start any more."),
        Loss("warning", "Machines that use the device get another one at their next start, or none."),
    ),
    "proxmoxve:index/fileLegacy:FileLegacy": HostRule(
        Loss("error", "Proxmox does not start a machine whose files are gone."), _IN_PLACE
    ),
    "proxmoxve:index/poolLegacy:PoolLegacy": HostRule(
        Loss("error", "Permissions that were given on the pool go with it, this program's too."), _IN_PLACE
    ),
    "proxmoxve:network/linux/bond:Bond": HostRule(
        Loss("error", _NETWORK),
        _RELOAD,
        (*_LINK, "bond_mode", "bond_primary", "bond_xmit_hash_policy", "slaves"),
        _RELOAD,
    ),
    "proxmoxve:network/linux/bridge:Bridge": HostRule(
        Loss("error", _NETWORK), _RELOAD, (*_LINK, "ports", "vids", "vlan_aware"), _RELOAD
    ),
    "proxmoxve:network/linux/vlan:Vlan": HostRule(
        Loss("error", _NETWORK), _RELOAD, (*_LINK, "interface", "vlan"), _RELOAD
    ),
    "random:index/randomBytes:RandomBytes": HostRule(Loss("error", _GONE), _IN_PLACE),
    "random:index/randomId:RandomId": HostRule(Loss("error", _GONE), _IN_PLACE),
    "random:index/randomPassword:RandomPassword": HostRule(Loss("error", _GONE), _IN_PLACE),
    "random:index/randomString:RandomString": HostRule(Loss("error", _GONE), _IN_PLACE),
    "tls:index/certRequest:CertRequest": HostRule(Loss("warning", _SIGNED), _IN_PLACE),
    "tls:index/locallySignedCert:LocallySignedCert": HostRule(Loss("warning", _SIGNED), _IN_PLACE),
    "tls:index/privateKey:PrivateKey": HostRule(Loss("error", _GONE), _IN_PLACE),
    "tls:index/selfSignedCert:SelfSignedCert": HostRule(Loss("error", _GONE), _IN_PLACE),
}
"""Rules by the type's name in Pulumi."""
