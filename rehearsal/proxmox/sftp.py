"""SSH to an emulated host, as far as the provider needs it: SFTP into the folders of its storages.

    with emulator(state) as proxmox, sftp(proxmox.state) as server:
        server.port, server.private_key

A snippet that is written below the path of a storage is a volume of it from then on.
"""

import asyncio
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import asyncssh

from rehearsal.proxmox.state import State, Volume

USER = "root"


class Server(NamedTuple):
    """An SSH server on loopback."""

    port: int
    private_key: str
    """With which root logs in, in OpenSSH's format."""
    folder: Path
    """The folder that stands for the host's file system."""

    def file(self, path: str) -> Path:
        """Where a file of the host is."""
        return self.folder / path.lstrip("/")


class _Files(asyncssh.SFTPServer):
    """The files of a host; snippets are in its state too."""

    def __init__(self, channel: asyncssh.SSHServerChannel, state: State, folder: Path) -> None:
        super().__init__(channel, chroot=str(folder).encode())
        self._state = state
        self._folder = folder

    def close(self, file_obj: object) -> None:
        super().close(file_obj)
        file = Path(str(getattr(file_obj, "name", b""), "utf-8"))
        if volume_id := _snippet(self._state, f"/{file.relative_to(self._folder)}"):
            text = file.read_text(encoding="utf-8")
            self._state.volumes[volume_id] = Volume(size=len(text.encode()), content="snippets", text=text)


def _snippet(state: State, path: str) -> str | None:
    """The volume id of a file of the host: `local:snippets/a.yaml` is /var/lib/vz/snippets/a.yaml."""
    folder, _, file = path.rpartition("/")
    paths = {f"{storage.path}/snippets": name for name, storage in state.storages.items() if storage.path}
    return f"{paths[folder]}:snippets/{file}" if folder in paths else None


@contextmanager
def sftp(state: State) -> Iterator[Server]:
    """Runs an SSH server on loopback for the host of a state, with a key of its own for root."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    with tempfile.TemporaryDirectory(prefix="host-") as folder:
        acceptor = asyncio.run_coroutine_threadsafe(_listen(state, Path(folder), key), loop).result()
        try:
            yield Server(acceptor.get_port(), key.export_private_key().decode(), Path(folder))
        finally:
            asyncio.run_coroutine_threadsafe(_close(acceptor), loop).result()
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()


async def _listen(state: State, folder: Path, key: asyncssh.SSHKey) -> asyncssh.SSHAcceptor:
    return await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
        authorized_client_keys=asyncssh.import_authorized_keys(key.export_public_key().decode()),
        sftp_factory=lambda channel: _Files(channel, state, folder),
    )


async def _close(acceptor: asyncssh.SSHAcceptor) -> None:
    acceptor.close()
    await acceptor.wait_closed()
