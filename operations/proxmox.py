"""A read-only way into the API of Proxmox VE."""

from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from proxmoxer import ProxmoxAPI
from proxmoxer.core import ResourceException

PORT = 8006
TIMEOUT = 10
"""Seconds that Proxmox has to answer one request."""


class NotAnswered(Exception):
    """Proxmox could not be asked; the message is one sentence with what to do."""


class Refused(Exception):
    """Proxmox answered one question with an error; the message holds the question and Proxmox's own words."""

    def __init__(self, path: str, status: int, words: str) -> None:
        super().__init__(f"{path}: {status} {words}")
        self.status = status
        """HTTP status: 401 for an invalid token, 403 for a missing privilege."""


class Api(Protocol):
    """What is asked of Proxmox: nothing here ever changes anything."""

    def get(self, path: str, /, **query: str | int) -> Any:
        """The `data` of an answer. Raises NotAnswered or Refused."""
        ...


class ProxmoxHost:
    """The API of a host, or of the cluster that it belongs to, with an API token."""

    def __init__(self, endpoint: str, token: str, *, verify: bool | str = True) -> None:
        """Takes the URL, for example https://192.0.2.10:8006/, and a token like `user@realm!name=uuid`.

        `verify` is False for any certificate, or a file with the certificates that are trusted. Raises NotAnswered
        where the token is not one.
        """
        user, separator, secret = token.partition("=")
        name, mark, token_name = user.partition("!")
        if not (separator and mark):
            raise NotAnswered("The API token is not like user@realm!name=uuid: copy it whole.")
        url = urlsplit(endpoint)
        self._endpoint = endpoint
        self._api = ProxmoxAPI(
            url.hostname or "",
            port=url.port or PORT,
            user=name,
            token_name=token_name,
            token_value=secret,
            verify_ssl=verify,
            timeout=TIMEOUT,
        )

    def get(self, path: str, /, **query: str | int) -> Any:
        """The `data` of an answer. Raises NotAnswered or Refused."""
        try:
            return self._api(path).get(**query)
        except ResourceException as error:
            raise Refused(path, error.status_code, error.content) from None
        except requests.exceptions.SSLError as error:
            raise NotAnswered(
                f"The certificate of Proxmox at {self._endpoint} is not trusted ({_innermost(error)}): name a file "
                "with the certificate that signed it, or accept any with --insecure."
            ) from None
        except requests.exceptions.RequestException as error:
            raise NotAnswered(
                f"Proxmox at {self._endpoint} does not answer ({_innermost(error)}): check the endpoint and the "
                "network."
            ) from None


def _innermost(error: BaseException) -> str:
    """What the system said, without the layers that passed it on."""
    while error.args and isinstance(inner := getattr(error.args[0], "reason", error.args[0]), BaseException):
        error = inner
    return str(error.args[-1] if error.args else error)
