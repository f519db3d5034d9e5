"""Classes that values of charts, pods, and Ingresses in files name: of storage, of priority, of ingress."""

from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple, assert_never

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from config.suggest import did_you_mean
from plan.cluster.membership import founder
from plan.kubernetes.admission.priority import priority_classes
from plan.model import Service
from plan.model.fields import text, texts
from plan.model.findings import Finding, Rule
from plan.model.templates import pod_spec
from plan.workloads.objects import claimed

CLASS_OF_NOBODY = Rule(
    "CLASS-OF-NOBODY",
    ("warning", "info"),
    title="A chart, a pod or an Ingress names a class that is not there",
    meaning=(
        "A claim of a storage class that nobody made stays Pending, and its pod with it. A pod of a priority class or "
        "a runtime class that is not there is refused by the API server, so that its controller makes none. An Ingress "
        "of another class is served by nobody. None of it fails the `up` at once. In a cluster that is adopted the "
        "class may be there outside of the lab: then it is an info."
    ),
    remedy="Name a class that the lab has, or describe it: a storage class in storage.yaml, any other as an object.",
)

_MADE_BY_CHARTS = {
    "local-path-provisioner": ("local-path",),
    "longhorn": ("longhorn", "longhorn-static", "longhorn-critical"),
    "nfs-server-provisioner": ("nfs",),
    "nfs-subdir-external-provisioner": ("nfs-client",),
    "openebs": ("openebs-hostpath", "openebs-device", "openebs-single-replica"),
    "rook-ceph-cluster": ("ceph-block", "ceph-filesystem", "ceph-bucket"),
}
"""Names that charts give classes unless their values say otherwise (their values.yaml)."""


class _Class(NamedTuple):
    """A kind of class, and how values name one."""

    kind: Literal["StorageClass", "PriorityClass", "IngressClass"]
    keys: frozenset[str]
    """In lower case."""
    meets: str
    """Who meets what when the class is not there."""


_CLASSES = (
    _Class(
        "StorageClass",
        frozenset({"storageclass", "storageclassname"}),
        "the claim stays Pending, and its pod with it",
    ),
    _Class(
        "PriorityClass",
        frozenset({"priorityclassname"}),
        "the API server refuses the pods",
    ),
    _Class("IngressClass", frozenset({"ingressclassname"}), "nobody serves the Ingress"),
)
_NONE = frozenset({"", "-"})
"""With a dash many charts write an empty class: no dynamic volume."""


