"""Rights at the API server that come to those of root, and ways in without a sign-in."""

from collections.abc import Iterable, Iterator, Mapping

from config.lab import Lab
from config.rights import Power, powers
from config.service import Service as ServiceConfig
from config.service.app import OwnWorkloads
from plan.model import Manifest, Service
from plan.model.fields import entries, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

LIKE_ROOT_IN_CLUSTER = Rule(
    "LIKE-ROOT-IN-CLUSTER",
    "warning",
    title="A service is as good as root in the cluster",
    meaning=(
        "With these permissions its pods can get all others: they read the secrets of every namespace, give "
        "themselves roles, or make pods where they like. Whoever breaks into the service has the cluster."
    ),
    remedy="Name the resources and verbs that it needs, in its own namespace where that is enough (scope: namespace).",
)

OPEN_TO_INTERNET = Rule(
    "OPEN-TO-INTERNET",
    "warning",
    title="A route from the internet that nobody signs in for",
    meaning=(
        "`auth: none` checks nobody, and `reach: internet` lets everybody come. Whoever finds the name has the service."
    ),
    remedy="Write reach: lan; auth: app where it has its own sign-in; or auth: public where strangers are meant.",
)

_BOUND: Mapping[str, tuple[Power, ...]] = {
    "cluster-admin": ("everything",),
    "admin": ("secrets of every namespace", "roles and their bindings", "pods of every namespace"),
    "edit": ("secrets of every namespace", "pods of every namespace"),
}
"""Roles that the API server makes, and what they reach where they are bound in all namespaces."""


def rights_findings(lab: Lab, planned: Iterable[Service]) -> Iterator[Finding]:
    """All findings about rights at the API server, and about ways in."""
    for service in planned:
        stated = lab.services[service.name]
        yield from _in_cluster(service, is_stated=isinstance(stated, OwnWorkloads) and bool(stated.permissions))
        yield from _from_internet(lab, service.name, stated)


def _in_cluster(service: Service, *, is_stated: bool) -> Iterator[Finding]:
    bound = {text(each, "roleRef", "name"): _BOUND[text(each, "roleRef", "name")] for each in _bindings(service)}
    ruled = [power for each in service.objects for power in _powers(each)]
    found = list(dict.fromkeys((*ruled, *(power for each in bound.values() for power in each))))
    if found:
        fixes = [f"bind a role of its own in place of {role}" for role in bound]
        if ruled and is_stated:
            fixes.append(
                f"name the resources and verbs that it needs in services.{service.name}.permissions, with scope: "
                "namespace where its own is enough"
            )
        elif ruled:
            fixes.append("name the resources and verbs that it needs in the rules of its Role or ClusterRole")
        yield LIKE_ROOT_IN_CLUSTER.finding(
            ("services", service.name),
            f"{service.name} is as good as root in the cluster: its permissions reach {listed(found)}",
            "; ".join(fixes),
            facts={"powers": tuple(found)},
        )


def _bindings(service: Service) -> Iterator[Manifest]:
    """Those that give a role of Kubernetes itself, in all namespaces, which leads to all others."""
    for each in service.objects:
        if each["kind"] == "ClusterRoleBinding" and text(each, "roleRef", "name") in _BOUND:
            yield each


def _powers(manifest: Manifest) -> Iterator[Power]:
    if manifest["kind"] not in ("Role", "ClusterRole"):
        return
    for rule in entries(manifest, "rules"):
        if not values(rule, "resourceNames"):
            yield from powers(
                frozenset(values(rule, "apiGroups")),
                frozenset(values(rule, "resources")),
                frozenset(values(rule, "verbs")),
                cluster_wide=manifest["kind"] == "ClusterRole",
            )


def _from_internet(lab: Lab, name: str, service: ServiceConfig) -> Iterator[Finding]:
    for index, exposure in enumerate(service.expose):
        if (exposure.auth, exposure.reach) == ("none", "internet"):
            host = exposure.host_name(lab.site.domain)
            yield OPEN_TO_INTERNET.finding(
                ("services", name, "expose", index, "auth"),
                f"everybody on the internet reaches {name} as {host}{exposure.path.rstrip('/')}, and nobody is checked",
                "write reach: lan; auth: app where it has its own sign-in; or auth: public where strangers are meant",
                facts={"host": host},
            )
