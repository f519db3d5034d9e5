"""Services behind which nothing answers, and load balancers without an address."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from observation.model import Observation
from observation.objects import Reference, annotations_of, deleted, labels_of, name_of, namespace_of, reference
from operations.doctor.finding import Evidence, Finding
from operations.doctor.pods import is_ready, workload
from operations.doctor.rules.containers.dependencies import behind, has_endpoints, selected_pods, templates_for
from operations.doctor.rules.containers.starting import is_starting
from operations.doctor.rules.network.routes import routes_to
from plan.model import Manifest
from plan.model.fields import Fields, entries, mapping, number, text, value
from plan.wording import listed

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def service_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each Service without a ready pod."""
    for service in observed.of("Service", ""):
        if deleted(service) or text(service, "spec", "type") == "ExternalName":
            continue
        if mapping(service, "spec", "selector") and observed.knows("Pod"):
            yield from _reached(observed, service)


def headless_findings(observed: Observation) -> Iterator[Finding]:
    """A finding for each StatefulSet whose pods have no names, because the Service for these does not exist."""
    for one in observed.of("StatefulSet") if observed.knows("Service") else ():
        name = text(one, "spec", "serviceName")
        if not name or deleted(one) or observed.get("Service", name, namespace_of(one)):
            continue
        wanted = Reference("Service", namespace_of(one), name)
        yield Finding(
            "POD-NAMES-MISSING",
            "warning",
            reference(one),
            f"Its serviceName is {name}, and there is no {wanted}: {name_of(one)}-0.{name} is not resolved",
            f"create {wanted} with clusterIP: None and the selector of {reference(one)}",
            (Evidence(reference(one), f"spec.serviceName is {name}"), Evidence(wanted, "does not exist")),
            covers=frozenset((wanted,)),
        )


def _reached(observed: Observation, service: Manifest) -> Iterator[Finding]:
    pods = selected_pods(observed, service)
    if not pods:
        yield from _without_pods(observed, service)
        return
    if any(is_ready(pod) for pod in pods):
        if (wrong := _wrong_port(observed, service, [pod for pod in pods if is_ready(pod)])) is not None:
            yield wrong
        return
    if has_endpoints(observed, service) or any(is_starting(observed, pod) for pod in pods):
        return
    yield Finding(
        "SERVICE-UNREADY",
        "error",
        reference(service),
        "The pod behind it is not ready" if len(pods) == 1 else f"None of the {len(pods)} pods behind it is ready",
        f"see what is wrong with {listed([str(each) for each in dict.fromkeys(workload(observed, p) for p in pods)])}",
        tuple(Evidence(reference(pod), "is not ready") for pod in pods[:4]),
        _who_asks(observed, service),
        covers=frozenset((reference(service),)),
        upstream=behind(observed, service) - {reference(service)},
        symptom=True,
    )


def _who_asks(observed: Observation, service: Manifest) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(route, f"has no answer for {hosts}" if hosts else "has no answer")
        for route, hosts in routes_to(observed, reference(service))
    )


def _without_pods(observed: Observation, service: Manifest) -> Iterator[Finding]:
    """The selector means no pod: the workload is off, or labels and selector differ."""
    meant = templates_for(observed, service)
    if meant:
        if all(value(each, "spec", "replicas") == 0 for each in meant):
            return  # switched off, and the Service with it
        yield Finding(
            "SERVICE-UNREADY",
            "error",
            reference(service),
            f"There is no pod behind it: {listed([str(reference(each)) for each in meant])} has none",
            f"see what is wrong with {reference(meant[0])}",
            (Evidence(reference(meant[0]), "is what its selector means"),),
            _who_asks(observed, service),
            covers=frozenset((reference(service),)),
            upstream=frozenset(reference(x) for each in meant for x in (each, *observed.controlled(each))),
            symptom=True,
        )
        return
    routes = _who_asks(observed, service)
    near = _nearest(observed, service)
    if near is None and not routes:
        yield _orphan(service)
        return
    yield _mismatch(observed, service, near, routes)


def _orphan(service: Manifest) -> Finding:
    selector = _shown(mapping(service, "spec", "selector"))
    return Finding(
        "SERVICE-SELECTS-NOTHING",
        "info",
        reference(service),
        f"No pod and no workload of its namespace has the labels of its selector ({selector})",
        f"delete it, if what it was for is gone: kubectl delete service {name_of(service)} -n {namespace_of(service)}",
        (Evidence(reference(service), f"selector {selector}"),),
    )


