"""Secrets and claims that the values of a chart name as existing ones, and nobody makes."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from config.lab import Lab
from config.service import HelmService
from config.source import Path, dotted, is_mapping, is_sequence
from config.suggest import did_you_mean
from plan.cluster.membership import founder
from plan.findings.access.secrets_elsewhere import SECRET_ELSEWHERE, SECRET_OF_NOBODY, Made, made_by, may_write_secrets
from plan.findings.services.object_references import OBJECT_OF_NOBODY
from plan.model import Service
from plan.model.fields import entries, number, text
from plan.model.findings import Finding
from plan.wording import listed

_SECRET = re.compile(
    r"existing([A-Z]\w*)?Secret(Name|Ref)?|secret(Key)?Ref|extraEnv(Vars|From)?Secret|envFromSecret|"
    r"backupTargetCredentialSecret"
)
_PLAIN = ("secretRef", "secretKeyRef")
"""Keys that also name Secrets of the chart itself, whose names begin with that of its release."""
_CLAIM = re.compile(r"existing([A-Z]\w*)?(Claim|PVC|PersistentVolumeClaim)(Name)?")
_PULLS = ("imagePullSecrets", "pullSecrets")
_NAMES = ("name", "secretName", "claimName")
"""Where a mapping under such a key has the name."""


class _Named(NamedTuple):
    path: Path
    kind: Literal["Secret", "PersistentVolumeClaim"]
    name: str


def chart_reference_findings(lab: Lab, services: Iterable[Service]) -> Iterator[Finding]:
    """A finding for each Secret and each claim that values name, in a lab that makes its cluster."""
    if founder(lab) is None:
        return
    planned = [*services]
    made = [each for service in planned for each in made_by(service)]
    claims = {each for service in planned for each in _claims(service)}
    releases = [service.namespace for service in planned if service.release]
    operated = {service.namespace for service in planned for each in service.objects if may_write_secrets(each)}
    by_hand = _by_hand(lab)
    for service in planned:
        config = lab.services[service.name]
        if not isinstance(config, HelmService) or releases.count(service.namespace) > 1:
            continue  # another chart of the namespace may make it
        for named in _named(config.values, ("services", service.name, "values")):
            if named.kind == "PersistentVolumeClaim":
                if (service.namespace, named.name) not in claims:
                    yield _of_claim(
                        service, named, sorted(name for space, name in claims if space == service.namespace)
                    )
            elif all((each.namespace, each.name) != (service.namespace, named.name) for each in made):
                if named.path[-1] in _PLAIN and named.name.startswith(_release(service)):
                    continue  # the chart may make it itself
                found = [each for each in made if each.name == named.name]
                if found or (service.namespace not in operated and service.name not in by_hand):
                    yield _of_secret(service, named, found, [each.name for each in made if _is_near(each, service)])


def _release(service: Service) -> str:
    return service.release.name if service.release else service.name


def _by_hand(lab: Lab) -> set[str]:
    """Services that a store of secrets stands on: what they need is made by hand, before it is there."""
    drivers = (getattr(row, "driver", None) for row in lab.storage_classes.values())
    secrets = lab.cluster.platform.secrets
    return {*filter(None, drivers), *((secrets.operator,) if secrets else ())}


def _is_near(made: Made, service: Service) -> bool:
    return made.namespace == service.namespace


def _claims(service: Service) -> Iterator[tuple[str, str]]:
    for each in service.objects:
        namespace = service.namespace_of(each)
        name = each["metadata"]["name"]
        if each["kind"] == "PersistentVolumeClaim":
            yield namespace, name
        for template in entries(each, "spec", "volumeClaimTemplates"):
            for index in range(number(each, "spec", "replicas", default=1)):
                yield namespace, f"{text(template, 'metadata', 'name')}-{name}-{index}"


def _named(of: object, path: Path) -> Iterator[_Named]:
    """The names in values, those of parts that are switched off aside."""
    if is_mapping(of) and of.get("enabled") is not False:
        for key, each in of.items():
            here = (*path, key)
            if _SECRET.fullmatch(key):
                yield from (_Named(here, "Secret", name) for name in _names(each))
            elif _CLAIM.fullmatch(key):
                yield from (_Named(here, "PersistentVolumeClaim", name) for name in _names(each))
            elif key in _PULLS and is_sequence(each):
                yield from (_Named(here, "Secret", name) for one in each for name in _names(one))
            else:
                yield from _named(each, here)
    elif is_sequence(of):
        for index, each in enumerate(of):
            yield from _named(each, (*path, index))


def _names(stated: object) -> Iterator[str]:
    if is_mapping(stated) and stated.get("optional") is True:
        return
    found = [stated.get(key) for key in _NAMES] if is_mapping(stated) else [stated]
    yield from (name for name in found if isinstance(name, str) and name and "{{" not in name)


def _of_secret(service: Service, named: _Named, elsewhere: list[Made], near: list[str]) -> Finding:
    key = dotted(named.path[3:])
    if elsewhere:
        return SECRET_ELSEWHERE.finding(
            named.path,
            f"{key} in the values of {service.name} names the Secret {named.name}, and the lab makes it in "
            f"{listed([each.namespace for each in elsewhere])}, not in {service.namespace}: its pods do not start",
            f"make it in namespace {service.namespace} too",
            about=f"{service.name} {named.name}",
            facts={"secret": named.name, "namespaces": tuple(each.namespace for each in elsewhere)},
        )
    return SECRET_OF_NOBODY.finding(
        named.path,
        f"{key} in the values of {service.name} names the Secret {named.name} of namespace {service.namespace}, which "
        f"no object of the lab makes: its pods do not start until somebody makes it{did_you_mean(named.name, near)}",
        f"name {near[0]}"
        if len(near) == 1
        else "write an ExternalSecret or a SealedSecret for it into a file, or make it by hand when its namespace is "
        "there",
        about=f"{service.name} {named.name}",
        facts={"secret": named.name, "namespace": service.namespace},
    )


def _of_claim(service: Service, named: _Named, there: list[str]) -> Finding:
    return OBJECT_OF_NOBODY.finding(
        named.path,
        f"{dotted(named.path[3:])} in the values of {service.name} names the PersistentVolumeClaim {named.name} in "
        f"namespace {service.namespace}, which the lab does not have: its pods stay Pending"
        f"{did_you_mean(named.name, there)}",
        f"name {there[0]}"
        if len(there) == 1
        else f"name a claim that is there: of a volume of {service.name} it is {service.name}-VOLUME",
        about=f"{service.name} PersistentVolumeClaim {named.name}",
        facts={"kind": named.kind, "name": named.name, "namespace": service.namespace},
    )
