"""Secrets that two objects make."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from config.lab import Lab
from plan.model import Manifest, Service
from plan.model.fields import mapping, text, value
from plan.model.findings import Finding, Rule
from plan.model.metadata import api_group
from plan.wording import listed

SECRET_MADE_TWICE = Rule(
    "SECRET-MADE-TWICE",
    "warning",
    title="Two objects make the same Secret",
    meaning=(
        "An ExternalSecret, a Certificate, a SealedSecret and a database cluster each take the Secret that they make "
        "for their own. Where two make one, each writes over the other at every turn, or refuses with `already exists` "
        "or `already owned`: the pods have whichever password came last, and the other side does not know it."
    ),
    remedy="Give one of them another name; or let an ExternalSecret add its keys with creationPolicy: Merge.",
)
_CNPG = "postgresql.cnpg.io"


class _Maker(NamedTuple):
    """An object that makes a Secret."""

    service: str
    kind: str
    name: str


def secret_twice_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each Secret with two makers."""
    makers: dict[tuple[str, str], dict[_Maker, None]] = defaultdict(dict)
    for service in services:
        for each in service.objects:
            for name in _made(each):
                maker = _Maker(service.name, each["kind"], each["metadata"]["name"])
                makers[service.namespace_of(each), name][maker] = None
    for (namespace, name), found in makers.items():
        if len(found) > 1:
            called = [f"{each.kind} {each.name}" for each in found]
            last = [*found][-1]
            yield SECRET_MADE_TWICE.finding(
                lab.written_at(last.service, last.kind, last.name),
                f"{listed(called)} each make the Secret {name} of namespace {namespace}: they write over one another, "
                "or one of them refuses",
                _fix(name, [*found]),
                about=f"{namespace}/{name}",
                facts={"makers": tuple(called)},
            )


def _fix(name: str, makers: list[_Maker]) -> str:
    cluster = next((each for each in makers if each.kind == "Cluster"), None)
    if cluster and name.endswith("-app"):
        secret = f"bootstrap: {{initdb: {{secret: {{name: {name}}}}}}}"
        return f"write {secret} into Cluster {cluster.name}, which then takes it"
    return f"let {makers[-1].kind} {makers[-1].name} make another one, and name that where it is used"


def _made(each: Manifest) -> Iterator[str]:
    """Names of the Secrets that an object makes, and takes for its own."""
    name, kind, annotations = each["metadata"]["name"], each["kind"], mapping(each, "metadata", "annotations")
    if kind == "ExternalSecret":
        if text(each, "spec", "target", "creationPolicy") in ("", "Owner"):
            yield text(each, "spec", "target", "name") or name
    elif kind == "Certificate" and api_group(each) == "cert-manager.io":
        yield text(each, "spec", "secretName")
    elif kind == "SealedSecret":
        template = mapping(each, "spec", "template", "metadata", "annotations")
        if not any("managed" in key or "patch" in key for key in (*annotations, *template)):
            yield name
    elif kind == "Cluster" and api_group(each) == _CNPG:
        bootstrap = mapping(each, "spec", "bootstrap")
        if (not bootstrap or "initdb" in bootstrap) and not mapping(bootstrap, "initdb", "secret"):
            yield f"{name}-app"
        if value(each, "spec", "enableSuperuserAccess") is True and not mapping(each, "spec", "superuserSecret"):
            yield f"{name}-superuser"
    elif kind == "Secret" and not any("managed" in key for key in annotations):
        yield name
