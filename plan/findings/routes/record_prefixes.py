"""Annotations for external-dns with a prefix that its release no longer reads."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from config.image import tag_of
from config.lab import Lab
from config.service import HelmService
from config.source import Path, is_mapping, is_sequence
from plan.findings.program import Program
from plan.model import Service
from plan.model.fields import mapping, text, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

PREFIX_NOT_READ = Rule(
    "PREFIX-NOT-READ",
    "warning",
    title="No external-dns reads annotations of this prefix",
    meaning=(
        "Each instance of external-dns reads annotations of one prefix: external-dns.alpha.kubernetes.io/ until 0.21, "
        "external-dns.kubernetes.io/ since 0.22 (chart 1.22), or the one of --annotation-prefix. It passes over all "
        "others: a record leads to the address of the controller and not to its target, or is not asked for at all, "
        "and with the policy sync it is deleted."
    ),
    remedy="Set the prefix that the annotations have (annotationPrefix in values), or write both while you move.",
)
_OLD, _NEW = "external-dns.alpha.kubernetes.io", "external-dns.kubernetes.io"
_FLAG = "--annotation-prefix"
_CHANGED, _CHART_CHANGED = (0, 22), (1, 22)
"""The release, and the chart of the project with it (external-dns, Releases)."""
_VERSION = re.compile(r"^v?(\d+)\.(\d+)")


class _Reader(NamedTuple):
    """An external-dns, and the prefix that it reads."""

    path: Path
    service: str
    prefix: str
    """Empty where it is not known."""
    is_chart: bool


def record_prefix_findings(lab: Lab, services: Iterable[Service], programs: Iterable[Program]) -> Iterator[Finding]:
    """A finding where objects have annotations for external-dns that no instance reads."""
    readers = [*_charts(lab), *_told(programs)]
    read = {each.prefix for each in readers}
    if not readers or "" in read:
        return
    for prefix in (_OLD, _NEW):
        unread = [*dict.fromkeys(_annotated(lab, services, prefix))] if prefix not in read else []
        also = {*_annotated(lab, services, _NEW if prefix == _OLD else _OLD)}
        alone = [each for each in unread if each not in also]
        if alone:
            reader = readers[0]
            key = "annotationPrefix" if reader.is_chart else _FLAG
            public = lab.cluster.platform.public_dns
            by_key = public is not None and public.annotation_prefix == prefix
            instead = f"annotation_prefix: {reader.prefix} in public_dns" if by_key else f"{reader.prefix}/ there too"
            yield PREFIX_NOT_READ.finding(
                reader.path,
                f"{reader.service} reads annotations of {reader.prefix}/ alone, and {listed(alone)} "
                f"{'has' if len(alone) == 1 else 'have'} those of {prefix}/: their targets and names are not read, and "
                "their records may be deleted",
                f"write {key}: {prefix}/ for {reader.service}, or {instead}",
                about=prefix,
                facts={"prefix": prefix, "read": reader.prefix, "objects": tuple(alone)},
            )


def _charts(lab: Lab) -> Iterator[_Reader]:
    for name, service in lab.charts("external-dns"):
        if not service.as_found:
            flags = [str(each) for each in values(service.values, "extraArgs")]
            flags += [f"--{key}={each}" for key, each in mapping(service.values, "extraArgs").items()]
            stated = text(service.values, "annotationPrefix") or _flag(flags)
            tag = text(service.values, "image", "tag")
            is_of_project = "bitnami" not in service.chart.repository
            found = _VERSION.match(tag) if tag else _VERSION.match(service.chart.version) if is_of_project else None
            default = _default(found, _CHANGED if tag else _CHART_CHANGED)
            yield _Reader(("services", name, "values"), name, (stated or default).rstrip("/"), is_chart=True)


def _told(programs: Iterable[Program]) -> Iterator[_Reader]:
    for each in programs:
        if each.short == "external-dns" and each.is_main:
            stated = each.env.get("EXTERNAL_DNS_ANNOTATION_PREFIX", "") or _flag(each.words)
            default = _default(_VERSION.match(tag_of(each.image)), _CHANGED)
            yield _Reader(each.path, each.service, (stated or default).rstrip("/"), is_chart=False)


def _flag(words: Sequence[str]) -> str:
    return next((word.partition("=")[2] for word in words if word.startswith(f"{_FLAG}=")), "")


def _default(found: re.Match[str] | None, changed: tuple[int, int]) -> str:
    if found is None:
        return ""
    return _NEW if (int(found[1]), int(found[2])) >= changed else _OLD


def _annotated(lab: Lab, services: Iterable[Service], prefix: str) -> Iterator[str]:
    """Objects and values with an annotation of a prefix."""
    for service in services:
        for each in service.objects:
            if any(key.startswith(f"{prefix}/") for key in mapping(each, "metadata", "annotations")):
                yield f"{each['kind']} {each['metadata']['name']}"
    for name, service in lab.services.items():
        if isinstance(service, HelmService) and _has_key(service.values, f"{prefix}/"):
            yield f"the values of {name}"


def _has_key(found: object, prefix: str) -> bool:
    if is_mapping(found):
        return any(key.startswith(prefix) or _has_key(below, prefix) for key, below in found.items())
    return is_sequence(found) and any(_has_key(each, prefix) for each in found)
