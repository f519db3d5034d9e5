"""Webhooks and API services that the API server must ask, and cannot."""

import re
from collections.abc import Iterator

from observation.model import Observation
from observation.objects import Reference, condition, reference
from operations.doctor.ages import ago
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_young
from operations.doctor.rules.containers.dependencies import behind, has_endpoints
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, text, values

_CONFIGURATIONS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")
_SERVICE_URL = re.compile(r"https?://([a-z0-9-]+)\.([a-z0-9-]+)\.svc")
_WEBHOOK = re.compile(r'webhook "([^"]+)"')


def webhook_findings(observed: Observation) -> Iterator[Finding]:
    """Webhooks that refuse everything because they do not answer."""
    for kind in _CONFIGURATIONS:
        for configuration in observed.of(kind):
            for webhook in entries(configuration, "webhooks"):
                yield from _webhook(observed, configuration, webhook)


def api_service_findings(observed: Observation) -> Iterator[Finding]:
    """API groups that another server serves, and that are not available."""
    for each in observed.of("APIService"):
        state = condition(each, "Available")
        if state is None or state.status == "True" or is_young(observed, state.since):
            continue
        service = Reference(
            "Service", text(each, "spec", "service", "namespace") or None, text(each, "spec", "service", "name")
        )
        manifest = observed.get(*_place(service))
        yield Finding(
            "API-SERVICE-UNAVAILABLE",
            "error",
            reference(each),
            f"The API {each['metadata']['name']} is not available{ago(observed.now, state.since)}: {state.message}",
            f"see what is wrong with {service}: kubectl get pods -n {service.namespace}",
            (Evidence(reference(each), f"Available is {state.status}, {state.reason}: {state.message}"),),
            covers=frozenset((reference(each),)),
            upstream=(behind(observed, manifest) if manifest else frozenset())
            | {service, *_named_like(observed, service)},
        )


def _named_like(observed: Observation, service: Reference) -> Iterator[Reference]:
    """The Deployment of a Service's name, where the Service itself is not known."""
    deployment = observed.get("Deployment", service.name, service.namespace)
    for each in (deployment, *observed.pods_of(deployment)) if deployment else ():
        yield reference(each)


def _place(service: Reference) -> tuple[str, str, str | None]:
    return service.kind, service.name, service.namespace


def _webhook(observed: Observation, configuration: Manifest, webhook: Fields) -> Iterator[Finding]:
    stated = mapping(webhook, "clientConfig", "service")
    closed = text(webhook, "failurePolicy") != "Ignore"
    if not stated or not closed:
        return
    service = Reference("Service", text(stated, "namespace"), text(stated, "name"))
    manifest = observed.get(*_place(service))
    if manifest is None:
        if not observed.knows("Service"):
            return
        state = "does not exist"
    elif has_endpoints(observed, manifest) is False:
        state = "has no ready endpoint"
    else:
        return
    name = text(webhook, "name")
    yield Finding(
        "WEBHOOK-WITHOUT-PODS",
        "error",
        reference(configuration),
        f"Webhook {name} must be asked (failurePolicy Fail), and its {service} {state}: the objects that it "
        f"checks cannot be created or changed: {_watched(webhook)}",
        f"bring {service} back, or delete {reference(configuration)} if its program is gone for good",
        (Evidence(reference(configuration), f"webhook {name}, failurePolicy Fail"), Evidence(service, state)),
        covers=frozenset((reference(configuration), service)),
        upstream=(behind(observed, manifest) if manifest else frozenset()) - {service},
    )


def _watched(webhook: Fields) -> str:
    resources = [str(each) for rule in entries(webhook, "rules") for each in values(rule, "resources")]
    return ", ".join(dict.fromkeys(resources)) or "everything"


def webhook_covers(observed: Observation, said: str) -> frozenset[Reference]:
    """The objects on which a refusal by a webhook depends: its configuration, its Service and what is behind that."""
    found: set[Reference] = set()
    for service, namespace in _SERVICE_URL.findall(said):
        found.add(Reference("Service", namespace, service))
        manifest = observed.get("Service", service, namespace)
        found |= behind(observed, manifest) if manifest else frozenset()
    names = set(_WEBHOOK.findall(said))
    for kind in _CONFIGURATIONS:
        for configuration in observed.of(kind):
            if names & {text(each, "name") for each in entries(configuration, "webhooks")}:
                found.add(reference(configuration))
    return frozenset(found) if "failed calling webhook" in said else frozenset()
