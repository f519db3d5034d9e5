"""Servers that fail as servers do, and the one sentence that is said of each, whichever library asked."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
import requests
import urllib3

from operations.clients.silence import why_silent

ASKED = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def answering(act: Callable[[socket.socket], object]) -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    act(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def with_answer(answer: bytes) -> Callable[[socket.socket], object]:
    def act(connection: socket.socket) -> None:
        connection.recv(10_000)
        connection.sendall(answer)

    return act


def resets(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def waits(connection: socket.socket) -> None:
    connection.recv(10_000)
    connection.recv(1)


def by_requests(address: str) -> object:
    return requests.get(address, timeout=0.5).content


def by_urllib3(address: str) -> object:
    return urllib3.PoolManager(retries=1).request("GET", address, timeout=0.5)


@pytest.mark.parametrize("ask", [by_requests, by_urllib3])
@pytest.mark.parametrize(
    ("act", "scheme", "sentence"),
    [
        (with_answer(b""), "http", "it ends the connection without an answer"),
        (with_answer(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), "http", "what answers there does not speak HTTP"),
        (with_answer(b"HTTP/1.0 400 Bad Request\r\n\r\n"), "https", "it does not speak TLS"),
        (with_answer(ASKED + b"Content-Length: 9\r\n\r\na"), "http", "it ends the connection within its answer"),
        (
            with_answer(ASKED + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
            "http",
            "its answer cannot be unpacked",
        ),
        (resets, "http", "it closes the connection"),
        (waits, "http", "no answer in time"),
    ],
)
def test_a_server_that_fails_is_told_in_one_sentence(
    ask: Callable[[str], object], act: Callable[[socket.socket], object], scheme: str, sentence: str
) -> None:
    with answering(act) as port, pytest.raises((OSError, urllib3.exceptions.HTTPError)) as failed:
        ask(f"{scheme}://127.0.0.1:{port}")
    assert why_silent(failed.value) == sentence


@pytest.mark.parametrize("ask", [by_requests, by_urllib3])
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://127.0.0.1:1", "Connection refused"),
        ("http://nowhere.invalid", "Name or service not known"),
        ("http://[::", "it is no address"),
        ("prometheus://here", "it is no address"),
        ("http://", "it is no address"),
    ],
)
def test_a_server_that_is_not_there_is_told_in_one_sentence(
    ask: Callable[[str], object], address: str, sentence: str
) -> None:
    with pytest.raises((OSError, ValueError, urllib3.exceptions.HTTPError)) as failed:
        ask(address)
    if sentence.startswith("Name"):  # where there is no resolver at all, the system says that
        assert "HTTPConnection" not in why_silent(failed.value)
    else:
        assert why_silent(failed.value) == sentence


def test_an_end_that_we_set_says_which() -> None:
    def ask() -> None:
        try:
            raise TimeoutError("no whole answer in 10 s")
        except TimeoutError as error:
            raise requests.ReadTimeout(str(error)) from None

    with pytest.raises(requests.ReadTimeout) as failed:
        ask()
    assert why_silent(failed.value) == "no whole answer in 10 s"
