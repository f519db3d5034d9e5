"""Rights at the API server that come to those of root, and ways in without a sign-in."""

from collections.abc import Collection, Iterable, Iterator

from config.lab import Lab
from config.rights import Power
from config.service import Service as ServiceConfig
from config.service.app import OwnWorkloads
from plan.cluster.membership import founder
from plan.findings.access.grants import BINDINGS, ROLES, Grants, grants_of
from plan.findings.access.values_of_charts import manifests_in
from plan.kubernetes.pod_security import enforced
from plan.model import Manifest, Namespace, Service
from plan.model.cluster import KUBERNETES_NAMESPACES
from plan.model.fields import entries, text
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

RIGHTS_OF_ALL = Rule(
    "RIGHTS-OF-ALL",
    "warning",
    title="A binding gives rights to everybody",
    meaning=(
        "`system:anonymous` and `system:unauthenticated` are whoever reaches the API server, without any sign-in; "
        "`system:authenticated` is everybody with any account, and `system:serviceaccounts` every pod with a token. "
        "Each of them may do all that the role allows."
    ),
    remedy="Name the service account that needs it as the subject.",
)

_STRANGERS = frozenset({"system:anonymous", "system:unauthenticated"})
_ALL = {
    "system:anonymous": "whoever reaches the API server, without a sign-in,",
    "system:unauthenticated": "whoever reaches the API server, without a sign-in,",
    "system:authenticated": "everybody with an account",
    "system:serviceaccounts": "every pod with a token",
}
"""Subjects that are everybody, in words."""
_HARMLESS = frozenset(
    {"system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery"}
    | {"kubeadm:bootstrap-signer-clusterinfo"}
)
"""Roles that the API server and kubeadm give to strangers themselves."""


def rights_findings(lab: Lab, namespaces: Collection[Namespace], planned: Collection[Service]) -> Iterator[Finding]:
    """All findings about rights at the API server, and about ways in."""
    privileged = {each.name for each in namespaces if enforced(each.manifest) == "privileged"} | {"kube-system"}
    idle = _bindings_of_nobody(lab, namespaces, planned)
    written = {
        each.name: (*(one for one in each.objects if id(one) not in idle), *manifests_in(lab.services[each.name]))
        for each in planned
    }
    grants = grants_of((each for objects in written.values() for each in objects), privileged)
    for service in planned:
        stated = lab.services[service.name]
        by_permissions = isinstance(stated, OwnWorkloads) and bool(stated.permissions)
        yield from _in_cluster(service.name, written[service.name], grants, by_permissions=by_permissions)
        yield from _of_all(lab, service.name, written[service.name], grants)
        yield from _from_internet(lab, service.name, stated)


def _bindings_of_nobody(lab: Lab, namespaces: Collection[Namespace], planned: Collection[Service]) -> set[int]:
    """Bindings that give rights to service accounts which are not there, and which no chart may make."""
    if founder(lab) is None:
        return set()
    there = {(each.name, "default") for each in namespaces}
    open_to_others = {service.namespace for service in planned if service.release} | KUBERNETES_NAMESPACES
    found: list[tuple[int, list[tuple[str, str]]]] = []
    for service in planned:
        for each in service.objects:
            if each["kind"] == "ServiceAccount":
                there.add((service.namespace_of(each), each["metadata"]["name"]))
            elif each["kind"] in BINDINGS:
                subjects = entries(each, "subjects")
                own = service.namespace_of(each)
                if subjects and all(text(row, "kind") == "ServiceAccount" for row in subjects):
                    found.append((id(each), [(text(row, "namespace") or own, text(row, "name")) for row in subjects]))
    return {key for key, subjects in found if not any(each in there or each[0] in open_to_others for each in subjects)}


def _in_cluster(name: str, written: Iterable[Manifest], grants: Grants, *, by_permissions: bool) -> Iterator[Finding]:
    """`by_permissions` tells whether the service's roles are written as its permissions."""
    bound: dict[str, tuple[Power, ...]] = {}
    ruled: list[Power] = []
    for each in written:
        if each["kind"] in BINDINGS and (of_kubernetes := grants.of_kubernetes(each)):
            bound[text(each, "roleRef", "name")] = of_kubernetes
        elif each["kind"] in ROLES:
            ruled += grants.of_role(each)
    found = list(dict.fromkeys((*ruled, *(power for each in bound.values() for power in each))))
    if found:
        fixes = [f"bind a role of its own in place of {role}" for role in bound]
        if ruled and by_permissions:
            fixes.append(
                f"name the resources and verbs that it needs in services.{name}.permissions, with scope: "
                "namespace where its own is enough"
            )
        elif ruled:
            fixes.append("name the resources and verbs that it needs in the rules of its Role or ClusterRole")
        yield LIKE_ROOT_IN_CLUSTER.finding(
            ("services", name),
            f"{name} is as good as root in the cluster: its permissions reach {listed(found)}",
            "; ".join(fixes),
            facts={"powers": tuple(found)},
        )


def _of_all(lab: Lab, name: str, written: Iterable[Manifest], grants: Grants) -> Iterator[Finding]:
    for each in written:
        if each["kind"] not in BINDINGS:
            continue
        subjects = {text(subject, "name") for subject in entries(each, "subjects")} & _ALL.keys()
        role = text(each, "roleRef", "name")
        if not subjects or role in _HARMLESS or (subjects.isdisjoint(_STRANGERS) and not grants.of_binding(each)):
            continue
        called, who = each["metadata"]["name"], next(_ALL[subject] for subject in _ALL if subject in subjects)
        yield RIGHTS_OF_ALL.finding(
            lab.written_at(name, each["kind"], called),
            f"by {each['kind']} {called} of {name}, {who} has the rights of {role}",
            f"name the service account that needs it in place of {listed(sorted(subjects))}",
            about=called,
            facts={"subjects": tuple(sorted(subjects)), "role": role},
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
