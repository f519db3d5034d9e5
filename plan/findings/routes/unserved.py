"""Services in files that no pod answers for, and Ingresses and Services that lead to a port which is not there."""

from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.objects import StatedObject
from plan.cluster.membership import founder
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.wording import listed
from plan.workloads.endpoints import PodTemplate, open_namespaces, pod_templates

SELECTS_NOBODY = Rule(
    "SELECTS-NOBODY",
    "warning",
    title="No pod answers for a Service",
    meaning=(
        "A Service leads to the pods that have all labels of its selector. Where none has, it has no endpoints: "
        "connections are refused, and a route to it answers with 503. It is said only of namespaces whose pods are all "
        "known: without charts and operators."
    ),
    remedy="Write the labels that the pods have.",
)
LEADS_TO_NO_PORT = Rule(
    "LEADS-TO-NO-PORT",
    "error",
    title="An Ingress or a Service leads to a port that is not there",
    meaning=(
        "An Ingress names a port of the Service, not of the pods. Of one that is not there the controller makes "
        "no route, and answers with 404 or 503. A Service that names a port of its pods leads to those of which a "
        "container has a port of that name, and to nobody where none has."
    ),
    remedy="Write a port of the Service, by its number or its name; in a Service a name or a number of its pods.",
)


def unserved_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """All findings about Services and Ingresses in files, of a lab that makes its cluster."""
    stated = (*lab.objects_by_kind.get("Service", ()), *lab.objects_by_kind.get("Ingress", ()))
    if not stated or founder(lab) is None:
        return
    planned = {each.name: each for each in services}
    pods = tuple(pod_templates(planned.values()))
    known = {
        (service.namespace_of(each), each["metadata"]["name"]): each
        for service in planned.values()
        for each in service.objects
        if each["kind"] == "Service"
    }
    unknown = open_namespaces(planned.values())
    for each in stated:
        service = planned.get(str(each.path[1]))
        namespace = each.namespace or (service.namespace if service else "")
        if each.kind == "Service":
            if namespace not in unknown:
                yield from _selects(each, [pod for pod in pods if pod.namespace == namespace])
        else:
            yield from _leads(each, {name: found for (place, name), found in known.items() if place == namespace})


def _selects(service: StatedObject, pods: list[PodTemplate]) -> Iterator[Finding]:
    selector = mapping(service.content, "spec", "selector")
    behind = [pod for pod in pods if selector.items() <= dict(pod.labels).items()]
    if not selector or behind:
        yield from _leads_to_pods(service, behind)
        return
    labels = ", ".join(f"{key}: {label}" for key, label in selector.items())
    yield SELECTS_NOBODY.finding(
        service.path,
        f"the Service {service.name} selects pods with {labels}, and no pod of its namespace has them"
        + (f"; there are {listed([pod.workload for pod in pods])}" if pods else ""),
        "write the labels of the pods that are to answer",
        facts={"selector": tuple(f"{key}={label}" for key, label in selector.items())},
    )


def _leads_to_pods(service: StatedObject, pods: list[PodTemplate]) -> Iterator[Finding]:
    """Ports of a Service by a name that none of its pods has."""
    for port in entries(service.content, "spec", "ports"):
        target = value(port, "targetPort")
        if pods and isinstance(target, str) and not any(target in pod.ports for pod in pods):
            has = list(dict.fromkeys(name for pod in pods for name in pod.ports))
            yield LEADS_TO_NO_PORT.finding(
                service.path,
                f"the Service {service.name} leads to port {target} of {listed([pod.workload for pod in pods])}, "
                + (f"which has {listed(has)}" if has else "whose ports have no names"),
                f"write {has[0] if has else 'the number of the port'} in place of {target}",
                about=f"{service.name} {target}",
                facts={"port": target, "ports": tuple(has)},
            )


def _leads(ingress: StatedObject, services: dict[str, Manifest]) -> Iterator[Finding]:
    for rule in entries(ingress.content, "spec", "rules"):
        for path in entries(rule, "http", "paths"):
            backend = mapping(path, "backend", "service")
            service = services.get(text(backend, "name"))
            wanted = _port(backend)
            if service is None or not wanted:
                continue
            ports = entries(service, "spec", "ports")
            has = [text(each, "port") for each in ports] + [text(each, "name") for each in ports if text(each, "name")]
            if wanted not in has:
                yield LEADS_TO_NO_PORT.finding(
                    ingress.path,
                    f"the Ingress {ingress.name} leads to port {wanted} of {text(backend, 'name')}, which has "
                    f"{listed(has)}",
                    f"write {has[0] if has else 'a port that it has'} in place of {wanted}",
                    about=f"{text(backend, 'name')} {wanted}",
                    facts={"port": wanted, "ports": tuple(has)},
                )


def _port(backend: Fields) -> str:
    stated = value(backend, "port", "number") or value(backend, "port", "name")
    return "" if stated is None else str(stated)
