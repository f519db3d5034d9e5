"""Objects that name another object, and the other is not there: an issuer, a store of secrets, a Gateway, a pool."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from config.lab import Lab
from config.source import Path
from config.suggest import did_you_mean
from plan.cluster.membership import founder
from plan.findings.services.object_reference_table import (
    ANNOTATIONS,
    CLUSTER_WIDE,
    MADE_BY_CHARTS,
    MADE_BY_HAND,
    MADE_BY_OPERATORS,
    MAKE_NO_CLAIMS,
    OF_KUBERNETES,
    OF_PODS_AND_ROUTES,
    REFERENCES,
    ROLES_OF_KUBERNETES,
    Reference,
)
from plan.model import Manifest, Release, Service
from plan.model.cluster import KUBERNETES_NAMESPACES
from plan.model.fields import Fields, entries, mapping, number, text, texts, values
from plan.model.findings import Finding, Rule, Severity
from plan.model.metadata import api_group, is_custom
from plan.wording import listed
from plan.workloads.pods_of_operators import GROUPS_WITHOUT_PODS

OBJECT_OF_NOBODY = Rule(
    "OBJECT-OF-NOBODY",
    ("warning", "info"),
    title="An object names another one that is not there",
    meaning=(
        "Kubernetes takes a reference to something that does not exist: the `up` ends well, and the operator of the "
        "object waits for it for ever. The kind is part of a name: an Issuer is found in its own namespace only, a "
        "ClusterIssuer in all; so are a SecretStore and a ClusterSecretStore. In a cluster that is adopted, or in "
        "a lab that has none of that kind, it may have been made by hand: then it is an info. Of a namespace with a "
        "chart, and of stores of secrets in a lab that has none, nothing is said."
    ),
    remedy="Name one that is there, with its kind and namespace, or write it into a file of a service.",
)

GRANT_MISSING = Rule(
    "GRANT-MISSING",
    "warning",
    title="A route leads into another namespace without its permission",
    meaning=(
        "A route of the Gateway API may lead to a Service of another namespace only where a ReferenceGrant in that "
        "namespace admits routes of this one. Without it the Gateway answers every request with 500."
    ),
    remedy="Write a ReferenceGrant into the namespace of the Service, or the route into it.",
)


class _Named(NamedTuple):
    """A reference to another object."""

    kind: str
    namespace: str
    """Empty for what belongs to none."""
    name: str
    field: str
    meets: str


class _Known(NamedTuple):
    """All objects of the plan and what may exist besides."""

    objects: Mapping[str, frozenset[tuple[str, str]]]
    """Namespace and name of each, by kind."""
    charts: Mapping[str, frozenset[str]]
    """Charts by namespace."""
    open_to_others: frozenset[str]
    """Namespaces in which an operator makes objects of its own: with a kind that is not of Kubernetes."""
    releases: tuple[Release, ...]


def object_reference_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each reference that leads to nothing."""
    planned = [*services]
    known = _known(lab, planned)
    severity: Severity = "warning" if founder(lab) else "info"
    families = {kind.removeprefix("Cluster") for kind in known.objects}
    for service in planned:
        for each in service.objects:
            name = each["metadata"]["name"]
            path = lab.written_at(service.name, each["kind"], name)
            for named in dict.fromkeys(_named(service, each, is_made=founder(lab) is not None)):
                family = named.kind.removeprefix("Cluster")
                is_by_hand = family not in families and family in MADE_BY_HAND
                if named.kind == "PersistentVolumeClaim" and named.name in _own_claims(lab, service.name):
                    continue  # of a statefulset, which has one for each replica: said of its volume
                if named.field == "spec.serviceName" and number(each, "spec", "replicas", default=1) == 1:
                    continue  # a pod that is alone finds no others
                if named.name and not is_by_hand and not _may_exist(known, named):
                    is_sure = family in families and (path[0] == "objects" or not _is_of_a_key(each, named))
                    yield _finding(known, each, named, path, severity if is_sure else "info")
            yield from _without_grant(planned, service, each, path)


def _own_claims(lab: Lab, name: str) -> set[str]:
    return {f"{name}-{volume}" for volume in lab.services[name].volumes}


def _is_of_a_key(manifest: Manifest, named: _Named) -> bool:
    """Whether a key of the format names it, which may mean one that is made by hand."""
    rows = OF_PODS_AND_ROUTES.get((api_group(manifest), manifest["kind"]), ())
    return named.field in {each.field for each in rows}


