"""All names that can be explained, as text."""

from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from cli.known import Kind

TITLES: Mapping[Kind, str] = {
    "service": "Services",
    "node": "Nodes",
    "machine": "Machines that are no nodes",
    "host": "Hosts",
    "tier": "Tiers",
    "policy": "Policies",
    "data": "Volumes and machine disks",
    "disk": "Physical disks",
    "network": "Networks",
    "bridge": "Bridges",
    "storage class": "Storage classes",
    "storage": "Storages of hosts",
    "device": "PCI and USB devices",
    "template": "Templates of machines",
    "machine backup": "Backup jobs of machines",
    "finding": "Codes of findings",
    "refusal": "Reasons to refuse a lab",
    "effect": "Effects of an `up`",
    "ailment": "Codes of what `homelab doctor` finds",
}


def print_known(names: Mapping[Kind, tuple[str, ...]], console: Console) -> None:
    """Print the names by kind."""
    for kind, each in names.items():
        console.print(Text.assemble((TITLES[kind], "bold"), f" ({len(each)}): {', '.join(each) or 'none'}"))
    console.print()
    console.print("homelab explain NAME explains one of them.")
