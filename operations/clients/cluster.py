"""A cluster that is only read: its API server, by a kubeconfig, with get and list and nothing else."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple, cast
from urllib.parse import quote, urlencode

from kubernetes import client
from urllib3.exceptions import HTTPError

from observation import json_file
from observation.model import Why
from operations.clients.bounded import Patience, TooLarge, whole
from operations.clients.kubeconfig import load_kubeconfig
from operations.clients.refusals import NotAnswered
from operations.clients.silence import why_silent
from plan.model import Manifest
from plan.model.fields import entries, mapping, text, values

_PAGE = 500
"""Objects that are asked for at a time."""
_SECONDS = 20
"""How long a server may be silent."""
_SECONDS_IN_ALL = 120
"""How long an answer may take to its last byte."""
_MOST_BYTES = 256 * 2**20
"""Size of an answer: 500 objects of half a MiB each."""
_CHUNK = 65_536
_MOST_PAGES = 1_000
"""Pages of a list: Kubernetes is built for 150,000 pods, which are 300."""
_SECONDS_OF_A_LIST = 600
_SECONDS_FOR_KUBELETS = 600
"""How long kubelets are waited for in vain, all together: each that is gone costs twice its silence."""
_MOST_GROUPS = 1_000

_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]{0,252})?")
"""Groups, versions, plurals and kinds, of which addresses and names of files are made. A subresource has a slash."""


class Resource(NamedTuple):
    """A resource that the API server lists."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool

    @property
    def path(self) -> str:
        """Where all of its objects are."""
        place = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        return f"{place}/{self.plural}"

    @property
    def api_version(self) -> str:
        """As it is written in a manifest."""
        return f"{self.group}/{self.version}" if self.group else self.version


