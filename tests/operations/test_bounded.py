"""Servers that drip, never stop, nest without end or answer in another form: one sentence each, and soon."""

import contextlib
import gzip
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
import yaml

from observation.json_file import DEEPEST, parse
from operations.clients import cluster, forge, kubernetes, prometheus, proxmox
from operations.clients.cluster import Cluster
from operations.clients.forge import Forge, ForgeFailed
from operations.clients.kubernetes import Api, Refused
from operations.clients.prometheus import Prometheus
from operations.clients.proxmox import ProxmoxHost
from operations.clients.refusals import NotAnswered

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
TOKEN = "homelab@pve!pulumi=00000000-0000-4000-8000-000000000000"
SOON = 1.0
HEADER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
Way = Callable[[socket.socket], None]


def drips(connection: socket.socket) -> None:
    connection.sendall(HEADER + b"[")
    while True:
        connection.sendall(b" ")
        time.sleep(0.1)


def drips_before_the_answer(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.1)


def never_ends(connection: socket.socket) -> None:
    connection.sendall(HEADER + b'{"data": "')
    while True:
        connection.sendall(b"x" * 65_536)


def unpacks_without_end(connection: socket.socket) -> None:
    """64 MiB of blanks in 64 KiB."""
    packed = gzip.compress(b"[" + b" " * 2**26)
    length = f"Content-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + length.encode() + packed)


def sends_elsewhere(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")


def nests(levels: int, opening: bytes = b"[", closing: bytes = b"]") -> Way:
    def answer(connection: socket.socket) -> None:
        connection.sendall(HEADER + b'{"data": ' + opening * levels + b"1" + closing * levels + b"}")

    return answer


def says(content: bytes) -> Way:
    return lambda connection: connection.sendall(HEADER + content)


WITHOUT_END = {
    "drips": drips,
    "drips before the answer": drips_before_the_answer,
    "never ends": never_ends,
    "nests 200,000 deep": nests(200_000),
    "nests objects 200,000 deep": nests(200_000, b'{"a":', b"}"),
    "nests 900 deep": nests(900),
    "says nothing": says(b""),
    "unpacks without end": unpacks_without_end,
    "sends elsewhere without end": sends_elsewhere,
    "shows a page": says(b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"),
}
OF_ANOTHER_FORM = (b"null", b"[]", b'"text"', b"7", b"NaN", b'{"data": "text"}', b'{"data": {"result": {"a": 1}}}',
                   b'{"status": "success", "data": {"result": [{"metric": [], "value": [{}, []]}]}}')  # fmt: skip


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@contextlib.contextmanager
def serving(way: Way, authority: trustme.CA | None = None) -> Iterator[int]:
    """A server that answers every connection in one way; its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if authority else None
    if context and authority:
        authority.issue_cert("127.0.0.1").configure_cert(context)
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            secured = context.wrap_socket(connection, server_side=True) if context else connection
            with secured:
                secured.recv(65_536)
                way(secured)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxmox, "WHOLE_ANSWER_TIMEOUT", SOON)
    monkeypatch.setattr(proxmox, "MOST_BYTES", 2**20)
    monkeypatch.setattr(prometheus, "_SECONDS", SOON / 2)
    monkeypatch.setattr(prometheus, "_MOST_BYTES", 2**20)
    monkeypatch.setattr(forge, "_SECONDS", SOON / 2)
    monkeypatch.setattr(forge, "_MOST_BYTES", 2**20)
    monkeypatch.setattr(cluster, "_SECONDS_IN_ALL", SOON)
    monkeypatch.setattr(cluster, "_MOST_BYTES", 2**20)
    monkeypatch.setattr(kubernetes, "_SECONDS_IN_ALL", SOON)
    monkeypatch.setattr(kubernetes, "_MOST_BYTES", 2**20)


def kubeconfig(folder: Path, port: int) -> Path:
    file = folder / "kubeconfig"
    content = {
        "clusters": [{"name": "a", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "a", "user": {}}],
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "current-context": "a",
    }
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    return file


@pytest.mark.parametrize("way", WITHOUT_END.values(), ids=WITHOUT_END)
def test_proxmox_without_end(way: Way, authority: trustme.CA) -> None:
    with serving(way, authority) as port, pytest.raises(proxmox.NotAnswered) as told:
        ProxmoxHost(f"https://127.0.0.1:{port}/", TOKEN, verify=False).get("nodes")
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 300


@pytest.mark.parametrize("way", WITHOUT_END.values(), ids=WITHOUT_END)
def test_prometheus_without_end(way: Way) -> None:
    with serving(way) as port, pytest.raises(NotAnswered) as told:
        Prometheus(f"http://127.0.0.1:{port}").now("up")
    assert len(told.value.detail) < 300


@pytest.mark.parametrize("way", WITHOUT_END.values(), ids=WITHOUT_END)
def test_an_api_server_without_end(way: Way, tmp_path: Path) -> None:
    with serving(way) as port, pytest.raises(NotAnswered) as told:
        Cluster(kubeconfig(tmp_path, port)).get("/version")
    assert len(told.value.detail) < 400


@pytest.mark.parametrize("way", WITHOUT_END.values(), ids=WITHOUT_END)
def test_a_client_that_writes_is_told_so_too(way: Way, tmp_path: Path) -> None:
    with serving(way) as port, pytest.raises(Refused) as told:
        Api(kubeconfig(tmp_path, port))
    assert told.value.status == 0
    assert len(str(told.value)) < 400


@pytest.mark.parametrize("way", WITHOUT_END.values(), ids=WITHOUT_END)
def test_a_forge_without_end(way: Way) -> None:
    with serving(way) as port, pytest.raises(ForgeFailed) as told:
        Forge(f"http://127.0.0.1:{port}", "a/b", "token").comments(1)
    assert len(str(told.value)) < 300


def test_a_prometheus_that_drips_is_waited_for_once_in_all() -> None:
    with serving(drips) as port:
        client, begin = Prometheus(f"http://127.0.0.1:{port}"), time.monotonic()
        for _ in range(20):
            with pytest.raises(NotAnswered, match=r"in vain|no whole answer"):
                client.now("up")
        assert time.monotonic() - begin < 3 * SOON


def test_an_api_server_that_drips_is_waited_for_twice_in_all(tmp_path: Path) -> None:
    with serving(drips) as port:
        client, begin = Cluster(kubeconfig(tmp_path, port)), time.monotonic()
        for _ in range(20):
            with pytest.raises(NotAnswered, match=r"in vain|no whole answer"):
                client.get("/version")
        assert time.monotonic() - begin < 4 * SOON


@pytest.mark.parametrize("content", OF_ANOTHER_FORM)
def test_an_answer_of_another_form_is_none_or_one_sentence(content: bytes, tmp_path: Path) -> None:
    with serving(says(content)) as port:
        with contextlib.suppress(NotAnswered):
            assert not [each for series in Prometheus(f"http://127.0.0.1:{port}").now("up") for each in series.samples]
        with contextlib.suppress(NotAnswered):
            assert not [*Cluster(kubeconfig(tmp_path, port)).resources()]
        with contextlib.suppress(ForgeFailed):
            assert not Forge(f"http://127.0.0.1:{port}", "a/b", "token").comments(1)


def test_what_real_servers_answer_is_read() -> None:
    assert parse("[" * (DEEPEST - 1) + "]" * (DEEPEST - 1)) is not None
    with pytest.raises(ValueError, match="too deep"):
        parse("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
