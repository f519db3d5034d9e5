"""A Proxmox that cannot be asked is one sentence, and only matters where machines are adopted."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator

import pulumi
import pytest
import trustme

from components.reachability import check_reachable
from tests.components import plans

ADOPTED = (plans.machine("node1", 201, "worker", adopted=True), plans.machine("node2", 202, "worker", adopted=True))
CREATED = (plans.machine("node3", 203, "worker"),)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def proxmox(authority: trustme.CA) -> Iterator[str]:
    """The address of a server that speaks TLS with a certificate of `authority`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer_once, args=(server, context), daemon=True).start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}/"


def _answer_once(server: socket.socket, context: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError):
        connection, _ = server.accept()
        with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
            pass


@pytest.fixture
def nobody() -> str:
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"https://127.0.0.1:{server.getsockname()[1]}/"


def test_a_proxmox_with_a_trusted_certificate_is_fine(
    proxmox: str, authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with authority.cert_pem.tempfile() as file:
        monkeypatch.setenv("SSL_CERT_FILE", file)
        check_reachable(proxmox, False, ADOPTED)


def test_a_certificate_that_nobody_signed_is_one_sentence_with_the_way_out(proxmox: str) -> None:
    with pytest.raises(pulumi.RunError) as error:
        check_reachable(proxmox, False, ADOPTED)
    assert str(error.value).startswith(f"The certificate of Proxmox at {proxmox} is not trusted (")
    assert "2 adopted machines have to be read from it" in str(error.value)
    assert str(error.value).endswith("let this machine trust it, or set homelab:proxmoxInsecure to true.")


def test_any_certificate_will_do_where_the_stack_says_so(proxmox: str) -> None:
    check_reachable(proxmox, True, ADOPTED)


def test_a_proxmox_that_does_not_answer_is_one_sentence(nobody: str) -> None:
    with pytest.raises(pulumi.RunError) as error:
        check_reachable(nobody, False, (*ADOPTED, *CREATED))
    assert str(error.value) == (
        f"Proxmox at {nobody} does not answer (Connection refused), and 2 adopted machines have to be read from it: "
        "check homelab:proxmoxEndpoint, or the host's endpoint in site.yaml, and the network."
    )


def test_machines_that_are_created_need_no_proxmox_to_preview(nobody: str) -> None:
    check_reachable(nobody, False, CREATED)


def test_a_host_name_that_is_unknown_is_one_sentence_too() -> None:
    with pytest.raises(pulumi.RunError, match=r"^Proxmox at https://proxmox\.invalid/ does not answer \(.+\), and"):
        check_reachable("https://proxmox.invalid/", False, ADOPTED)