def _nearest(observed: Observation, service: Manifest) -> Manifest | None:
    """The workload whose labels are nearest to the selector: those that it was written for."""
    selector = {key: str(each) for key, each in mapping(service, "spec", "selector").items()}
    best: tuple[float, Manifest] | None = None
    for kind in ("Deployment", "StatefulSet", "DaemonSet", "Pod"):
        for each in observed.in_namespace(kind, namespace_of(service)):
            if kind == "Pod" and observed.controller(each) is not None:
                continue
            labels = _labels(each)
            agreed = sum(labels.get(key) == wanted for key, wanted in selector.items())
            alike = SequenceMatcher(None, _shown(selector), _shown({k: labels.get(k, "") for k in selector})).ratio()
            named = name_of(each) == name_of(service)
            score = agreed + alike + named
            if (agreed or alike > 0.6 or named) and (best is None or score > best[0]):
                best = score, each
    return best[1] if best else None


def _labels(manifest: Manifest) -> dict[str, str]:
    labels = (
        labels_of(manifest)
        if manifest["kind"] == "Pod"
        else mapping(manifest, "spec", "template", "metadata", "labels")
    )
    return {key: str(each) for key, each in labels.items()}


def _shown(labels: Fields) -> str:
    return ", ".join(f"{key}={each}" for key, each in labels.items())


def _mismatch(observed: Observation, service: Manifest, near: Manifest | None, routes: Sequence[Evidence]) -> Finding:
    selector = {key: str(each) for key, each in mapping(service, "spec", "selector").items()}
    evidence = [Evidence(reference(service), f"selector {_shown(selector)}; it has no endpoints")]
    applied = str(annotations_of(service).get(_APPLIED, ""))
    wrong = selector
    note, fix = "", "correct its selector"
    if near is not None:
        labels = _labels(near)
        wrong = {key: wanted for key, wanted in selector.items() if labels.get(key) != wanted}
        real = {key: labels[key] for key in wrong if key in labels}
        shown = _shown(real) if real else _shown(labels) or "no labels"
        note = f"; the pods of {reference(near)} have {shown}"
        evidence.append(Evidence(reference(near), f"its pods are labelled {_shown(labels)}"))
        fix = f"write {shown if real else 'the labels of its pods'} in its selector"
        if any(each in applied for each in real.values()) and not any(f'"{w}"' in applied for w in wrong.values()):
            evidence.append(
                Evidence(reference(service), "the file that was applied last says otherwise: it was edited")
            )
            fix += "; applying its file again does that"
    return Finding(
        "SERVICE-SELECTOR-MATCHES-NOTHING",
        "error",
        reference(service),
        f"It asks for pods with {_shown(wrong)}, and no pod has that{note}",
        fix,
        tuple(evidence),
        tuple(routes),
        covers=frozenset((reference(service),)),
    )


def _wrong_port(observed: Observation, service: Manifest, pods: list[Manifest]) -> Finding | None:
    """A target port that none of the pods behind it has."""
    containers = entries(pods[0], "spec", "containers")
    ports = [port for each in containers for port in entries(each, "ports")]
    ports += [p for each in entries(pods[0], "spec", "initContainers") for p in entries(each, "ports")]
    names = {text(each, "name") for each in ports}
    numbers = {number(each, "containerPort") for each in ports}
    for port in entries(service, "spec", "ports"):
        target = value(port, "targetPort")
        target = number(port, "port") if target is None else target
        if isinstance(target, str) and target not in names:
            return _port_finding(observed, service, pods[0], port, f"named {target}", numbers | names, certain=True)
        if (
            isinstance(target, int)
            and ports
            and target not in numbers
            and _only_way(observed, service, pods[0], numbers)
        ):
            return _port_finding(observed, service, pods[0], port, str(target), numbers, certain=False)
    return None


def _only_way(observed: Observation, service: Manifest, pod: Manifest, numbers: set[int]) -> bool:
    """Whether no Service leads to any port that the pod states: then this one was meant to."""
    for other in observed.in_namespace("Service", namespace_of(service)):
        selector = mapping(other, "spec", "selector")
        if not selector or any(labels_of(pod).get(key) != each for key, each in selector.items()):
            continue
        for port in entries(other, "spec", "ports"):
            target = value(port, "targetPort")
            if (not isinstance(target, int) and target is not None) or (target or number(port, "port")) in numbers:
                return False
    return True


def _port_finding(
    observed: Observation,
    service: Manifest,
    pod: Manifest,
    port: Fields,
    target: str,
    has: set[int] | set[int | str],
    *,
    certain: bool,
) -> Finding:
    top = workload(observed, pod)
    shown = ", ".join(str(each) for each in sorted(has, key=str) if each) or "none"
    return Finding(
        "SERVICE-PORT-WRONG",
        "error" if certain else "warning",
        reference(service),
        f"Its port {number(port, 'port')} leads to port {target} of the pods of {top}, whose ports are {shown}",
        f"write targetPort {shown} in {reference(service)}",
        (
            Evidence(reference(service), f"port {number(port, 'port')}, targetPort {text(port, 'targetPort')}"),
            Evidence(reference(pod), f"containerPort {shown}"),
        ),
        _who_asks(observed, service),
        covers=frozenset((reference(service),)),
        upstream=frozenset((top,)),
    )
