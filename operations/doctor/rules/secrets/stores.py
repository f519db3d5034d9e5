"""External Secrets: stores that may not be read, secrets that do not come, and a sealed Vault."""

import re
from collections.abc import Iterator
from datetime import timedelta

from observation.model import Observation
from observation.objects import Reference, condition, deleted, labels_of, name_of, namespace_of, reference
from observation.times import read_time
from operations.doctor.ages import ago, length, stamp
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_over, is_ready, is_young, lineage, workload
from operations.doctor.rules.containers.dependencies import behind
from plan.model import Manifest
from plan.model.fields import entries, text
from plan.wording import listed

_HOST = re.compile(r"https?://([a-z0-9-]+)(?:\.([a-z0-9-]+))?")
_INTERVAL = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_STORES = ("ClusterSecretStore", "SecretStore")
_LATE = 4
"""Intervals without a refresh after which it counts as no longer refreshed."""


def store_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each store and each secret that does not work."""
    yield from _sealed(observed)
    for kind in _STORES:
        for store in observed.of(kind):
            yield from _store(observed, store)
    for each in observed.of("ExternalSecret"):
        if deleted(each) is None:
            yield from _secret(observed, each)


def _store_of(manifest: Manifest) -> Reference:
    kind = text(manifest, "spec", "secretStoreRef", "kind") or "SecretStore"
    namespace = None if kind == "ClusterSecretStore" else namespace_of(manifest)
    return Reference(kind, namespace, text(manifest, "spec", "secretStoreRef", "name"))


def _store(observed: Observation, store: Manifest) -> Iterator[Finding]:
    ready = condition(store, "Ready")
    if ready is None or ready.status == "True" or is_young(observed, ready.since):
        return
    readers = [each for each in observed.of("ExternalSecret") if _store_of(each) == reference(store)]
    said = ready.message
    events = [each for each in observed.events_of(store) if each.type == "Warning"]
    words = " ".join((said, *(each.message for each in events)))
    refused = bool(re.search(r"403|permission denied|401|unauthorized|invalid token|forbidden", words, re.I))
    server = text(store, "spec", "provider", "vault", "server")
    url = f" ({server})" if server else ""
    yield Finding(
        "SECRET-STORE-REFUSED" if refused else "SECRET-STORE-NOT-READY",
        "error",
        reference(store),
        f"It cannot be read{ago(observed.now, ready.since)}{url}: {said}"
        + (f"; {events[-1].message}" if events and events[-1].message not in said else "")
        + f"; {len(readers)} ExternalSecrets depend on it",
        "renew the token or role with which it signs in, or its policy there"
        if refused
        else "see whether its server answers, and whether it is unsealed",
        (
            Evidence(reference(store), f"Ready is {ready.status}, {ready.reason}: {said}"),
            *(Evidence(reference(store), f"event {each.reason}: {each.message}") for each in events[-1:]),
        ),
        tuple(Evidence(reference(each), "is no longer refreshed; its Secret stays as it is") for each in readers),
        covers=frozenset((reference(store), *(reference(each) for each in readers))),
        upstream=_server(observed, store),
    )


def _server(observed: Observation, store: Manifest) -> frozenset[Reference]:
    """The Service of the cluster that a store reads, and what is behind it."""
    found = _HOST.match(text(store, "spec", "provider", "vault", "server"))
    if found is None:
        return frozenset()
    service = observed.get("Service", found[1], found[2] or namespace_of(store))
    return behind(observed, service) if service else frozenset()


def _sealed(observed: Observation) -> Iterator[Finding]:
    """Vault's own label, or its readiness probe, says that it is sealed."""
    by_top: dict[Reference, list[tuple[Manifest, str]]] = {}
    for pod in observed.of("Pod"):
        if is_over(pod) or (text(pod, "status", "phase") != "Running"):
            continue
        if labels_of(pod).get("vault-sealed") == "true":
            by_top.setdefault(workload(observed, pod), []).append((pod, "label vault-sealed=true"))
            continue
        ready = condition(pod, "Ready")
        said = [e for e in observed.events_of(pod) if re.search(r"sealed\s*:?\s+true|vault is sealed", e.message, re.I)]
        if said and ready and ready.status != "True":
            by_top.setdefault(workload(observed, pod), []).append(
                (pod, f"event {said[-1].reason}: {said[-1].message.strip()}")
            )
    for top, pods in by_top.items():
        first = pods[0][0]
        yield Finding(
            "VAULT-SEALED",
            "warning"
            if any(
                is_ready(each)
                for each in observed.in_namespace("Pod", top.namespace)
                if workload(observed, each) == top
            )
            else "error",
            top,
            f"{listed([str(reference(pod)) for pod, _ in pods])} "
            f"{'is sealed, as after every restart, and gives' if len(pods) == 1 else 'are sealed, as after every '}"
            f"{'' if len(pods) == 1 else 'restart, and give'} out no secrets",
            "; ".join(f"kubectl exec -n {top.namespace} {name_of(pod)} -- vault operator unseal" for pod, _ in pods)
            + ", each as often as its threshold says",
            tuple(Evidence(reference(pod), shows) for pod, shows in pods),
            covers=frozenset(each for pod, _ in pods for each in lineage(observed, pod)),
            upstream=frozenset((Reference("Node", None, text(first, "spec", "nodeName")),)),
        )


