"""Names and addresses in settings of services that lead to nothing in the lab."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import AddressValueError, IPv4Address
from typing import NamedTuple

from config.lab import Lab
from plan.cluster.membership import founder
from plan.findings.settings import Written, settings_of
from plan.model import Namespace
from plan.model import Service as PlannedService
from plan.model.cluster import KUBERNETES_NAMESPACES
from plan.model.fields import entries, text
from plan.model.findings import Finding, Rule
from plan.wording import listed

NAME_OF_NOBODY = Rule(
    "NAME-OF-NOBODY",
    ("warning", "info"),
    title="A setting names a service that is not there",
    meaning=(
        "A name like database.core-database.svc consists of a Service and its namespace. After one of them was renamed "
        "or moved, or with another port, nobody answers there: what uses it fails at the first connection, often long "
        "after the `up`. Of a namespace with a chart only the namespace is checked. In a cluster that is adopted, it "
        "may be there outside of the lab: then it is an info."
    ),
    remedy="Write the name and port that the message suggests, or waits_for, by which the program knows of it.",
)

ADDRESS_OF_NOBODY = Rule(
    "ADDRESS-OF-NOBODY",
    "warning",
    title="A setting names an address of the load balancer that no service has",
    meaning=(
        "The address is in load_balancer_pool, and no service of the lab has it: after a service has moved to another "
        "address, what still goes to the old one reaches nobody."
    ),
    remedy="Write the address that the service has now, or better its name.",
)

_NAME = re.compile(
    r"(?<![\w.-])(?:[a-z0-9-]+\.)*?(?P<service>[a-z0-9-]+)\.(?P<namespace>[a-z0-9-]+)\.svc(?:\.[a-z0-9-]+)*"
    r"(?::(?P<port>\d+))?(?![\w-])"
)
_ADDRESS = re.compile(r"(?<![\w.])(\d{1,3}(?:\.\d{1,3}){3})(?![\w.]*\.\d)(?!/)")
_OWN_ADDRESS = re.compile(r"loadbalancer|externalip|lb-?ip|metallb|addresses|publicip", re.IGNORECASE)
"""Keys of values under which a chart gives its own Service an address."""


class _Known(NamedTuple):
    """Services that the program writes, by namespace: their ports, none for one that takes any."""

    ports: Mapping[str, Mapping[str, frozenset[int]]]
    open: frozenset[str]
    """Namespaces in which others make services too."""


def reference_findings(
    lab: Lab, namespaces: Iterable[Namespace], services: Iterable[PlannedService]
) -> Iterator[Finding]:
    """References of services that lead to nothing."""
    planned = [*services]
    known = _known(lab, planned)
    names = {each.name for each in namespaces} | KUBERNETES_NAMESPACES | _stated_namespaces(planned)
    taken = {str(each.address) for name, service in lab.services.items() for each in service.addresses(name)}
    written = {name: [*settings_of(name, service)] for name, service in lab.services.items()}
    taken |= {
        address
        for found in written.values()
        for each in found
        if _OWN_ADDRESS.search(each.keys)
        for address in _ADDRESS.findall(each.text)
    }
    for each in planned:
        taken |= _addresses_of(each)
    for name, found in written.items():
        for each in found:
            yield from _names(lab, name, each, known, names)
            if not _OWN_ADDRESS.search(each.keys):
                yield from _addresses(lab, name, each, taken)


def _known(lab: Lab, services: Iterable[PlannedService]) -> _Known:
    ports: dict[str, dict[str, frozenset[int]]] = defaultdict(dict)
    open_to_others: set[str] = set()
    for service in services:
        config = lab.services[service.name]
        if config.kind not in ("app", "gpu", "mysql", "external") or config.objects:
            open_to_others.add(service.namespace)
        for manifest in service.objects:
            if manifest["kind"] == "Service":
                is_headless = text(manifest, "spec", "clusterIP") == "None"
                numbers = (each.get("port") for each in entries(manifest, "spec", "ports"))
                served = {each for each in numbers if isinstance(each, int) and not is_headless}
                namespace = service.namespace_of(manifest)
                ports[namespace][manifest["metadata"]["name"]] = frozenset(served)
    return _Known(ports, frozenset(open_to_others))


def _stated_namespaces(services: Iterable[PlannedService]) -> set[str]:
    kinds = ((each["kind"], each["metadata"]["name"]) for service in services for each in service.objects)
    return {name for kind, name in kinds if kind == "Namespace"}


def _addresses_of(service: PlannedService) -> set[str]:
    """Addresses that the objects of a service ask for."""
    asking = [each for each in service.objects if each["kind"] in ("Service", "Gateway")]
    texts = [f"{each['metadata'].get('annotations')} {each.get('spec')}" for each in asking]
    return {address for text in texts for address in _ADDRESS.findall(text)}


def _names(lab: Lab, name: str, written: Written, known: _Known, namespaces: set[str]) -> Iterator[Finding]:
    for match in _NAME.finditer(written.text):
        service, namespace, port = match["service"], match["namespace"], match["port"]
        wrong = ""
        if namespace not in namespaces:
            wrong = f"the lab has no namespace {namespace}"
        elif namespace in known.ports and namespace not in known.open:
            ports = known.ports[namespace].get(service)
            if ports is None:
                wrong = f"{namespace} has no service {service}; it has {listed([*known.ports[namespace]])}"
            elif port and ports and int(port) not in ports:
                wrong = f"{service} does not answer on port {port}; it does on {listed([*map(str, sorted(ports))])}"
        if wrong:
            yield NAME_OF_NOBODY.finding(
                written.path,
                f"{name} uses {match[0]}, and {wrong}",
                "correct the name or the port",
                about=match[0],
                severity="warning" if founder(lab) else "info",
                facts={"name": match[0]},
            )


def _addresses(lab: Lab, name: str, written: Written, taken: set[str]) -> Iterator[Finding]:
    pool = lab.cluster.load_balancer_pool
    for found in _ADDRESS.findall(written.text) if pool else ():
        address = _address(found)
        if pool and address and pool.first <= address <= pool.last and found not in taken:
            stated = ((each.address, key) for key, service in lab.services.items() for each in service.addresses(key))
            having = {str(address): key for address, key in stated}
            yield ADDRESS_OF_NOBODY.finding(
                written.path,
                f"{name} uses {found}, an address of load_balancer_pool that no service of the lab has; addresses are "
                f"given to {listed([f'{key} ({each})' for each, key in having.items()]) or 'none'}",
                "write the address that the service has, or its name",
                about=found,
                facts={"address": found},
            )


def _address(found: str) -> IPv4Address | None:
    try:
        return IPv4Address(found)
    except AddressValueError:
        return None
