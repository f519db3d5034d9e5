"""The lab with three control planes, with both families."""

import shutil
from pathlib import Path

from tests.plan.cloud_init import HIGH_AVAILABILITY
from tests.plan.labs import change

FAMILY_EDITS = [
    {
        "file": "cluster.yaml",
        "old": "node_network: nodes",
        "new": 'ipv6: {pod_cidr: "fd00:10::/56", service_cidr: "fd00:11::/112"}\nnode_network: nodes',
    },
    {
        "file": "networks.yaml",
        "old": "    gateway: 10.0.30.1",
        "new": '    gateway: 10.0.30.1\n    ipv6: {cidr: "fd00:30::/64", gateway: "fd00:30::1"}',
    },
    *(
        {"file": "machines.yaml", "old": f"10.0.30.{number}}}", "new": f'10.0.30.{number}, ipv6: "fd00:30::{number}"}}'}
        for number in (11, 12, 13, 21)
    ),
    {
        "file": "services/flannel.yaml",
        "old": "podCidr: 10.10.0.0/16",
        "new": 'podCidr: 10.10.0.0/16, podCidrv6: "fd00:10::/56"',
    },
]


def both_families(folder: Path) -> Path:
    """A copy of the lab, in a folder of this one."""
    lab = folder / "lab"
    shutil.copytree(HIGH_AVAILABILITY, lab)
    change(lab, FAMILY_EDITS)
    return lab