def chart_class_findings(lab: Lab, planned: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each class that values name and nobody makes."""
    made = {(each["kind"], each["metadata"]["name"]) for service in planned for each in service.objects}
    stated = {(each.kind, each.name) for objects in lab.objects.values() for each in objects}
    named = {*_named_by_values(lab)}
    severity = "warning" if founder(lab) else "info"
    yield from _of_objects(lab, made | stated)
    yield from _of_pods(lab, planned)
    yield from _of_claims(lab, {name for kind, name in made | stated if kind == "StorageClass"} | named)
    for name, service in lab.services.items():
        if not isinstance(service, HelmService):
            continue
        for path, found in texts(service.values, ("services", name, "values")):
            for each in _CLASSES:
                if not _names(path, each) or found in _NONE or "{{" in found or found in named:
                    continue
                known = {*_of_the_lab(lab, each), *(one for kind, one in made | stated if kind == each.kind)}
                if found not in known:
                    yield CLASS_OF_NOBODY.finding(
                        path,
                        f"{'.'.join(map(str, path[3:]))} of {name} names the {each.kind} {found}, which the lab does "
                        f"not have{did_you_mean(found, known)}: {each.meets}",
                        "name a class that the lab has, or describe it in storage.yaml"
                        if each.kind == "StorageClass"
                        else f"name a class that the lab has, or make the {each.kind} an object",
                        severity=severity,
                        facts={"kind": each.kind, "class": found},
                    )


def _of_claims(lab: Lab, made: Collection[str]) -> Iterator[Finding]:
    """Of claims in files of a lab that makes its cluster: nobody else can have made their class."""
    known = {*lab.storage_classes, *made}
    static = {
        text(each.content, "spec", "storageClassName") for each in lab.objects_by_kind.get("PersistentVolume", ())
    }
    for name, objects in lab.objects.items() if founder(lab) else ():
        for stated, claim, storage_class, _ in claimed(objects):
            if storage_class in known | static | _NONE or text(stated.content, "spec", "volumeName"):
                continue
            yield CLASS_OF_NOBODY.finding(
                stated.path,
                f"the claim {claim} of {name} names the StorageClass {storage_class}, which the lab does not have"
                f"{did_you_mean(storage_class, known)}: the claim stays Pending, and its pod with it",
                "name a class that the lab has, or describe it in storage.yaml",
                about=claim,
                severity="warning",
                facts={"kind": "StorageClass", "class": storage_class},
            )


def _of_objects(lab: Lab, made: Collection[tuple[str, str]]) -> Iterator[Finding]:
    """Of claims and pods in files others judge their classes."""
    known = {*_ingress_classes(lab), *(name for kind, name in made if kind == "IngressClass")}
    for each in lab.objects_by_kind.get("Ingress", ()):
        named = text(each.content, "spec", "ingressClassName")
        if named and known and named not in known:
            yield CLASS_OF_NOBODY.finding(
                each.path,
                f"the Ingress {each.name} of {each.path[1]} names the IngressClass {named}, which the lab does not have"
                f"{did_you_mean(named, known)}: nobody serves the Ingress",
                "name a class that the lab has, or make the IngressClass an object",
                severity="warning" if founder(lab) else "info",
                facts={"kind": "IngressClass", "class": named},
            )


def _of_pods(lab: Lab, planned: Iterable[Service]) -> Iterator[Finding]:
    """Of pods in a cluster that the lab did not make; in any other, admission refuses them."""
    known = {} if founder(lab) else priority_classes(lab)
    for service in planned if known else ():
        paths = {(each.controller, each.name): each.path for each in service.workloads}
        for manifest in service.objects:
            kind, name = manifest["kind"], manifest["metadata"]["name"]
            named = text(pod_spec(manifest), "priorityClassName")
            if named and named not in known and (kind, name) in paths:
                yield CLASS_OF_NOBODY.finding(
                    paths[kind, name],
                    f"{kind} {name} names the PriorityClass {named}, which no file of the lab states"
                    f"{did_you_mean(named, known)}: its pods count with the priority 0",
                    "write the PriorityClass into a file under objects",
                    about=name,
                    severity="info",
                    facts={"kind": "PriorityClass", "class": named},
                )


def _of_the_lab(lab: Lab, kind: _Class) -> Collection[str]:
    match kind.kind:
        case "StorageClass":
            return lab.storage_classes
        case "PriorityClass":
            return (*lab.tiers, "system-cluster-critical", "system-node-critical")
        case "IngressClass":
            return _ingress_classes(lab)
    assert_never(kind.kind)


def _names(path: Path, kind: _Class) -> bool:
    return str(path[-1]).lower() in kind.keys


def _named_by_values(lab: Lab) -> Iterator[str]:
    """Names that charts give to classes which they make themselves."""
    for name, service in lab.services.items():
        if isinstance(service, HelmService):
            yield from _MADE_BY_CHARTS.get(service.chart.name, ())
            for path, found in texts(service.values, ("services", name, "values")):
                above = [str(each).lower() for each in path[3:-1]]
                if path[-1] == "name" and any(each.endswith(("class", "classes")) for each in above):
                    yield found


def _ingress_classes(lab: Lab) -> set[str]:
    """Ingress controllers make a class of their own name; that of a chart is its release's or its chart's."""
    ingress = lab.cluster.platform.ingress
    controllers = {ingress.controller} if ingress else set[str]()
    charts = {name: each for name, each in lab.services.items() if isinstance(each, HelmService)}
    known = {"traefik": "traefik", "ingress-nginx": "nginx", "haproxy-ingress": "haproxy", "contour": "contour"}
    return (
        controllers
        | {known[each.chart.name] for each in charts.values() if each.chart.name in known}
        | {"tailscale" for each in charts.values() if each.chart.name == "tailscale-operator"}
    )
