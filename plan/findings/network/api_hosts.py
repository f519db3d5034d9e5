"""Network plugins that ask for the API server at an address which no control plane has."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from config.lab import Lab
from config.service import HelmService
from plan.cluster.membership import control_planes_of, node_address
from plan.model.fields import value
from plan.model.findings import Finding, Rule
from plan.wording import listed

API_HOST_OF_NOBODY = Rule(
    "API-HOST-OF-NOBODY",
    "error",
    title="The pod network asks for the API server at an address of nobody",
    meaning=(
        "A network plugin that stands in for kube-proxy cannot use the Service of the API server, which it makes "
        "itself. It asks at the address in its values. Where no API server answers there, its pods never become ready, "
        "and neither does a node."
    ),
    remedy="Write the address of the control plane, or the virtual one that they share.",
)

_KEYS = {
    "cilium": ("k8sServiceHost",),
    "tigera-operator": ("kubernetesServiceEndpoint", "host"),
}


def api_host_findings(lab: Lab) -> Iterator[Finding]:
    """A finding where the values name an address that is not one of the API server's. Names are not resolved."""
    own = [lab.cluster.api_address, *(node_address(lab, each) for each in control_planes_of(lab).values())]
    known = [str(each) for each in own if each]
    if not known:
        return
    for name, service in lab.services.items():
        path = _KEYS.get(service.chart.name) if isinstance(service, HelmService) else None
        stated = value(service.values, *path) if isinstance(service, HelmService) and path else None
        address = _address(stated)
        if path and address and not address.is_loopback and str(address) not in known:
            yield API_HOST_OF_NOBODY.finding(
                ("services", name, "values", *path),
                f"{'.'.join(path)} is {address}, and the API server is at {listed(known)}: the pods of {name} never "
                "become ready, and neither does a node",
                f"write {'.'.join(path)}: {known[0]}",
                facts={"stated": str(address), "known": tuple(known)},
            )


def _address(stated: object) -> IPv4Address | None:
    try:
        return IPv4Address(str(stated))
    except ValueError:
        return None
