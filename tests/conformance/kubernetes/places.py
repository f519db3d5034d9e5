"""Namespaces with limits and quotas of their own, and pods to try them with."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import Any

from plan.kubernetes.admission import Admission, admit
from plan.model import Manifest, Namespace
from plan.model.metadata import manifest
from plan.model.resources import read_amount
from rehearsal.control_plane import Api, Refused
from tests.conformance.kubernetes.generated import RUNTIME_CLASSES
from tests.conformance.kubernetes.secured import restricted
from tests.conformance.waiting import eventually
from tests.plan.labs import lab_of

LAB = lab_of("prod")
_NUMBERS = count(1)
"""Of places: the name of one that has gone stays taken for some seconds."""


@contextmanager
def place(api: Api, *contents: Manifest, labels: Mapping[str, str] | None = None) -> Iterator[Namespace]:
    """A namespace with some contents, for a while; their quotas are known to the API server."""
    name = f"place-{next(_NUMBERS)}"
    made = manifest("v1", "Namespace", name, labels=labels or {})
    api.apply(made)
    try:
        assert eventually(lambda: api.get("v1", "ServiceAccount", "default", name))
        for each in contents:
            api.apply(inside(each, name))
        assert not contents or eventually(lambda: knows_quotas(api, name))
        yield Namespace(name, "", (), made, None, None, False)
    finally:
        for each in api.list("v1", "Pod", name):
            api.delete(each, now=True)
        api.delete(made)


def knows_quotas(api: Api, name: str) -> bool:
    """Whether the quotas of a namespace are computed, and the API server has taken note: it learns of them one after
    the other, of this one last."""
    if not all("hard" in each["status"] for each in api.list("v1", "ResourceQuota", name)):
        return False
    api.apply(inside(quota({"configmaps": "0"}, "the-last"), name))
    try:
        api.create(inside(manifest("v1", "ConfigMap", "one-more"), name), dry_run=True)
    except Refused as refused:
        return "exceeded quota: the-last" in refused.message
    return False


def inside(content: Manifest, name: str) -> Manifest:
    """An object in a namespace."""
    return {**content, "metadata": {**content["metadata"], "namespace": name}}


def limit_range(*items: Manifest) -> Manifest:
    """A LimitRange; an item is one for containers, unless it says otherwise."""
    return manifest("v1", "LimitRange", "limits", spec={"limits": [{"type": "Container", **item} for item in items]})


def quota(hard: Manifest, name: str = "quota", **scopes: Any) -> Manifest:
    """A ResourceQuota."""
    return manifest("v1", "ResourceQuota", name, spec={"hard": hard, **scopes})


def pod(*containers: Manifest, name: str = "pod", **spec: Any) -> Manifest:
    """A pod whose containers state these resources."""
    stated = [
        {"name": f"c{number}", "image": "stand-in", "resources": resources}
        for number, resources in enumerate(containers, start=1)
    ]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": restricted({"containers": stated, **spec}),
    }


def waiting(made: Manifest) -> Manifest:
    """A pod that no scheduler looks at: it counts, and never runs."""
    return {**made, "spec": {**made["spec"], "schedulingGates": [{"name": "homelab/never"}]}}


def planned(api: Api, where: Namespace, made: Manifest, limits: Iterable[Manifest] = ()) -> Admission:
    """The planner's verdict on a pod, with the API server's figures for the use of the namespace's quotas."""
    quotas = {
        each["metadata"]["name"]: (
            each,
            {resource: _amount(resource, text) for resource, text in each["status"]["used"].items()},
        )
        for each in api.list("v1", "ResourceQuota", where.name)
    }
    return admit(LAB, where, made, limit_ranges=limits, quotas=quotas, runtime_classes=RUNTIME_CLASSES)


def _amount(resource: str, text: str) -> int:
    return read_amount(resource.removeprefix("requests.").removeprefix("limits."), text)
