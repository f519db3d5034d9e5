"""Public records that routes ask for and external-dns does not write: for its sources, or for its domains."""

from collections.abc import Iterator

from config.lab import Lab
from config.service import HelmService
from config.source import Path
from plan.model.fields import value, values
from plan.model.findings import Finding, Rule
from plan.wording import listed

RECORD_NOT_WRITTEN = Rule(
    "RECORD-NOT-WRITTEN",
    "warning",
    title="A route asks for a public record that nobody writes",
    meaning=(
        "The chart external-dns reads the kinds that its sources name, service and ingress by default, and writes "
        "records of the domains that its filter names. A route of another kind, or of another domain, has no record: "
        "nobody outside finds its host, and nothing fails."
    ),
    remedy="Add the kind to `sources`, or the domain to `domainFilters`, in the values of external-dns.",
)


def public_record_findings(lab: Lab) -> Iterator[Finding]:
    """A finding for each route whose record is not written."""
    public = lab.cluster.platform.public_dns
    chart = lab.services.get(public.service) if public else None
    if public is None or not isinstance(chart, HelmService) or chart.as_found:
        return
    stated = [str(each) for each in values(chart.values, "sources")]
    sources = stated or ["service", "ingress"]
    domains = [str(each) for each in values(chart.values, "domainFilters")]
    by_pattern = value(chart.values, "regexDomainFilter") or value(chart.values, "extraArgs")
    for name, service in lab.services.items():
        for number, route in enumerate(service.expose):
            if route.dns is None:
                continue
            path: Path = ("services", name, "expose", number)
            kind = (
                "ingress" if lab.cluster.platform.passes_ingress(route) or route.ingress_class else "gateway-httproute"
            )
            outside = [
                host
                for host in route.host_names(lab.site.domain)
                if domains and not any(host == each or host.endswith(f".{each}") for each in domains)
            ]
            if kind not in sources and not value(chart.values, "extraArgs"):
                yield RECORD_NOT_WRITTEN.finding(
                    path,
                    f"{name} asks for a public record, and {public.service} reads {listed(sources)} alone: it writes "
                    "none",
                    f"add {kind} to sources in the values of {public.service}",
                    about="source",
                    facts={"source": kind, "sources": tuple(sources)},
                )
            elif outside and not by_pattern:
                yield RECORD_NOT_WRITTEN.finding(
                    path,
                    f"{name} asks for a public record of {listed(outside)}, and {public.service} writes those of "
                    f"{listed(domains)} alone",
                    f"add the domain to domainFilters in the values of {public.service}",
                    about="domain",
                    facts={"hosts": tuple(outside), "domains": tuple(domains)},
                )