def _known(lab: Lab, services: Iterable[Service]) -> _Known:
    objects: dict[str, set[tuple[str, str]]] = defaultdict(set)
    objects["Gateway"] = {(each.namespace, each.name) for each in lab.cluster.platform.gateways.values()}
    charts: dict[str, set[str]] = defaultdict(set)
    for service in services:
        for each in service.objects:
            objects[each["kind"]].add((_namespace(service, each), each["metadata"]["name"]))
            if each["kind"] == "StatefulSet":
                claims = objects["PersistentVolumeClaim"]
                claims.update((_namespace(service, each), name) for name in _claims_of(each))
        if service.release:
            charts[service.namespace].add(service.release.chart)
    return _Known(
        {kind: frozenset(found) for kind, found in objects.items()},
        {namespace: frozenset(found) for namespace, found in charts.items()},
        frozenset(service.namespace for service in services for each in service.objects if _makes_others(each)),
        tuple(service.release for service in services if service.release),
    )


def _claims_of(stateful_set: Manifest) -> Iterator[str]:
    """Names of the claims that a statefulset makes."""
    for template in entries(stateful_set, "spec", "volumeClaimTemplates"):
        for index in range(number(stateful_set, "spec", "replicas", default=1)):
            yield f"{text(template, 'metadata', 'name')}-{stateful_set['metadata']['name']}-{index}"


def _makes_others(manifest: Manifest) -> bool:
    """Whether an operator may make objects of an object: those of certificates, secrets and routes make known ones."""
    group = api_group(manifest)
    return is_custom(group) and group not in GROUPS_WITHOUT_PODS and group not in MAKE_NO_CLAIMS


def _namespace(service: Service, manifest: Manifest) -> str:
    if manifest["kind"] in CLUSTER_WIDE:
        return ""
    return service.namespace_of(manifest)


def _named(service: Service, manifest: Manifest, *, is_made: bool) -> Iterator[_Named]:
    key = api_group(manifest), manifest["kind"]
    for row in (*REFERENCES.get(key, ()), *(OF_PODS_AND_ROUTES.get(key, ()) if is_made else ())):
        for found in _at(manifest, row.path):
            if not found.get("optional"):
                yield from _by_row(service, manifest, row, found)
    annotations = mapping(manifest, "metadata", "annotations")
    for annotation, row in ANNOTATIONS.items():
        if name := text(annotations, annotation):
            yield from _by_row(service, manifest, row, {"name": name})


def _at(of: Fields, path: tuple[str, ...]) -> Iterator[Fields]:
    """The values at a path, of which a part that ends in `[]` is a list. A text is a name."""
    found: list[Any] = [of]
    for part in path:
        inside = [cast(Fields, each) for each in found if isinstance(each, Mapping)]
        found = [
            one for each in inside for one in (values(each, part[:-2]) if part.endswith("[]") else [each.get(part)])
        ]
    for each in found:
        if isinstance(each, Mapping):
            yield cast(Fields, each)
        elif isinstance(each, str):
            yield {"name": each}


def _by_row(service: Service, manifest: Manifest, row: Reference, found: Fields) -> Iterator[_Named]:
    group = text(found, "group") or text(found, "apiVersion").rpartition("/")[0]
    kind = text(found, "kind") or row.kinds[0]
    if kind not in row.kinds or (group and row.groups and group not in row.groups):
        return  # of an operator that is not known here
    own = _namespace(service, manifest)
    namespace = "" if kind in CLUSTER_WIDE else (text(found, "namespace") or own)
    yield _Named(kind, namespace, text(found, "name"), row.field, row.meets)


def _may_exist(known: _Known, named: _Named) -> bool:
    if (named.namespace, named.name) in known.objects.get(named.kind, frozenset()):
        return True
    if (named.kind, named.name) in OF_KUBERNETES or "@" in named.name:
        return True  # with an @ it is of another provider of Traefik
    if named.kind == "ClusterRole" and _is_role_of_others(known, named.name):
        return True
    by_operator = named.kind in MADE_BY_OPERATORS and named.namespace in known.open_to_others
    if named.namespace in KUBERNETES_NAMESPACES or by_operator:
        return True
    by_charts = MADE_BY_CHARTS.get(named.kind, frozenset())
    all_charts = {chart for charts in known.charts.values() for chart in charts}
    if named.namespace in known.charts if named.namespace else by_charts & all_charts:
        return True
    return any(named.name == found for each in known.releases for _, found in texts(each.values, ()))


