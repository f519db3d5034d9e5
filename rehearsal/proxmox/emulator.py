"""An emulated Proxmox that runs while a `with` block does."""

import ssl
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trustme

from rehearsal.proxmox import csi
from rehearsal.proxmox.access import PRIVILEGES
from rehearsal.proxmox.faults import Fault
from rehearsal.proxmox.record import Record
from rehearsal.proxmox.server import Api, serve
from rehearsal.proxmox.state import State, Token

TOKEN_ID = "homelab@pve!pulumi"
TOKEN_SECRET = "00000000-0000-4000-8000-000000000000"
"""The token that a state gets which names none: it may do all that a token may."""


class Emulator:
    """A Proxmox on loopback."""

    def __init__(self, api: Api, endpoint: str, ca_file: Path) -> None:
        self.endpoint = endpoint
        """For example https://127.0.0.1:40123."""
        self.ca_file = ca_file
        """The certificate that signed its own, in PEM."""
        self._api = api

    @property
    def state(self) -> State:
        """Its state, which may be read and changed at any time."""
        return self._api.state

    @property
    def token(self) -> str:
        """The first token, as `user@realm!name=secret`."""
        name, token = next(iter(self.state.tokens.items()))
        return f"{name}={token.secret}"

    @property
    def requests(self) -> Record:
        """The requests so far."""
        return self._api.record

    @property
    def faults(self) -> list[Fault]:
        """The faults to come."""
        return self._api.faults

    def attach_volume(self, vmid: int, volume_id: str, size: int = 10 << 30) -> str:
        """Does what the CSI driver does: plugs a volume into a machine, and gives the drive. Raises Refusal."""
        return csi.attach(self.state, vmid, volume_id, size)

    def detach_volume(self, vmid: int, volume_id: str) -> None:
        """Takes the volume away again; it stays on its storage."""
        csi.detach(self.state, vmid, volume_id)


@contextmanager
def emulator(state: State | Mapping[str, Any] | Path, *, port: int = 0, log: Path | None = None) -> Iterator[Emulator]:
    """Runs an emulated Proxmox with a state, given as one, as data, or as a file of YAML or JSON.

    `port` 0 is any free one; `log` is a file that each request is appended to.
    """
    known = _read(state)
    if not known.tokens:
        known.tokens[TOKEN_ID] = Token(secret=TOKEN_SECRET, privileges={"/": PRIVILEGES})
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    api = Api(known, Record(log))
    server = serve(api, context, port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    with tempfile.TemporaryDirectory(prefix="proxmox-") as folder:
        ca_file = Path(folder) / "ca.pem"
        authority.cert_pem.write_to_path(str(ca_file))
        thread.start()
        try:
            yield Emulator(api, f"https://127.0.0.1:{server.port}", ca_file)
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _read(state: State | Mapping[str, Any] | Path) -> State:
    if isinstance(state, Path):
        return State.read(state)
    return state if isinstance(state, State) else State.model_validate(state)
