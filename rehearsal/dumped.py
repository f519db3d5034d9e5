"""A cluster that was dumped, on a control plane of this machine: its objects, written by those who wrote them there."""

import base64
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from ipaddress import IPv4Network

from observation.redaction import REDACTED
from operations.clients.kubernetes import Api, Refused
from plan.model import Manifest
from rehearsal.control_plane import ControlPlane
from rehearsal.control_plane.parts import Parts
from rehearsal.control_plane.processes import processes
from rehearsal.tools import Tell

FIRST = ("CustomResourceDefinition", "Namespace", "PriorityClass", "StorageClass", "Node", "ServiceAccount", "Secret")
"""Kinds that others need, in this order."""
LAST = ("PersistentVolume", "PersistentVolumeClaim", "Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job", "Pod")
MADE_THERE = frozenset(
    {
        "ReplicaSet",
        "ControllerRevision",
        "EndpointSlice",
        "Endpoints",
        "Event",
        "Lease",
        "VolumeAttachment",
        "CSINode",
        "IPAddress",
        "ServiceCIDR",
        "FlowSchema",
        "PriorityLevelConfiguration",
        "APIService",
    }
)
"""Kinds whose objects the controllers recreate."""
SLICE_CONTROLLER = "endpointslice.kubernetes.io/managed-by"
OF_THE_SERVER = (
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "managedFields",
    "selfLink",
    "ownerReferences",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
)
BOUND = ("pv.kubernetes.io/bind-completed", "pv.kubernetes.io/bound-by-controller")
"""Annotations that say that a claim has its volume: here it has to find it again."""
REGISTRIES = (".dockerconfigjson", ".dockercfg")
"""Keys of a Secret that the API server takes only with JSON in them."""
NO_REGISTRIES = base64.b64encode(b"{}").decode()
SECONDS = 120
"""That a kind has to be served after its definition is there."""
_EXISTS, _CONFLICT, _NO_SUCH_KIND = 409, 409, 404


@contextmanager
def dumped_cluster(
    objects: Iterable[Manifest], services: IPv4Network, tell: Tell = lambda line: None
) -> Iterator[ControlPlane]:
    """A control plane with these objects, whose nodes KWOK plays. Raises ToolMissing, PartFailed and Refused."""
    with processes() as running:
        kubeconfig = Parts(running, str(services), tell).start()
        api = Api(kubeconfig)
        load(api, objects)
        yield ControlPlane(api, kubeconfig, running.folder)


def load(api: Api, objects: Iterable[Manifest]) -> None:
    """Make objects as they were dumped, each with its owners of fields. What controllers make is left to them.

    Raises:
        Refused: the API server does not take one.
    """
    for each in sorted(filter(is_loaded, objects), key=_rank):
        _patiently(lambda each=each: _make(api, each))


def is_loaded(manifest: Manifest) -> bool:
    """Whether an object is made as it is, and not by a controller of the control plane. A slice that no controller
    marks is of somebody who leads a Service to a host outside."""
    metadata = manifest["metadata"]
    is_by_hand = manifest["kind"] == "EndpointSlice" and SLICE_CONTROLLER not in (metadata.get("labels") or {})
    return (manifest["kind"] not in MADE_THERE or is_by_hand) and not metadata.get("ownerReferences")


def _rank(manifest: Manifest) -> tuple[int, int]:
    kind = manifest["kind"]
    if kind in FIRST:
        return 0, FIRST.index(kind)
    return (2, LAST.index(kind)) if kind in LAST else (1, 0)


def _make(api: Api, dumped: Manifest) -> None:
    try:
        made = api.create(_as_created(dumped))
    except Refused as refused:
        if refused.status != _EXISTS or refused.reason != "AlreadyExists":
            raise
        return
    owners = dumped["metadata"].get("managedFields")
    if owners:
        _own(api, made, owners)


def _own(api: Api, made: Manifest, owners: list[Manifest]) -> None:
    """Write down who owned its fields. Controllers may write the object meanwhile."""
    kept = [each for each in owners if each.get("subresource") != "status"]
    api.patch_json(made, [{"op": "replace", "path": "/metadata/managedFields", "value": kept}])


def _as_created(dumped: Manifest) -> Manifest:
    manifest = deepcopy({key: value for key, value in dumped.items() if key != "status"})
    for field in OF_THE_SERVER:
        manifest["metadata"].pop(field, None)
    annotations = manifest["metadata"].get("annotations") or {}
    for name in BOUND:
        annotations.pop(name, None)
    spec = manifest.get("spec") or {}
    match manifest["kind"]:
        case "Node":
            manifest["status"] = {
                key: value for key, value in dumped["status"].items() if key in ("capacity", "allocatable", "nodeInfo")
            }
        case "Secret":
            manifest["data"] = {
                key: NO_REGISTRIES if key in REGISTRIES and value == REDACTED else _encoded(value)
                for key, value in (manifest.get("data") or {}).items()
            }
        case "Service" if spec.get("clusterIP") != "None":
            for field in ("clusterIP", "clusterIPs"):
                spec.pop(field, None)
        case "PersistentVolume" if spec.get("claimRef"):
            for field in ("uid", "resourceVersion"):
                spec["claimRef"].pop(field, None)
        case "Pod":
            spec.pop("nodeName", None)
            spec["volumes"] = [each for each in spec.get("volumes", ()) if not each["name"].startswith("kube-api-")]
            for container in spec["containers"]:
                mounts = container.get("volumeMounts", ())
                container["volumeMounts"] = [each for each in mounts if not each["name"].startswith("kube-api-")]
        case "Job":
            spec.pop("selector", None)
            spec["template"]["metadata"].pop("labels", None)
    return manifest


def _encoded(value: str) -> str:
    """A dump says `redacted` in place of what is secret, and that is no base64."""
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return base64.b64encode(value.encode()).decode()
    return value


def _patiently(make: Callable[[], None]) -> None:
    """A kind is served a moment after its definition is there, a service account a moment after its namespace."""
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            return make()
        except Refused as refused:
            waits = refused.status in (_NO_SUCH_KIND, _CONFLICT) or "serviceaccount" in refused.message
            if not waits or time.monotonic() > deadline:
                raise
            time.sleep(0.2)
