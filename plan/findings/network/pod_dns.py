"""Pods that ask the name server of their node, and names that only the cluster's knows."""

import re
from collections.abc import Iterable, Iterator

from config.lab import Lab
from config.pod import POD_TEMPLATES
from plan.model import Service
from plan.model.fields import Fields, entries, mapping, text, texts, value, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

CLUSTER_NAME_UNKNOWN = Rule(
    "CLUSTER-NAME-UNKNOWN",
    "warning",
    title="A pod asks its node's name server for a Service of the cluster",
    meaning=(
        "With dnsPolicy: Default, and with hostNetwork unless dnsPolicy is ClusterFirstWithHostNet, the resolv.conf of "
        "a pod is its node's. The node's name server knows no NAME.NAMESPACE.svc: the program inside says that the "
        "host is not found, while the same name works in every other pod."
    ),
    remedy="Write dnsPolicy: ClusterFirstWithHostNet with hostNetwork, else leave dnsPolicy out.",
)

_NAME = re.compile(r"(?<![\w.-])[a-z0-9-]+\.[a-z0-9-]+\.svc(?:\.[a-z0-9.-]+)?(?![\w-])")
"""A Service by its name and namespace, as only the cluster's name server knows it."""


def pod_dns_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each workload whose settings name Services that its pods cannot resolve."""
    stated = {(name, each.kind, each.name): each.path for name, found in lab.objects.items() for each in found}
    for service in services:
        for each in service.objects:
            kind, name = each["kind"], each["metadata"]["name"]
            pod: Fields = mapping(each, *POD_TEMPLATES[kind], "spec") if kind in POD_TEMPLATES else {}
            named = [*dict.fromkeys(_named(pod))] if _asks_the_node(pod) else []
            if named:
                on_host = value(pod, "hostNetwork") is True
                yield CLUSTER_NAME_UNKNOWN.finding(
                    stated.get((service.name, kind, name), ("services", service.name)),
                    f"{name} names {listed(named)}, and asks the name server of its node "
                    f"({'hostNetwork' if on_host else 'dnsPolicy: Default'}), which does not know them",
                    "write dnsPolicy: ClusterFirstWithHostNet" if on_host else "take dnsPolicy: Default out",
                    about=name,
                    facts={"names": tuple(named)},
                )


def _asks_the_node(pod: Fields) -> bool:
    if values(pod, "dnsConfig", "nameservers"):
        return False
    policy = text(pod, "dnsPolicy") or "ClusterFirst"
    return policy == "Default" or (policy == "ClusterFirst" and value(pod, "hostNetwork") is True)


def _named(pod: Fields) -> Iterator[str]:
    """Names in commands, arguments and variables."""
    for container in (*entries(pod, "containers"), *entries(pod, "initContainers")):
        for key in ("command", "args", "env"):
            for _, words in texts(tuple(values(container, key)), ()):
                yield from _NAME.findall(words)