def _secret(observed: Observation, manifest: Manifest) -> Iterator[Finding]:
    ready, store = condition(manifest, "Ready"), _store_of(manifest)
    target = text(manifest, "spec", "target", "name") or name_of(manifest)
    secret = Reference("Secret", namespace_of(manifest), target)
    events = [each for each in observed.events_of(manifest) if each.type == "Warning"]
    refreshed = read_time(text(manifest, "status", "refreshTime"))
    if ready is not None and ready.status != "True" and not is_young(observed, ready.since):
        said = events[-1].message if events else ready.message
        keys = [text(each, "remoteRef", "key") for each in entries(manifest, "spec", "data")]
        keys += [text(each, "extract", "key") for each in entries(manifest, "spec", "dataFrom")]
        there = observed.get("Secret", target, secret.namespace) is not None
        state = "stays as it was" if there else "does not exist"
        yield Finding(
            "EXTERNAL-SECRET-FAILS",
            "error",
            reference(manifest),
            f"It does not get {listed(list(dict.fromkeys(keys)))} from {store}{ago(observed.now, ready.since)}: "
            f"{said}; {secret} {state}",
            f"create what it reads in {store}, or correct key and property in {reference(manifest)}"
            if _exists(observed, store)
            else f"{store} does not exist: write the name of one that does in secretStoreRef of {reference(manifest)}"
            f"{_stores_there(observed, store)}",
            (
                Evidence(reference(manifest), f"Ready is {ready.status}, {ready.reason}: {ready.message}"),
                *(Evidence(reference(manifest), f"event {each.reason}: {each.message}") for each in events[-1:]),
                Evidence(secret, state),
            ),
            covers=frozenset((reference(manifest), secret)),
            upstream=frozenset((store, *_operator(observed))),
        )
        return
    interval = _seconds(text(manifest, "spec", "refreshInterval"))
    if refreshed is not None and interval and observed.now - refreshed > max(_LATE * interval, timedelta(hours=1)):
        yield Finding(
            "EXTERNAL-SECRETS-STALE",
            "warning",
            Reference("ExternalSecret", None, "all"),
            f"{reference(manifest)} and others were last refreshed {length(observed.now - refreshed)} ago, at "
            f"{stamp(refreshed)}, though every {text(manifest, 'spec', 'refreshInterval')} is asked for: "
            "the External Secrets controller does nothing",
            "see whether the Deployment of External Secrets runs, and what it says",
            (Evidence(reference(manifest), f"refreshTime {stamp(refreshed)}"),),
            covers=frozenset((reference(manifest),)),
            upstream=frozenset((store, *_operator(observed))),
        )


def _exists(observed: Observation, store: Reference) -> bool:
    return not observed.knows(store.kind) or observed.get(store.kind, store.name, store.namespace) is not None


def _stores_there(observed: Observation, store: Reference) -> str:
    names = [name_of(each) for each in observed.of(store.kind) if namespace_of(each) == store.namespace]
    return f": {listed(names)}" if names else ""


def _operator(observed: Observation) -> Iterator[Reference]:
    for each in observed.of("Deployment"):
        if name_of(each) == "external-secrets":
            yield reference(each)
            yield from (reference(pod) for pod in observed.pods_of(each))


def _seconds(interval: str) -> timedelta:
    found = _INTERVAL.fullmatch(interval)
    if found is None or not interval:
        return timedelta()
    hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
