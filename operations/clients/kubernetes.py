"""The API server, asked in manifests: plain dictionaries in, plain dictionaries out."""

import json
import re
from collections.abc import Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, cast

from kubernetes import client, dynamic
from kubernetes.dynamic.exceptions import DynamicApiError, ResourceNotFoundError
from kubernetes.dynamic.resource import Resource
from urllib3.exceptions import HTTPError

from observation import json_file
from operations.clients.bounded import Patience, TooLarge, whole
from operations.clients.kubeconfig import load_kubeconfig
from operations.clients.silence import why_silent
from plan.model import Manifest
from plan.model.fields import Fields, mapping, text

FIELD_MANAGER = "homelab"
_AT_A_TIME = 16
"""Requests that are under way together."""
_SECONDS = 60
"""How long the server may be silent."""
_SECONDS_IN_ALL = 120
"""How long an answer may take to its last byte."""
_MOST_BYTES = 256 * 2**20
_CHUNK = 65_536
_PAIR = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")
"""Two escapes of one character, as JSON writes those beyond the first 65,536."""


class Refused(Exception):
    """The API server refused, or did not answer."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        """HTTP status, for example 403; 0 where there is no answer, or none of an API server."""
        self.reason = reason
        """In Kubernetes' words, for example `Forbidden`."""
        self.message = message
        """Message of the API server, of a plug-in of it, or of a policy."""


class Applied(NamedTuple):
    """Outcome of applying an object."""

    manifest: Manifest
    """As it was sent."""
    stored: Manifest | None
    refused: Refused | None