def _is_role_of_others(known: _Known, name: str) -> bool:
    """Whether Kubernetes has a ClusterRole, or a release may make it: they carry its name or that of its chart."""
    makers = {each.name for each in known.releases} | {each.chart.rpartition("/")[2] for each in known.releases}
    return name in ROLES_OF_KUBERNETES or name.startswith("system:") or any(maker in name for maker in makers)


def _finding(known: _Known, manifest: Manifest, named: _Named, path: Path, severity: Severity) -> Finding:
    own = manifest["metadata"]["name"]
    like = _like(known, named)
    same_place = [name for namespace, name in known.objects.get(named.kind, ()) if namespace == named.namespace]
    hint = f"; there is the {_said(like)}" if like else did_you_mean(named.name, same_place)
    if like and not like.namespace:
        fix = f"write kind: {like.kind} at {named.field} of {own}"
    elif like and like.kind == named.kind:
        fix = f"write namespace: {like.namespace} at {named.field} of {own}, where it takes one, or move one of the two"
    elif path[0] == "objects":
        there = f"{_with_article(named.kind)} that is there"
        fix = f"name {there} at {named.field} of {own}, or write it into a file of a service"
    else:
        fix = f"name {_with_article(named.kind)} that is there, or write it into a file under objects of {path[1]}"
    return OBJECT_OF_NOBODY.finding(
        path,
        f"{manifest['kind']} {own} names the {_said(_Like(named.kind, named.namespace, named.name))}, which the lab "
        f"does not have: {named.meets}{hint}",
        fix,
        about=f"{manifest['kind']} {own} {named.kind} {named.name}",
        severity=severity,
        facts={"kind": named.kind, "name": named.name, "namespace": named.namespace},
    )


def _with_article(kind: str) -> str:
    return f"{'an' if kind[0] in 'AEIO' else 'a'} {kind}"


class _Like(NamedTuple):
    """An object that may be meant."""

    kind: str
    namespace: str
    name: str


def _said(each: _Like) -> str:
    return f"{each.kind} {each.name}" + (f" in namespace {each.namespace}" if each.namespace else "")


def _like(known: _Known, named: _Named) -> _Like | None:
    """An object of that name that is of a like kind, or in another namespace; one for all namespaces first."""
    kinds = (f"Cluster{named.kind}", named.kind, named.kind.removeprefix("Cluster"))
    found = [
        _Like(kind, namespace, name)
        for kind in dict.fromkeys(kinds)
        for namespace, name in sorted(known.objects.get(kind, ()))
        if name == named.name
    ]
    return next(iter(found), None)


def _without_grant(services: Iterable[Service], service: Service, route: Manifest, path: Path) -> Iterator[Finding]:
    if api_group(route) != "gateway.networking.k8s.io" or not route["kind"].endswith("Route"):
        return
    own = _namespace(service, route)
    backends = [each for rule in entries(route, "spec", "rules") for each in entries(rule, "backendRefs")]
    wanted = {text(each, "namespace") for each in backends} - {"", own}
    for namespace in sorted(wanted):
        if not any(_grants(each, own, route["kind"]) for each in _in(services, namespace)):
            names = [text(each, "name") for each in backends if text(each, "namespace") == namespace]
            yield GRANT_MISSING.finding(
                path,
                f"{route['kind']} {route['metadata']['name']} of namespace {own} leads to {listed(names)} of namespace "
                f"{namespace}, where no ReferenceGrant admits it: the Gateway answers with 500",
                f"write a ReferenceGrant into namespace {namespace}: from {route['kind']} of {own} to Service, or the "
                f"route into {namespace}",
                about=f"{route['metadata']['name']} {namespace}",
                facts={"namespace": namespace, "backends": tuple(names), "status": 500},
            )


def _in(services: Iterable[Service], namespace: str) -> Iterator[Manifest]:
    for service in services:
        for each in service.objects:
            if each["kind"] == "ReferenceGrant" and _namespace(service, each) == namespace:
                yield each


def _grants(grant: Manifest, namespace: str, kind: str) -> bool:
    admitted = any(
        text(each, "namespace") == namespace and text(each, "kind") == kind for each in entries(grant, "spec", "from")
    )
    return admitted and any(text(each, "kind") == "Service" for each in entries(grant, "spec", "to"))
