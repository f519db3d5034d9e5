"""Asking Proxmox: its answers are passed on, and an obstacle is reported in one sentence."""

import http.server
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from operations.clients import proxmox
from operations.clients.proxmox import NotAnswered, ProxmoxHost, Refused

pytestmark = pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
TOKEN = "homelab@pve!pulumi=00000000-0000-4000-8000-000000000000"
ANSWERS = {
    "fine": (200, "OK", b'{"data": [1]}'),
    "html": (200, "OK", b"<html>"),
    "empty": (200, "OK", b"{}"),
    "list": (200, "OK", b"[1]"),
    "token": (401, "invalid token value!", b""),
    "privilege": (403, "Permission check failed (/vms/1, VM.Audit)", b'{"data": null}'),
    "parameter": (400, "Parameter verification failed.", b'{"data": null, "errors": {"type": "no such value"}}'),
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        status, reason, body = ANSWERS[self.path.rpartition("/")[2].partition("?")[0]]
        self.send_response(status, reason)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""


@contextmanager
def served(context: ssl.SSLContext | None) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


@pytest.fixture(scope="module")
def endpoint(authority: trustme.CA) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with served(context) as url:
        yield url


@pytest.mark.parametrize("way", ["trusted", "any"])
def test_an_answer_is_its_data(endpoint: str, ca_file: str, way: str) -> None:
    assert ProxmoxHost(endpoint, TOKEN, verify=ca_file if way == "trusted" else False).get("fine") == [1]


def test_a_certificate_is_not_accepted_unless_it_is_trusted(endpoint: str) -> None:
    with pytest.raises(NotAnswered, match=r"is not trusted \(unable to get local issuer certificate\): .*--ca-file"):
        ProxmoxHost(endpoint, TOKEN).get("fine")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("token", 401, "invalid token value!"),
        ("privilege", 403, "Permission check failed (/vms/1, VM.Audit)"),
        ("parameter", 400, "Parameter verification failed.; type: no such value"),
    ],
)
def test_a_refusal_is_passed_on_in_proxmoxs_words(endpoint: str, path: str, status: int, words: str) -> None:
    with pytest.raises(Refused) as refused:
        ProxmoxHost(endpoint, TOKEN, verify=False).get(path)
    assert (refused.value.status, refused.value.words) == (status, words)
    assert str(refused.value) == f"{path}: {status} {words}"


@pytest.mark.parametrize("path", ["html", "empty", "list"])
def test_what_is_not_proxmox_is_told_from_it(endpoint: str, path: str) -> None:
    with pytest.raises(NotAnswered, match=f"Something else than Proxmox answers at {endpoint}"):
        ProxmoxHost(endpoint, TOKEN, verify=False).get(path)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://127.0.0.1:1", "Connection refused"),
        ("https://nowhere.invalid:8006", "Name or service not known|Temporary failure in name resolution"),
    ],
)
def test_the_systems_reason_is_told_without_what_passed_it_on(url: str, reason: str) -> None:
    with pytest.raises(NotAnswered, match=rf"^Proxmox at {url} does not answer \(({reason})\): check the endpoint"):
        ProxmoxHost(url, TOKEN).get("version")


def test_a_host_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxmox, "CONNECT_TIMEOUT", 0.1)
    monkeypatch.setattr(proxmox, "ANSWER_TIMEOUT", 0.1)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(NotAnswered, match="does not answer in time"):
            ProxmoxHost(f"https://127.0.0.1:{silent.getsockname()[1]}", TOKEN).get("version")


def test_a_server_without_tls_is_no_endpoint() -> None:
    with served(None) as url, pytest.raises(NotAnswered):
        ProxmoxHost(url, TOKEN).get("fine")


def test_a_file_without_certificates_is_told(endpoint: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing", encoding="utf-8")
    with pytest.raises(NotAnswered, match="not trusted"):
        ProxmoxHost(endpoint, TOKEN, verify=str(file)).get("fine")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8006",
        "127.0.0.1:8006",
        "https://127.0.0.1:8006/api2",
        "https://127.0.0.1:99999",
        "https://[::1",
        "",
    ],
)
def test_an_endpoint_is_a_url_with_tls(url: str) -> None:
    with pytest.raises(NotAnswered, match="it must be like https"):
        ProxmoxHost(url, TOKEN)


@pytest.mark.parametrize("token", ["", "secret", "root@pam=secret", "root!name=secret", "root@pam!name=", "a@b!c=é"])
def test_a_token_is_whole_and_is_not_repeated_in_the_message(token: str) -> None:
    with pytest.raises(NotAnswered, match="copy it whole") as refused:
        ProxmoxHost("https://127.0.0.1:8006", token)
    assert not token or token not in str(refused.value)
