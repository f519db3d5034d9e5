"""Authorities that have ended or end soon: of the cluster itself, and of webhooks and API services that it calls."""

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime, timedelta

from observation.certificates import ends_of
from observation.model import Observation
from observation.objects import name_of, reference
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from plan.model import Manifest
from plan.model.fields import entries, text

_SOON = timedelta(days=30)
"""An authority of a cluster lasts ten years and is renewed by hand: a month is little."""
_CLUSTER = "kube-root-ca.crt"


def authority_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each authority that has ended, and for the cluster's own when it ends soon."""
    yield from _of_cluster(observed)
    for kind in ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"):
        for configuration in observed.of(kind):
            for webhook in entries(configuration, "webhooks"):
                bundle = text(webhook, "clientConfig", "caBundle")
                yield from _ended(observed, configuration, bundle, f"webhook {text(webhook, 'name')}")
    for each in observed.of("APIService"):
        yield from _ended(observed, each, text(each, "spec", "caBundle"), f"API {name_of(each)}")


def _of_cluster(observed: Observation) -> Iterator[Finding]:
    """Every namespace has a copy of it: the first that was read stands for all."""
    copies = (each for each in observed.of("ConfigMap") if name_of(each) == _CLUSTER)
    first = next(copies, None)
    end = max(ends_of(text(first, "data", "ca.crt")), default=None) if first else None
    if first is None or end is None or end - observed.now > _SOON:
        return
    has_ended = end <= observed.now
    when = f"ended at {stamp(end)}" if has_ended else f"ends in {length(end - observed.now)}, at {stamp(end)}"
    yield Finding(
        "AUTHORITY-ENDS",
        "error" if has_ended else "warning",
        reference(first),
        f"The cluster's authority {when}: then no kubelet, controller or pod trusts the API server any more",
        "renew it by hand while it is still good: kubernetes.io/docs/tasks/tls/manual-rotation-of-ca-certificates",
        (Evidence(reference(first), f"notAfter {stamp(end)}"),),
        covers=frozenset((reference(first),)),
    )


def _ended(observed: Observation, manifest: Manifest, bundle: str, what: str) -> Iterator[Finding]:
    end = _end(bundle)
    if end is not None and end <= observed.now:
        yield Finding(
            "AUTHORITY-ENDS",
            "error",
            reference(manifest),
            f"The authority by which the API server trusts the {what} ended at {stamp(end)}: it is not called any more",
            "restart the program that writes it, or delete the Secret with its certificate so that it makes a new one",
            (Evidence(reference(manifest), f"caBundle of {what}: notAfter {stamp(end)}"),),
            covers=frozenset((reference(manifest),)),
            cause=str(reference(manifest)),
        )


def _end(bundle: str) -> datetime | None:
    """The end of the last certificate of a bundle to end; None where none can be read."""
    try:
        return max(ends_of(base64.b64decode(bundle).decode()), default=None)
    except (binascii.Error, UnicodeDecodeError):
        return None
