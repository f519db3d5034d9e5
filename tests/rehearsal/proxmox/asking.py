"""Asks the emulated API without a network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from werkzeug.test import Client

from rehearsal.proxmox import PRIVILEGES, Fault, Machine, State, Token, Volume
from rehearsal.proxmox.record import Record
from rehearsal.proxmox.server import Api

HOST = Path(__file__).parents[3] / "rehearsal" / "proxmox" / "host.yaml"
GIB = 1 << 30
USER = "terraform@pve!provider"
ROOT_PASSWORD = "rehearsal"


class Answered(NamedTuple):
    """An answer."""

    status: int
    body: Mapping[str, Any]

    @property
    def data(self) -> Any:
        assert self.status == 200, self
        return self.body["data"]

    @property
    def message(self) -> str:
        return str(self.body["message"]).rstrip("\n")


class Proxmox:
    """An API with a state, and the requests of one token."""

    def __init__(self, privileges: Mapping[str, list[str]] | None = None) -> None:
        self.state = State.read(HOST)
        self.state.tokens[USER] = Token(secret="secret", privileges=dict(privileges or {"/": PRIVILEGES}))
        self.record = Record()
        self.api = Api(self.state, self.record)
        self._client = Client(self.api)

    def ask(self, method: str, path: str, **parameters: Any) -> Answered:
        named = {key.replace("_", "-"): value for key, value in parameters.items()}
        in_query = method in ("GET", "DELETE")
        response = self._client.open(
            f"/api2/json/{path}",
            method=method,
            headers={"Authorization": f"PVEAPIToken={USER}=secret"},
            query_string=named if in_query else None,
            data=None if in_query else named,
        )
        return Answered(response.status_code, response.get_json())

    def get(self, path: str, **parameters: Any) -> Any:
        return self.ask("GET", path, **parameters).data

    def configure(self, vmid: int, **settings: Any) -> Answered:
        return self.ask("PUT", f"nodes/pve/qemu/{vmid}/config", **settings)

    def ended(self, method: str, path: str, **parameters: Any) -> str:
        """How the task ends that a request starts."""
        upid = self.ask(method, path, **parameters).data
        return self.get(f"nodes/pve/tasks/{upid}/status")["exitstatus"]

    def strike(self, fault: Fault) -> None:
        self.api.faults.append(fault)


def with_machine(vmid: int = 201, *, running: bool = False, **config: Any) -> Proxmox:
    """A host with one machine that has a disk of 32 GiB on scsi0."""
    proxmox = Proxmox()
    disk = f"local-lvm:vm-{vmid}-disk-0"
    proxmox.state.volumes[disk] = Volume(size=32 * GIB, data=f"what {vmid} wrote")
    settings = {"name": f"vm{vmid}", "memory": "4096", "cores": 2, "scsi0": f"{disk},iothread=1,size=32G"}
    proxmox.state.machines[vmid] = Machine(node="pve", running=running, config=settings | config)
    return proxmox
