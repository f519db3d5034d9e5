"""A machine of the lab, paired with the one that exists."""

from typing import NamedTuple

from config.lab import Lab
from config.machine import Machine
from config.source import Path
from plan.live.inventory import HostMachine


class Pair(NamedTuple):
    """A machine of the lab, and what its host has."""

    lab: Lab
    name: str
    machine: Machine
    host: HostMachine

    @property
    def path(self) -> Path:
        """Where the lab says something of it."""
        return ("machines", self.name)

    @property
    def on_host(self) -> str:
        """Where a command of Proxmox is to be run."""
        return f"on {self.host.host}"
