"""Instances of external-dns that delete records which are not their own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from config.lab import Lab
from config.source import Path
from plan.findings.program import Program
from plan.model.fields import Fields, mapping, text, value, values
from plan.model.findings import Finding, Rule

RECORDS_NOT_OWNED = Rule(
    "RECORDS-NOT-OWNED",
    "warning",
    title="Records that are not its own are deleted by external-dns",
    meaning=(
        "With the policy `sync`, external-dns deletes what it owns and no source asks for. The registry `txt` says in "
        "a TXT record who owns another. Without a registry (`noop`) all records of its domains are its own, those "
        "written by hand too. Two instances under one owner delete each other's at every turn. The program's own "
        "policy is `sync`, the chart's `upsert-only`."
    ),
    remedy="Keep the registry txt, with an owner (txt-owner-id) for each instance, or set the policy upsert-only.",
)


class _Instance(NamedTuple):
    """An external-dns, as it is told."""

    path: Path
    service: str
    provider: str
    deletes: bool
    registry: str
    owner: str
    domains: frozenset[str]
    """Of its filters; empty for all."""
    reads: frozenset[str]
    """Its sources, and other filters of them."""


def record_owner_findings(lab: Lab, programs: Iterable[Program]) -> Iterator[Finding]:
    """A finding for each instance that owns too much, and for each pair under one owner."""
    found = [*_told(programs), *_charts(lab)]
    for each in found:
        if each.deletes and each.registry == "noop":
            yield RECORDS_NOT_OWNED.finding(
                each.path,
                f"{each.service} has the policy sync and no registry: it deletes every record of its domains that no "
                "source in the cluster asks for, those written by hand too",
                "set the registry txt, or the policy upsert-only",
                about="registry",
                facts={"registry": each.registry},
            )
    for one, other in combinations(found, 2):
        if _delete_each_other(one, other):
            yield RECORDS_NOT_OWNED.finding(
                other.path,
                f"{one.service} and {other.service} write the same domains under one owner, {one.owner}, and read "
                "other sources: each deletes the other's records",
                f"give {other.service} an owner of its own: txt-owner-id, or txtOwnerId in values",
                about=one.service,
                facts={"owner": one.owner, "services": (one.service, other.service)},
            )


def _delete_each_other(one: _Instance, other: _Instance) -> bool:
    is_same = (one.provider, one.owner) == (other.provider, other.owner) and one.registry == other.registry == "txt"
    return (
        is_same
        and one.provider != ""
        and (one.deletes or other.deletes)
        and one.reads != other.reads
        and (not one.domains or not other.domains or bool(one.domains & other.domains))
    )


def _told(found: Iterable[Program]) -> Iterator[_Instance]:
    """Instances by their arguments and variables."""
    for program in found:
        if program.short == "external-dns":
            settings = {key.removeprefix("EXTERNAL_DNS_").lower(): each for key, each in program.env.items()}
            options = {**{key: [each] for key, each in settings.items()}, **_options(program.words)}
            yield _instance(program.path, program.service, options, "sync", program.env.get("PROVIDER", ""))


def _charts(lab: Lab) -> Iterator[_Instance]:
    """Instances by the values of the project's chart."""
    for name, service in lab.charts("external-dns"):
        if not service.as_found:
            stated = service.values
            options = {
                "policy": [text(stated, "policy")],
                "registry": [text(stated, "registry")],
                "txt_owner_id": [text(stated, "txtOwnerId")],
                "domain_filter": [str(each) for each in values(stated, "domainFilters")],
                "source": [str(each) for each in values(stated, "sources")],
                "annotation_filter": [text(stated, "annotationFilter")],
                "label_filter": [text(stated, "labelFilter")],
                **_options([str(each) for each in values(stated, "extraArgs")]),
            }
            yield _instance(("services", name, "values"), name, options, "upsert-only", _provider(stated))


def _provider(stated: Fields) -> str:
    given = value(stated, "provider")
    return given if isinstance(given, str) else text(mapping(stated, "provider"), "name")


def _options(words: Sequence[str]) -> dict[str, list[str]]:
    """Values of arguments, by option."""
    found: dict[str, list[str]] = {}
    for option, given in re.findall(r"--([a-z-]+)[= ]([^ ]+)", " ".join(words)):
        found.setdefault(option.replace("-", "_"), []).append(given.strip("\"'"))
    return found


def _instance(path: Path, service: str, options: dict[str, list[str]], policy: str, provider: str) -> _Instance:
    """Defaults are those of its flags (kubernetes-sigs/external-dns, docs/flags.md)."""

    def first(option: str, default: str) -> str:
        return next((each for each in options.get(option, ()) if each), default)

    return _Instance(
        path=path,
        service=service,
        provider=first("provider", provider),
        deletes=first("policy", policy) == "sync",
        registry=first("registry", "txt"),
        owner=first("txt_owner_id", "default"),
        domains=frozenset(each for each in options.get("domain_filter", ()) if each),
        reads=frozenset(
            f"{option} {each}"
            for option in ("source", "annotation_filter", "label_filter", "ingress_class", "gateway_name")
            for each in options.get(option, ())
            if each
        ),
    )
