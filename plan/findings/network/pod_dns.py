"""Pods that ask the name server of their node, and names that only the cluster's knows."""

import re
from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from config.source import dotted
from plan.findings.network.told_names import config_maps, lone_names, told
from plan.findings.settings import settings_of
from plan.model import Manifest, Service
from plan.model.fields import Fields, text, value, values
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec
from plan.wording import listed

CLUSTER_NAME_UNKNOWN = Rule(
    "CLUSTER-NAME-UNKNOWN",
    "warning",
    title="A pod asks its node's name server for a Service of the cluster",
    meaning=(
        "With dnsPolicy: Default, and with hostNetwork unless dnsPolicy is ClusterFirstWithHostNet, the resolv.conf of "
        "a pod is its node's. The node's name server knows no NAME.NAMESPACE.svc, and its search list does not make "
        "one of NAME or NAME.NAMESPACE: the program inside says that the host is not found, while the same name works "
        "in every other pod."
    ),
    remedy="Write dnsPolicy: ClusterFirstWithHostNet with hostNetwork, else leave dnsPolicy out.",
)

_NAME = re.compile(r"(?<![\w.-])[a-z0-9-]+\.[a-z0-9-]+\.svc(?:\.[a-z0-9.-]+)?(?![\w-])")
"""A Service by its name and namespace, as only the cluster's name server knows it."""
_PAIR = re.compile(r"(?<![\w.@/-])([a-z0-9-]+)\.([a-z0-9-]+)(?![\w.-])|(?<=[@/])([a-z0-9-]+)\.([a-z0-9-]+)(?![\w.-])")
"""A name and a namespace, where the search list of the resolver adds the rest."""
_CHARTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "alloy": (("controller", "hostNetwork"), ("controller", "dnsPolicy")),
    "fluent-bit": (("hostNetwork",), ("dnsPolicy",)),
    "home-assistant": (("hostNetwork",), ("dnsPolicy",)),
    "ingress-nginx": (("controller", "hostNetwork"), ("controller", "dnsPolicy")),
    "traefik": (("hostNetwork",), ("deployment", "dnsPolicy")),
}
"""Values for the network of the node and for the name server, of charts that leave the second as it is: read in the
template of home-assistant; of the others as their projects document them."""
_Known = frozenset[tuple[str, str]]
"""Namespace and name of each Service of the lab."""
_SERVERS = ("dnsConfig", "nameservers")


def pod_dns_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each workload whose settings name Services that its pods cannot resolve."""
    yield from _of_charts(lab)
    planned = [*services]
    known = frozenset(
        _place(service, each) for service in planned for each in service.objects if each["kind"] == "Service"
    )
    maps = config_maps(planned)
    for service in planned:
        for each in service.objects:
            kind, name = each["kind"], each["metadata"]["name"]
            pod: Fields = pod_spec(each)
            if not asks_the_node(pod):
                continue
            namespace = _place(service, each)[0]
            words = told(pod, maps, namespace)
            named = [*dict.fromkeys(found for key, said in words for found in _named(key, said, namespace, known))]
            if named:
                on_host = value(pod, "hostNetwork") is True
                yield CLUSTER_NAME_UNKNOWN.finding(
                    lab.written_at(service.name, kind, name),
                    f"{name} names {listed(named)}, and asks the name server of its node "
                    f"({'hostNetwork' if on_host else 'dnsPolicy: Default'}), which does not know "
                    + ("it" if len(named) == 1 else "them"),
                    "write dnsPolicy: ClusterFirstWithHostNet" if on_host else "take dnsPolicy: Default out",
                    about=name,
                    facts={"names": tuple(named)},
                )


def _of_charts(lab: Lab) -> Iterator[Finding]:
    """Of charts, names are read as they stand in their values."""
    for name, service in lab.charts(*_CHARTS):
        network, policy = _CHARTS[service.chart.name]
        is_cluster = text(service.values, *policy) in ("", "ClusterFirst")
        if value(service.values, *network) is not True or not is_cluster or values(service.values, *_SERVERS):
            continue
        named = [*dict.fromkeys(found for each in settings_of(name, service) for found in _NAME.findall(each.text))]
        if named:
            yield CLUSTER_NAME_UNKNOWN.finding(
                ("services", name, "values", *network),
                f"{name} names {listed(named)}, and asks the name server of its node (hostNetwork), which does not "
                f"know {'it' if len(named) == 1 else 'them'}",
                f"write {dotted(policy)}: ClusterFirstWithHostNet",
                about=name,
                facts={"names": tuple(named)},
            )


def _place(service: Service, manifest: Manifest) -> tuple[str, str]:
    return service.namespace_of(manifest), manifest["metadata"]["name"]


def asks_the_node(pod: Fields) -> bool:
    """Whether the name server of a pod is its node's."""
    if values(pod, *_SERVERS):
        return False
    policy = text(pod, "dnsPolicy") or "ClusterFirst"
    return policy == "Default" or (policy == "ClusterFirst" and value(pod, "hostNetwork") is True)


def _named(key: str, said: str, namespace: str, known: _Known) -> Iterator[str]:
    """Names of Services in a text: whole ones of any Service, shorter ones of those that the lab has."""
    yield from _NAME.findall(said)
    for match in _PAIR.finditer(said):
        name, of = match[1] or match[3], match[2] or match[4]
        if (of, name) in known:
            yield f"{name}.{of}"
    for name in lone_names(key, said):
        if (namespace, name) in known:
            yield name
