"""The real kube-scheduler with an API server, and nodes and pods that are only objects: it reads nothing else.

No controller runs, so nothing happens but what a test does and what the scheduler makes of it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, NamedTuple

import urllib3
import yaml

from plan.model import Manifest
from plan.model.metadata import api_group
from rehearsal.control_plane.parts import Parts
from rehearsal.control_plane.processes import processes
from rehearsal.tools import path_of

SECONDS = 240
"""That the scheduler has for the first word on something."""
PROGRAMS = ("etcd", "kube-apiserver", "kube-scheduler")
CONTROLLED = ("ServiceAccount", "TaintNodesByCondition", "DefaultTolerationSeconds", "StorageObjectInUseProtection")
"""Admission plugins that leave something to a controller."""
PLURALS = {"StorageClass": "storageclasses", "PriorityClass": "priorityclasses"}


class Event(NamedTuple):
    """Something that happened to an object."""

    what: str
    """ADDED, MODIFIED or DELETED."""
    object: Manifest


class ApiServer:
    """A client that is as quick as can be: a test makes tens of thousands of objects."""

    def __init__(self, kubeconfig: Path) -> None:
        content = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = content["clusters"][0]["cluster"], content["users"][0]["user"]
        self._server = cluster["server"]
        self._pool = urllib3.PoolManager(ca_certs=cluster["certificate-authority"], maxsize=4)
        self._headers = {"Authorization": f"Bearer {user['token']}"}

    def create(self, manifest: Manifest) -> None:
        """Create an object."""
        self._send("POST", _path(manifest, named=False), manifest)

    def patch(self, manifest: Manifest, change: Manifest, part: str = "") -> None:
        """Change some fields of an object, or of a subresource of it."""
        path = _path(manifest) + (f"/{part}" if part else "")
        self._send("PATCH", path, change, "application/merge-patch+json")

    def delete(self, manifest: Manifest) -> None:
        """Delete an object."""
        self._send("DELETE", _path(manifest), {"gracePeriodSeconds": 0})

    def clear(self, api_version: str, kind: str, namespace: str | None = None) -> None:
        """Delete all objects of a kind."""
        metadata = {"namespace": namespace} if namespace else {}
        path = _path({"apiVersion": api_version, "kind": kind, "metadata": metadata}, named=False)
        self._send("DELETE", path, {"gracePeriodSeconds": 0})

    def watch(self, api_version: str, kind: str, events: "Queue[Event]") -> None:
        """Put what happens to objects of a kind into a queue, until the API server ends."""
        path = _path({"apiVersion": api_version, "kind": kind, "metadata": {}}, named=False)
        response = self._request("GET", f"{path}?watch=1", preload_content=False, timeout=None)

        def read() -> None:
            rest = b""
            try:
                for chunk in response.stream(1 << 16):
                    *lines, rest = (rest + chunk).split(b"\n")
                    for line in lines:
                        event = json.loads(line)
                        events.put(Event(event["type"], event["object"]))
            except urllib3.exceptions.HTTPError:
                return

        Thread(target=read, daemon=True).start()

    def _send(self, verb: str, path: str, body: Manifest, content_type: str = "application/json") -> None:
        response = self._request(verb, path, body=json.dumps(body), headers={"Content-Type": content_type})
        assert response.status < 300, f"{verb} {path}: {response.data.decode()}"

    def _request(self, verb: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Any:
        return self._pool.request(verb, self._server + path, headers={**self._headers, **(headers or {})}, **options)


def _path(manifest: Manifest, *, named: bool = True) -> str:
    metadata, kind = manifest["metadata"], manifest["kind"]
    group = api_group(manifest)
    root = f"/apis/{manifest['apiVersion']}" if group else f"/api/{manifest['apiVersion']}"
    namespace = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
    name = f"/{metadata['name']}" if named else ""
    return f"{root}{namespace}/{PLURALS.get(kind, kind.lower() + 's')}{name}"


class RealScheduler(NamedTuple):
    """A scheduler that runs, and what it makes of pods and claims as it happens."""

    server: ApiServer
    events: "Queue[Event]"

    def next_event(self, seconds: float) -> Event | None:
        """The next thing that happens, or None if nothing does in time."""
        try:
            return self.events.get(timeout=max(0.0, seconds))
        except Empty:
            return None


@contextmanager
def real_scheduler() -> Iterator[RealScheduler]:
    """An API server with a scheduler. Raises ToolMissing."""
    for program in PROGRAMS:
        path_of(program, lambda line: None)
    with processes() as running:
        parts = Parts(running, "10.96.0.0/16", lambda line: None)
        kubeconfig = parts.start_api_server(CONTROLLED)
        parts.start_scheduler(kubeconfig)
        server, events = ApiServer(kubeconfig), Queue[Event]()
        for kind in ("Pod", "PersistentVolumeClaim"):
            server.watch("v1", kind, events)
        yield RealScheduler(server, events)


def reason_in(pod: Manifest) -> str | None:
    """Why the scheduler finds no place for a pod."""
    for condition in pod.get("status", {}).get("conditions", ()):
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return condition.get("message")
    return None
