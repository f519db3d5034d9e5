"""Reasons for which pods never become ready, each brought about in a lab that runs, and the words about it."""

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, NamedTuple

from plan.model import Manifest
from rehearsal.control_plane import Api
from tests.conformance.pulumi.live import Live
from tests.conformance.waiting import eventually
from tests.recordings.changes import FEEDS, NOTES, PASSWORDS

FEEDS_KEPT = ("v1", "PersistentVolumeClaim", "freshrss-data", "hobby-freshrss")
NO_PODS_OF_CHARTS: Manifest = {
    "apiVersion": "policies.kyverno.io/v1",
    "kind": "ValidatingPolicy",
    "metadata": {"name": "no-pods-today"},
    "spec": {
        "validationActions": ["Deny"],
        "autogen": {"podControllers": {"controllers": []}},
        "matchConstraints": {
            "resourceRules": [
                {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
            ]
        },
        "validations": [
            {
                "expression": "!('chart' in object.metadata.labels) && "
                "object.metadata.labels['app.kubernetes.io/name'] != 'notes'",
                "message": "no pods today",
            }
        ],
    },
}
"""Refuses pods of a chart and of a service. Their controllers are made, and nobody is told."""
NO_PODS_AT_ALL: Manifest = {
    "apiVersion": "v1",
    "kind": "ResourceQuota",
    "metadata": {"name": "nothing-more", "namespace": "home-vaultwarden"},
    "spec": {"hard": {"pods": "0"}},
}
EDITS = (
    (PASSWORDS, "server:1.34.3", "server:1.34.4"),
    (FEEDS, "freshrss:1.27.0", "freshrss:1.27.1"),
    ("services/traefik.yaml", "service: {enabled: false}", "service: {enabled: false}\n  pods: true"),
)
"""Each makes new pods, which then have no place, no claim or no leave."""
ADDED = {
    "notes": NOTES,
    "pictures": NOTES.replace("description: Notes", "description: Pictures").replace(
        "registry.example/notes:1.0.0", "registry.invalid/nothing:1.0.0"
    ),
}
"""Services that are new."""


class Fault(NamedTuple):
    """A reason that the cluster gives."""

    waited: str
    """The object of the program that is waited for."""
    said: str
    """A pattern."""


FAULTS = (
    Fault("Deployment/home-vaultwarden/vaultwarden", r"FailedCreate: .*exceeded quota: nothing-more.*\(ReplicaSet/"),
    Fault("Deployment/hobby-notes/notes", r"FailedCreate: .*denied the request: .*no pods today.*\(ReplicaSet/"),
    Fault("Deployment/hobby-freshrss/freshrss", r'FailedScheduling: .*persistentvolumeclaim "freshrss-data".*\(Pod/'),
    Fault("Deployment/hobby-pictures/pictures", r"ImagePullBackOff: Back-off pulling image .*\(Pod/"),
    Fault(
        "Release/platform-traefik/traefik",
        r"FailedCreate: .*denied the request: Policy (no-pods-today|requests-required) failed.*\(ReplicaSet/",
    ),
)
"""Two policies refuse the pod of the chart. The API server tells the one that answers first."""


def is_told(fault: Fault, output: str) -> bool:
    """Whether a run says it, as it says what it waits for and why."""
    return bool(re.search(rf"(?:waiting for|rolling out) {fault.waited} for \d+ s: {fault.said}", output))


@contextmanager
def faults(small: Live) -> Generator[None]:
    """All of them at once, in the lab and in the cluster; gone afterwards. New services stay declared nowhere."""
    claim = _kept(small.api)
    with small.edited(*EDITS):
        for name, text in ADDED.items():
            (small.lab / "services" / f"{name}.yaml").write_text(text, encoding="utf-8")
        small.api.apply(NO_PODS_OF_CHARTS)
        small.api.apply(NO_PODS_AT_ALL)
        small.api.delete(claim)
        assert eventually(lambda: _is_followed(small.api))
        try:
            yield
            assert eventually(lambda: small.api.get(*FEEDS_KEPT) is None)
        finally:
            small.api.delete(NO_PODS_OF_CHARTS)
            small.api.delete(NO_PODS_AT_ALL)
            small.api.apply(claim)


def _kept(api: Api) -> Manifest:
    """The claim as it was stated."""
    found: dict[str, Any] = api.get(*FEEDS_KEPT) or {}
    metadata = {key: found["metadata"].get(key) or {} for key in ("labels", "annotations")}
    stated = {key: each for key, each in metadata["annotations"].items() if key.startswith("pulumi.com/")}
    spec = {key: each for key, each in found["spec"].items() if key != "volumeName"}
    names = {"name": FEEDS_KEPT[2], "namespace": FEEDS_KEPT[3], "labels": metadata["labels"], "annotations": stated}
    return json.loads(json.dumps({"apiVersion": "v1", "kind": FEEDS_KEPT[1], "metadata": names, "spec": spec}))


def _is_followed(api: Api) -> bool:
    policy: dict[str, Any] = api.get("policies.kyverno.io/v1", "ValidatingPolicy", "no-pods-today") or {}
    return bool(policy.get("status", {}).get("conditionStatus", {}).get("ready"))
