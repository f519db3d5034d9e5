"""Names of live objects: the API server keeps none that is more than a word for a shell, but a dump may have been
written by hand, and what answers may be no API server."""

import re
from typing import Any, cast

from observation.kinds import RESOURCE_OF
from plan.model import Manifest
from plan.model.fields import Fields, mapping

_USUAL = re.compile(r"(?!-)[A-Za-z0-9._:@+/-]{0,317}")
"""Wider than each rule of Kubernetes: a label's key has a prefix of 253 characters, a slash and 63 more."""
_RBAC = frozenset(("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"))
"""Kinds whose own name may hold any character but a slash and a percent sign."""
_HELD_WHOLE = frozenset(RESOURCE_OF) - _RBAC - {"ConfigMap", "ControllerRevision", "CustomResourceDefinition", "Event"}
"""Kinds of Kubernetes of which every field below is a name wherever it stands."""
_NAMES = frozenset(
    (
        *("apiVersion", "kind", "name", "generateName", "namespace", "uid", "key", "topologyKey", "node", "nodeName"),
        *("claimName", "volumeName", "persistentVolumeName", "storageClassName", "secretName", "serviceAccountName"),
        *("serviceName", "priorityClassName", "runtimeClassName", "ingressClassName", "containerName", "driver"),
        *("attacher", "provisioner", "effect", "nominatedNodeName", "schedulerName", "group", "version"),
    )
)
_LABELS = frozenset(("labels", "matchLabels", "nodeSelector", "selector"))
_VALUED = frozenset(("taints", "tolerations", "matchExpressions"))
"""Lists whose entries have a key, and values of the form of a label's."""
_FREE = frozenset(
    (
        *("annotations", "managedFields", "httpHeaders", "metric", "parameters", "volumeAttributes"),
        *("data", "binaryData", "stringData", "volumesAttached", "volumesInUse"),
    )
)
"""Fields below which a name may be any text."""
_VARIABLE = ("env", "name")
"""The name of a variable may hold any character but an equals sign."""


def has_usual_names(item: Manifest) -> bool:
    """Whether names and labels of an object are such as Kubernetes accepts. Of a kind of somebody else, only its kind
    and its metadata are judged."""
    kind = item.get("kind")
    metadata = mapping(item, "metadata")
    known: Fields = item if kind in _HELD_WHOLE else {"kind": kind, "apiVersion": item.get("apiVersion")}
    if kind in _RBAC:
        metadata = {key: each for key, each in metadata.items() if key != "name"}
    if kind == "Event":
        about = mapping(item, "involvedObject") or mapping(item, "regarding")
        known = {**known, "about": {**about, "name": ""} if about.get("kind") in _RBAC else about}
    return _are_usual({**known, "metadata": metadata})


def _are_usual(whole: Fields) -> bool:
    left: list[tuple[str, Any]] = [*whole.items()]
    while left:
        key, each = left.pop()
        if key in _FREE:
            continue
        if isinstance(each, dict):
            below = cast(Fields, each)
            if key in _LABELS and not all(is_usual(one) for pair in below.items() for one in pair):
                return False
            left += below.items()
        elif isinstance(each, list):
            for one in cast(list[Any], each):
                if isinstance(one, dict):
                    left += ((name, below) for name, below in cast(Fields, one).items() if (key, name) != _VARIABLE)
                    if key in _VALUED and not _is_usual_match(cast(Fields, one)):
                        return False
        elif key in _NAMES and not is_usual(each):
            return False
    return True


def _is_usual_match(stated: Fields) -> bool:
    values = stated.get("values")
    return is_usual(stated.get("value")) and all(
        map(is_usual, cast(list[Any], values) if isinstance(values, list) else ())
    )


def is_usual(each: object) -> bool:
    """Whether a name or a label may be a word of a command as it is. What is no text is judged by its type."""
    return not isinstance(each, str) or _USUAL.fullmatch(each) is not None