class Cluster:
    """A client that asks and never writes, for any number of threads."""

    def __init__(self, kubeconfig: Path | None = None, context: str | None = None, *, connections: int = 16) -> None:
        """Read a kubeconfig; without one $KUBECONFIG, then ~/.kube/config. Raises NoCluster."""
        loaded = load_kubeconfig(kubeconfig, context)
        loaded.connection_pool_maxsize = connections
        loaded.retries = 1
        self._client: Any = client.ApiClient(loaded)
        self.server = str(cast(Any, loaded).host)
        self._patience = Patience(2 * _SECONDS_IN_ALL)
        self._patience_with_kubelets = Patience(_SECONDS_FOR_KUBELETS)  # one that is gone says nothing of the others
        self.clock: datetime | None = None
        """The API server's time with its first answer; None before it, and where it tells none."""

    def get(self, path: str) -> Manifest:
        """The answer to a GET. Raises NotAnswered."""
        return self._get(path, self._patience)

    def _get(self, path: str, patience: Patience) -> Manifest:
        try:
            signed = self._client.configuration.auth_settings().values()  # renews a token that has ended
            headers = {"Accept": "application/json", **{each["key"]: each["value"] for each in signed}}
            status, body = patience.within(_SECONDS_IN_ALL, lambda: self._ask(path, headers))
        except TooLarge as error:
            raise NotAnswered("unreadable", f"{self.server} answers {path} without end: {error}") from None
        except (HTTPError, OSError) as error:
            raise NotAnswered("unreachable", f"{self.server} does not answer: {why_silent(error)}") from None
        if status != 200:
            raise NotAnswered(_why(status), _reason(status, body))
        try:
            content = json_file.parse(body)
        except ValueError:
            raise NotAnswered("unreadable", f"{path} is not answered in JSON") from None
        return cast(Manifest, content) if isinstance(content, dict) else {}

    def _ask(self, path: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
        answer = self._client.rest_client.pool_manager.request(
            "GET", self.server + path, headers=headers, timeout=_SECONDS, preload_content=False
        )
        if self.clock is None:
            self.clock = _date(answer.headers.get("Date"))
        body = whole(answer.stream(_CHUNK), _MOST_BYTES)
        answer.release_conn()
        return int(answer.status), body

    def list(self, resource: Resource, namespace: str | None = None) -> Iterator[Manifest]:
        """The objects of a resource, each with its kind. Raises NotAnswered."""
        path = resource.path
        if namespace:
            path = path.replace(f"/{resource.plural}", f"/namespaces/{quote(namespace)}/{resource.plural}")
        token = ""
        began = monotonic()
        for _ in range(_MOST_PAGES):
            query = {"limit": str(_PAGE), **({"continue": token} if token else {})}
            page = self.get(f"{path}?{urlencode(query)}")
            if not isinstance(page.get("items"), list) and not text(page, "kind").endswith("List"):
                raise NotAnswered("unreadable", f"{path} is not answered with a list of objects")
            for each in entries(page, "items"):
                yield {"apiVersion": resource.api_version, "kind": resource.kind, **each}
            before, token = token, text(page, "metadata", "continue")
            if not token:
                return
            if token == before or monotonic() - began > _SECONDS_OF_A_LIST:
                break
        raise NotAnswered("unreadable", f"{self.server} lists {path} without end")

    def version(self) -> str:
        """For example `v1.34.2`. Raises NotAnswered."""
        found = text(self.get("/version"), "gitVersion")
        if not found:
            raise NotAnswered("unreadable", f"what answers at {self.server} is no API server")
        return found

    def resources(self) -> Iterator[Resource | tuple[str, NotAnswered]]:
        """Everything that can be listed, and groups that do not answer. Each is in its group's preferred version, or in
        the first further one that has it: Gateway API has HTTPRoute in v1 and TCPRoute in v1alpha2 alone."""
        yield from self._of_group("", "v1")
        groups = entries(self.get("/apis"), "groups")
        if len(groups) > _MOST_GROUPS:
            sentence = f"{self.server} has {len(groups)} groups, and {_MOST_GROUPS} of them were asked"
            yield "API groups", NotAnswered("incomplete", sentence)
        for group in groups[:_MOST_GROUPS]:
            name, preferred = text(group, "name"), text(group, "preferredVersion", "version")
            versions = dict.fromkeys([preferred, *(text(each, "version") for each in entries(group, "versions"))])
            known: set[str] = set()
            for version in versions:
                try:
                    found = [each for each in self._of_group(name, version) if each.plural not in known]
                except NotAnswered as refused:
                    yield (name if version == preferred else f"{name}/{version}"), refused
                    continue
                known |= {each.plural for each in found}
                yield from found

    def _of_group(self, group: str, version: str) -> Iterator[Resource]:
        path = f"/apis/{group}/{version}" if group else f"/api/{version}"
        answer = self.get(path)
        if not isinstance(answer.get("resources"), list):
            raise NotAnswered("unreadable", f"{path} is not answered with a list of resources")
        for each in entries(answer, "resources"):
            plural = text(each, "name")
            named = (group, version, plural, text(each, "kind"))
            if all(map(_NAME.fullmatch, named)) and "list" in values(each, "verbs"):
                yield Resource(*named, mapping(each).get("namespaced") is True)

    def kubelet(self, node: str, what: str) -> Mapping[str, object]:
        """An answer of a node's kubelet, by way of the API server: `configz` or `stats/summary`. Raises NotAnswered."""
        return self._get(f"/api/v1/nodes/{quote(node)}/proxy/{what}", self._patience_with_kubelets)


def _why(status: int) -> Why:
    if status in (401, 403):
        return "forbidden"
    return "not-served" if status in (404, 405, 406) else "unreachable"


def _reason(status: int, body: bytes) -> str:
    """The API server's message, in one line."""
    try:
        return " ".join(text(json_file.parse(body), "message").split()) or f"HTTP {status}"
    except (ValueError, AttributeError):
        return f"HTTP {status}"


def _date(header: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(header).astimezone(UTC) if header else None
    except (ValueError, TypeError, OverflowError):
        return None