class Api:
    """A client that also writes, for any kind and any number of threads."""

    def __init__(self, kubeconfig: Path | None = None, context: str | None = None) -> None:
        """Read a kubeconfig; without one $KUBECONFIG, then ~/.kube/config. Raises NoCluster and Refused."""
        loaded = load_kubeconfig(kubeconfig, context)
        loaded.connection_pool_maxsize = 2 * _AT_A_TIME
        cache = str(kubeconfig.with_suffix(".discovered")) if kubeconfig else None
        asking: Any = client.ApiClient(loaded)
        _bound(asking.rest_client.pool_manager)
        self._server = str(cast(Any, loaded).host)
        with self._answering(), self._understood():
            self._client: Any = dynamic.DynamicClient(asking, cache_file=cache)
        self._resources: dict[tuple[str, str], Resource] = {}
        self._discovering = Lock()

    def apply(
        self, manifest: Manifest, *, manager: str = FIELD_MANAGER, strict: bool = True, dry_run: bool = False
    ) -> Manifest:
        """Make an object so, by server-side apply; returns it as it is stored, or by a dry run would be.

        With `strict`, a field that the API does not know is refused. Raises Refused.
        """
        metadata = manifest["metadata"]
        query = [("fieldValidation", "Strict")] if strict else []
        query += [("dryRun", "All")] if dry_run else []
        return self._ask(
            manifest,
            "server_side_apply",
            body=_as_yaml(manifest),
            name=metadata["name"],
            namespace=metadata.get("namespace"),
            field_manager=manager,
            force_conflicts=True,
            query_params=query,
        )

    def apply_all(self, manifests: Iterable[Manifest], *, strict: bool = True) -> list[Applied]:
        """Apply objects that do not depend on each other, many at a time."""

        def attempt(manifest: Manifest) -> Applied:
            try:
                return Applied(manifest, self.apply(manifest, strict=strict), None)
            except Refused as refused:
                return Applied(manifest, None, refused)

        with ThreadPoolExecutor(_AT_A_TIME) as threads:
            return list(threads.map(attempt, manifests))

    def create(self, manifest: Manifest, *, dry_run: bool = False) -> Manifest:
        """Create an object; returns it as it is stored. Raises Refused."""
        return self._ask(
            manifest,
            "create",
            body=manifest,
            namespace=manifest["metadata"].get("namespace"),
            dry_run="All" if dry_run else None,
        )

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Manifest | None:
        """An object, or None if it does not exist."""
        try:
            return self._ask(_kind(api_version, kind), "get", name=name, namespace=namespace)
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def list(
        self, api_version: str, kind: str, namespace: str | None = None, *, fields: str | None = None
    ) -> list[Manifest]:
        """The objects of a kind; `fields` selects some of them, as in `status.phase=Running`."""
        answer = self._ask(_kind(api_version, kind), "get", namespace=namespace, field_selector=fields)
        return [{"apiVersion": api_version, "kind": kind, **each} for each in answer["items"]]

    def patch(self, manifest: Manifest, change: Mapping[str, Any], *, part: str | None = None) -> Manifest:
        """Change some fields of an object by a merge patch; `part` is a subresource, as `status`. Raises Refused."""
        return self._ask(
            manifest,
            "patch",
            part=part,
            body=dict(change),
            name=manifest["metadata"]["name"],
            namespace=manifest["metadata"].get("namespace"),
            content_type="application/merge-patch+json",
        )

    def patch_json(self, manifest: Manifest, changes: Sequence[Mapping[str, Any]]) -> Manifest:
        """Change an object by a JSON patch, all of it or nothing. Raises Refused."""
        return self._ask(
            manifest,
            "patch",
            body=list(changes),
            name=manifest["metadata"]["name"],
            namespace=manifest["metadata"].get("namespace"),
            content_type="application/json-patch+json",
        )

    def post(self, manifest: Manifest, part: str, body: Manifest) -> Manifest:
        """Send something to a subresource of an object, for example to a pod's `eviction`. Raises Refused."""
        metadata = manifest["metadata"]
        name, namespace = metadata["name"], metadata.get("namespace")
        return self._ask(manifest, "create", part=part, body=body, name=name, namespace=namespace)

    def delete(self, manifest: Manifest, *, now: bool = False) -> None:
        """Delete an object, if it exists; `now` waits for no pod to end. Raises Refused."""
        metadata = manifest["metadata"]
        name, namespace = metadata["name"], metadata.get("namespace")
        try:
            self._ask(manifest, "delete", name=name, namespace=namespace, grace_period_seconds=0 if now else None)
        except Refused as refused:
            if refused.status != 404:
                raise

    def knows(self, api_version: str, kind: str) -> bool:
        """Whether the API server has a kind. Raises Refused if it does not tell."""
        try:
            self._resource(api_version, kind)
        except Refused as refused:
            if refused.status != 404:
                raise
            return False
        return True

    @property
    def version(self) -> str:
        """The version of Kubernetes, for example `v1.34.2`."""
        with self._answering():
            answer = self._client.request("get", "/version", serialize=False).data
        with self._understood():
            return json_file.parse(answer)["gitVersion"]

    def is_ready(self) -> bool:
        """Whether the API server answers, and is ready."""
        try:
            return self._client.request("get", "/readyz", serialize=False).status == 200
        except Exception:  # not yet listening, or not yet ready: whatever it is, it is not ready
            return False

    def _ask(self, about: Manifest, verb: str, *, part: str | None = None, **arguments: Any) -> Manifest:
        resource = self._resource(about["apiVersion"], about["kind"])
        target = getattr(resource, part) if part else resource
        given = {key: value for key, value in arguments.items() if value is not None}
        with self._answering():
            answer = getattr(target, verb)(serialize=False, **given).data
        with self._understood():
            return dict(json_file.parse(answer))

    def _resource(self, api_version: str, kind: str) -> Resource:
        path = f"{'apis' if '/' in api_version else 'api'}/{api_version}"
        with self._discovering:
            found = self._resources.get((api_version, kind))
            if found is None:
                try:
                    with self._answering(), self._understood():
                        # without the prefix, each group with a version v1 is asked for a kind of the core
                        found = self._client.resources.get(
                            prefix=path.partition("/")[0], api_version=api_version, kind=kind
                        )
                except ResourceNotFoundError:
                    self._expect_served(path)
                    message = f'no matches for kind "{kind}" in version "{api_version}"'
                    raise Refused(404, "NotFound", message) from None
                self._resources[api_version, kind] = found
            return found

    def _expect_served(self, path: str) -> None:
        """Raises Refused where a group does not answer, which discovery takes for one without kinds."""
        try:
            with self._answering():
                self._client.request("get", f"/{path}", serialize=False)
        except Refused as refused:
            if refused.status != 404:
                raise

    @contextmanager
    def _answering(self) -> Generator[None]:
        """Raises Refused in place of an answer that does not come, has no end or is a refusal."""
        try:
            yield
        except DynamicApiError as error:
            raise _refused(error) from None
        except (TooLarge, TimeoutError) as error:
            raise Refused(0, "NoEnd", f"{self._server} answers without end: {error}") from None
        except (HTTPError, OSError) as error:
            raise Refused(0, "NoAnswer", f"{self._server} does not answer: {why_silent(error)}") from None

    @contextmanager
    def _understood(self) -> Generator[None]:
        """Raises Refused in place of an answer that is none of an API server."""
        try:
            yield
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            raise Refused(0, "NotUnderstood", f"what answers at {self._server} is no API server") from None


def _bound(pool: Any) -> None:
    """Give each answer a time and a size."""
    ask = pool.request
    patience = Patience(2 * _SECONDS_IN_ALL)

    def request(method: str, url: str, **options: Any) -> Any:
        def answer() -> Any:
            found = ask(
                method, url, **options | {"preload_content": False, "timeout": options.get("timeout") or _SECONDS}
            )
            found._body = whole(found.stream(_CHUNK), _MOST_BYTES)
            found.release_conn()
            return found

        return patience.within(_SECONDS_IN_ALL, answer)

    pool.request = request


def _kind(api_version: str, kind: str) -> Manifest:
    return {"apiVersion": api_version, "kind": kind}


def _refused(refusal: DynamicApiError) -> Refused:
    error: Any = refusal
    status: Fields = {}
    with suppress(ValueError):
        status = mapping({"status": json_file.parse(error.body or "")}, "status")
    reason, message = text(status, "reason"), text(status, "message")
    return Refused(int(error.status), reason or str(error.reason), message or str(error.body or error.reason)[:300])


def _as_yaml(manifest: Manifest) -> bytes:
    """An object as an apply takes it: JSON without pairs of escapes, which YAML does not have."""
    return _PAIR.sub(lambda found: str(json.loads(f'"{found[0]}"')), json.dumps(manifest)).encode()
