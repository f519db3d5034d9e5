"""A read-only way into the API of Proxmox VE."""

import re
from collections.abc import Mapping
from typing import Any, Protocol

import requests
from proxmoxer import ProxmoxAPI  # pyright: ignore[reportMissingTypeStubs]
from proxmoxer.backends.https import JsonSerializer  # pyright: ignore[reportMissingTypeStubs]
from proxmoxer.core import ResourceException  # pyright: ignore[reportMissingTypeStubs]

from config.endpoint import host_and_port
from config.source import is_mapping
from observation import json_file
from operations.clients.bounded import bound
from operations.clients.silence import why_silent

TOKEN = re.compile(r"(?P<user>[^\s!=]+@[^\s!=@]+)!(?P<name>[^\s!=]+)=(?P<secret>[\x21-\x7e]+)")
CONNECT_TIMEOUT = 5
ANSWER_TIMEOUT = 30
"""Seconds. A guest agent that does not answer keeps Proxmox waiting for some."""
WHOLE_ANSWER_TIMEOUT = 60
"""Seconds until the last byte of an answer."""
MOST_BYTES = 32 * 2**20
"""Size of an answer: that of a cluster with 1,000 machines is below 1 MiB."""


class NotAnswered(Exception):
    """Proxmox could not be asked; the message is one sentence with what to do."""


class Refused(Exception):
    """Proxmox answered one question with an error; the message holds the question and Proxmox's own words."""

    def __init__(self, path: str, status: int, words: str) -> None:
        super().__init__(f"{path}: {status} {words}")
        self.status = status
        """HTTP status: 401 for an invalid token, 403 for a missing privilege."""
        self.words = words
        """Proxmox's own message."""


class Api(Protocol):
    """Read-only requests to Proxmox: nothing here ever changes anything."""

    def get(self, path: str, /, **query: str | int) -> Any:
        """The `data` of an answer. Raises NotAnswered or Refused."""
        ...


class ProxmoxHost:
    """The API of a host, or of the cluster that it belongs to, with an API token."""

    def __init__(self, endpoint: str, token: str, *, verify: bool | str = True) -> None:
        """Takes the URL, for example https://192.0.2.10:8006/, and a token like `user@realm!name=uuid`.

        `verify` is False for any certificate, or a file with the certificates that are trusted. Raises NotAnswered
        where the URL or the token is not one.
        """
        host, port = _address(endpoint)
        parts = TOKEN.fullmatch(token)
        if parts is None:
            raise NotAnswered("The API token is not like user@realm!name=uuid: copy it whole.")
        self._endpoint = endpoint
        self._api: Any = ProxmoxAPI(
            host,
            port=port,
            user=parts["user"],
            token_name=parts["name"],
            token_value=parts["secret"],
            verify_ssl=verify,
            timeout=(CONNECT_TIMEOUT, ANSWER_TIMEOUT),
        )
        store: dict[str, Any] = self._api._store
        store["serializer"] = _Serializer()
        bound(store["session"], seconds=WHOLE_ANSWER_TIMEOUT, most_bytes=MOST_BYTES)

    def get(self, path: str, /, **query: str | int) -> Any:
        """The `data` of an answer. Raises NotAnswered or Refused."""
        try:
            answer = self._api(path).get(**query)
        except ResourceException as error:
            refusal: Any = error
            raise Refused(path, refusal.status_code, _words(refusal)) from None
        except requests.exceptions.SSLError as error:
            raise NotAnswered(
                f"The certificate of Proxmox at {self._endpoint} is not trusted ({why_silent(error)}): name a file "
                "with the certificate that signed it (--ca-file; on the host it is /etc/pve/pve-root-ca.pem), or "
                "accept any (--insecure)."
            ) from None
        except requests.exceptions.Timeout:
            raise NotAnswered(
                f"Proxmox at {self._endpoint} does not answer in time: check the endpoint, and whether the host is up."
            ) from None
        except (requests.exceptions.RequestException, OSError, ValueError) as error:
            raise NotAnswered(
                f"Proxmox at {self._endpoint} does not answer ({why_silent(error)}): check the endpoint and the "
                "network."
            ) from None
        except (AttributeError, KeyError, TypeError):  # proxmoxer takes for granted how an answer is built
            raise NotAnswered(_another(self._endpoint)) from None
        if is_mapping(answer) and isinstance(answer.get("errors"), bytes):  # so proxmoxer gives what it cannot read
            raise NotAnswered(_another(self._endpoint))
        return answer


class _Serializer(JsonSerializer):
    """Proxmoxer's, but for answers that nest without end."""

    def loads(self, response: requests.Response) -> Any:
        try:
            return json_file.parse(response.content)["data"]
        except ValueError:
            return {"errors": response.content}

    def loads_errors(self, response: requests.Response) -> Any:
        try:
            found = json_file.parse(response.content)
        except ValueError:
            return {}
        return found.get("errors") if is_mapping(found) else {}


def _address(endpoint: str) -> tuple[str, int]:
    """Host and port. Raises NotAnswered."""
    if address := host_and_port(endpoint):
        return address
    raise NotAnswered(f"{endpoint!r} is not where Proxmox can be asked: it must be like https://192.0.2.10:8006/.")


def _another(endpoint: str) -> str:
    return f"Something else than Proxmox answers at {endpoint}: check the endpoint; Proxmox listens on port 8006."


def _words(refusal: Any) -> str:
    """Proxmox's message in one line, with its objection to each parameter."""
    said = str(refusal.content or refusal.status_message or "").strip()
    named: Mapping[str, Any] = refusal.errors if is_mapping(refusal.errors) else {}
    objections = (f"{name}: {reason}" for name, reason in named.items() if name != "errors")
    return " ".join("; ".join([said, *objections]).split())
