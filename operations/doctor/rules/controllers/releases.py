"""Helm releases that were interrupted or failed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from observation.model import Observation
from observation.objects import annotations_of, created, labels_of, namespace_of, reference
from operations.doctor.ages import length, stamp
from operations.doctor.finding import Evidence, Finding
from plan.model import Manifest
from plan.model.fields import text

_LONGEST = timedelta(minutes=15)
"""How long Helm may be at work."""


def release_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each release whose last revision was not carried through."""
    releases: dict[tuple[str | None, str], list[Manifest]] = {}
    for secret in observed.of("Secret"):
        if text(secret, "type") == "helm.sh/release.v1" and labels_of(secret).get("owner") == "helm":
            releases.setdefault((namespace_of(secret), str(labels_of(secret).get("name"))), []).append(secret)
    for (namespace, name), revisions in releases.items():
        revisions.sort(key=_version)
        newest = revisions[-1]
        status = str(labels_of(newest).get("status", ""))
        since = _modified(newest)
        if status.startswith("pending-") or status == "uninstalling":
            if since is None or observed.now - since > _LONGEST:
                yield _interrupted(observed, namespace, name, revisions, status, since)
        elif status == "failed":
            yield _failed(observed, namespace, name, revisions, since)


def _version(secret: Manifest) -> int:
    stated = str(labels_of(secret).get("version", "0"))
    return int(stated) if stated.isascii() and stated.isdigit() else 0


def _modified(secret: Manifest) -> datetime | None:
    stated = str(labels_of(secret).get("modifiedAt", ""))
    try:
        return datetime.fromtimestamp(int(stated), UTC)
    except (ValueError, OverflowError, OSError):
        return created(secret)


def _good(revisions: list[Manifest]) -> int | None:
    good = [_version(each) for each in revisions if labels_of(each).get("status") in ("deployed", "superseded")]
    return max(good, default=None)


def _interrupted(
    observed: Observation,
    namespace: str | None,
    name: str,
    revisions: list[Manifest],
    status: str,
    since: datetime | None,
) -> Finding:
    newest, good = revisions[-1], _good(revisions)
    age = f" since {stamp(since)} ({length(observed.now - since)})" if since else ""
    back = (
        f"helm rollback {name} {good} -n {namespace}"
        if good
        else f"helm uninstall {name} -n {namespace}, and install it again"
    )
    return Finding(
        "RELEASE-INTERRUPTED",
        "error",
        reference(newest),
        f"Release {name} in {namespace} is {status} at revision {_version(newest)}{age}: Helm was interrupted, "
        "and refuses every further upgrade (another operation is in progress)",
        back,
        tuple(
            Evidence(reference(each), f"revision {_version(each)}, status {labels_of(each).get('status')}")
            for each in revisions[-3:]
        ),
        covers=frozenset((reference(newest),)),
    )


def _failed(
    observed: Observation, namespace: str | None, name: str, revisions: list[Manifest], since: datetime | None
) -> Finding:
    newest, good = revisions[-1], _good(revisions)
    runs = f"; objects may be of it and of revision {good}" if good else "; no revision of it was ever deployed"
    age = f" ({length(observed.now - since)} ago)" if since else ""
    return Finding(
        "RELEASE-FAILED",
        "warning",
        reference(newest),
        f"The last upgrade of release {name} in {namespace}, revision {_version(newest)}, failed{age}{runs}",
        f"helm history {name} -n {namespace} says why; then upgrade again"
        + (f", or helm rollback {name} {good} -n {namespace}" if good else ""),
        tuple(
            Evidence(reference(each), f"revision {_version(each)}, status {labels_of(each).get('status')}")
            for each in revisions[-3:]
        ),
        covers=frozenset((reference(newest),)),
        upstream=frozenset(
            reference(each)
            for kind in ("Deployment", "StatefulSet", "DaemonSet")
            for each in observed.of(kind)
            if annotations_of(each).get("meta.helm.sh/release-name") == name
        ),
    )
