"""Secrets that pods use, and that the lab makes in another namespace or under another name."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from config.lab import Lab
from config.pod import POD_TEMPLATES
from plan.cluster.membership import founder
from plan.model import Manifest, Service
from plan.model.fields import Fields, entries, mapping, text, value
from plan.model.findings import Finding, Rule
from plan.model.metadata import api_group, is_custom
from plan.model.templates import pod_spec
from plan.wording import listed

SECRET_ELSEWHERE = Rule(
    "SECRET-ELSEWHERE",
    ("warning", "info"),
    title="A Secret is made somewhere else than it is looked for",
    meaning=(
        "A pod finds Secrets of its own namespace only. A SealedSecret becomes a Secret of its own name and namespace, "
        "whatever its template says, and by default it is sealed for these alone; an ExternalSecret and a Certificate "
        "write into their own namespace too. The pods stay in ContainerCreating or CreateContainerConfigError. In a "
        "cluster that is adopted the Secret may be there outside of the lab: then it is an info. A route and an Issuer "
        "look for Secrets in their own namespace too, and a ClusterIssuer in that of cert-manager."
    ),
    remedy="Make the Secret in the namespace of its pods, under the name that they use; a SealedSecret is sealed anew.",
)

SECRET_OF_NOBODY = Rule(
    "SECRET-OF-NOBODY",
    "info",
    title="A Secret is used that no object of the lab makes",
    meaning=(
        "The cluster is made from nothing, and no Secret, ExternalSecret, SealedSecret or Certificate of the lab has "
        "that name: until somebody makes it by hand, the pods stay in ContainerCreating, CreateContainerConfigError or "
        "ImagePullBackOff, and the `up` waits for them. So it is with a Secret that the values of a chart name as an "
        "existing one. A route without its Secret answers with a certificate that its controller made itself, and an "
        "issuer is never ready. Of namespaces with another chart, or with objects of an operator, which make Secrets "
        "of their own, nothing is said; nor of variables and files that a key of the format takes from a Secret that "
        "exists, and of what a driver of storage or a store of secrets needs: that is made by hand before there is a "
        "store."
    ),
    remedy="Write an ExternalSecret or a SealedSecret, or make the Secret as soon as its namespace is there.",
)

_MAKERS = ("Certificate", "ExternalSecret", "SealedSecret", "Secret")
_WITHOUT_SECRETS = ("IngressRoute", "Middleware", "PodMonitor", "PrometheusRule", "ScaledObject", "ServiceMonitor")
_COPIERS = ("reflector", "replicator", "replicate", "kubed", "emberstack")
"""In annotations by which tools copy Secrets into other namespaces."""


class Made(NamedTuple):
    """A Secret, or what becomes one."""

    kind: str
    namespace: str
    name: str
    """Of the Secret."""
    called: str = ""
    """How the template of a SealedSecret calls it."""


class _Use(NamedTuple):
    service: str
    kind: str
    pods: str
    """Name of their controller."""
    namespace: str
    secret: str
    is_of_images: bool
    """Whether images are pulled with it."""


def secret_elsewhere_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each Secret that nothing makes where pods need it: made elsewhere, or by nobody."""
    planned = [*services]
    made = [each for service in planned for each in made_by(service)]
    there = {(each.namespace, each.name) for each in made}
    releases = {service.namespace for service in planned if service.release}
    others = {service.namespace for service in planned for each in service.objects if may_write_secrets(each)}
    copied = {each["metadata"]["name"] for service in planned for each in service.objects if _is_copied(each)}
    for service in planned:
        for use in dict.fromkeys(_uses(service)):
            if (use.namespace, use.secret) in there or use.namespace in releases:
                continue
            path = lab.written_at(use.service, use.kind, use.pods)
            called = [each for each in made if each.namespace == use.namespace and each.called == use.secret]
            if found := called or [each for each in made if each.name == use.secret]:
                yield SECRET_ELSEWHERE.finding(
                    path,
                    _said(use, found[0], is_called=bool(called)),
                    f"name {found[0].name} there, or seal it anew with the name {use.secret}"
                    if called
                    else f"make it in namespace {use.namespace} too"
                    + (", sealed for it (kubeseal --namespace)" if found[0].kind == "SealedSecret" else ""),
                    about=f"{use.pods} {use.secret}",
                    severity="warning" if founder(lab) else "info",
                    facts={"secret": use.secret, "namespaces": tuple(each.namespace for each in found)},
                )
            elif not (path[0] == "objects" or use.is_of_images):
                continue  # a key of the format names one that is made by hand
            elif founder(lab) and use.namespace not in others and use.secret not in copied:
                yield SECRET_OF_NOBODY.finding(
                    path,
                    f"pods of {use.pods} use the Secret {use.secret} of namespace {use.namespace}, which no object of "
                    "the lab makes: they do not start until somebody makes it",
                    "write an ExternalSecret or a SealedSecret for it into a file, or make it by hand when its "
                    "namespace is there",
                    about=f"{use.pods} {use.secret}",
                    facts={"secret": use.secret, "namespace": use.namespace},
                )


def may_write_secrets(manifest: Manifest) -> bool:
    """Whether an operator may write Secrets of its own because of an object."""
    return is_custom(api_group(manifest)) and manifest["kind"] not in (*_MAKERS, *_WITHOUT_SECRETS)


def _said(use: _Use, found: Made, *, is_called: bool) -> str:
    needs = f"pods of {use.pods} use the Secret {use.secret} of namespace {use.namespace}"
    if is_called:
        return (
            f"{needs}, and the SealedSecret becomes {found.name}, its own name, whatever its template says: they do "
            "not start"
        )
    return f"{needs}, and its {found.kind} is in {listed([found.namespace])}: there is none where they are"


def _is_copied(manifest: Manifest) -> bool:
    return any(word in key.lower() for key in mapping(manifest, "metadata", "annotations") for word in _COPIERS)


def made_by(service: Service) -> Iterator[Made]:
    """The Secrets that objects of a service make, those that a tool copies aside."""
    for each in service.objects:
        kind, name = each["kind"], each["metadata"]["name"]
        if kind not in _MAKERS or _is_copied(each):
            continue
        namespace = service.namespace_of(each)
        match kind:
            case "Secret":
                yield Made(kind, namespace, name)
            case "SealedSecret":
                called = text(each, "spec", "template", "metadata", "name")
                yield Made(kind, namespace, name, called if called != name else "")
            case "ExternalSecret":
                yield Made(kind, namespace, text(each, "spec", "target", "name") or name)
            case _:
                yield Made(kind, namespace, text(each, "spec", "secretName"))


def _uses(service: Service) -> Iterator[_Use]:
    for each in service.objects:
        kind: str = each["kind"]
        if kind in POD_TEMPLATES:
            namespace = service.namespace_of(each)
            pod = pod_spec(each)
            for names, is_of_images in ((_of_images(pod), True), (_named(pod), False)):
                for name in names:
                    yield _Use(service.name, kind, each["metadata"]["name"], namespace, name, is_of_images)


def _of_images(pod: Fields) -> Iterator[str]:
    for each in entries(pod, "imagePullSecrets"):
        yield from _required({}, text(each, "name"))


def _named(pod: Fields) -> Iterator[str]:
    """Names of Secrets without which a pod does not start."""
    for volume in entries(pod, "volumes"):
        sources: list[Mapping[str, object]] = [mapping(volume, "secret")]
        sources += [mapping(each, "secret") for each in entries(volume, "projected", "sources")]
        for source in sources:
            yield from _required(source, text(source, "secretName") or text(source, "name"))
    for key in ("containers", "initContainers"):
        for container in entries(pod, key):
            for each in entries(container, "env"):
                source = mapping(each, "valueFrom", "secretKeyRef")
                yield from _required(source, text(source, "name"))
            for each in entries(container, "envFrom"):
                source = mapping(each, "secretRef")
                yield from _required(source, text(source, "name"))


def _required(source: Fields, name: str) -> Iterator[str]:
    if name and value(source, "optional") is not True:
        yield name
